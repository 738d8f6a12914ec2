import { readEnvironment } from '../../src/cli/environment.js';
import { silentTask } from '../../src/model/task.js';
import { aptTransportOptions } from '../../src/toolchain/apt-transport.js';
import { resolveToolchain } from '../../src/toolchain/resolve.js';
import { rockyStandIn } from '../../test/support/stand-in/stand-in.js';
import { interruption } from './interruption.js';
import { benchRebuild } from './rebuild.js';
import type { Extent } from './run.js';

/** What the components are among Debian's packages, and among Rocky Linux's. */
const DEBIAN_PACKAGES = ['qemu-guest-agent', 'containerd', 'runc', 'openssh-server', 'netperf', 'iperf3'];
const ROCKY_PACKAGES = ['qemu-guest-agent', 'containerd.io', 'openssh-server', 'openssh-clients', 'iperf3'];

/** Rebuilding an image whose layers need no machine. */
export async function benchImages({ rounds }: Extent): Promise<void> {
  const toolchain = await resolveToolchain({ environment: readEnvironment() }, silentTask(interruption));
  const apt = [...(await aptTransportOptions()), 'Acquire::Check-Valid-Until "false";'].join('\n');
  await benchRebuild(
    {
      title: 'Debian 13',
      base: 'debian-13',
      customizations: [
        ...['--write', `/etc/apt/apt.conf.d/99bench:${apt}\n`],
        ...['--install', DEBIAN_PACKAGES.join(',')],
      ],
    },
    toolchain,
    rounds,
  );
}

/** Rebuilding an image each of whose layers is a run of virt-customize: on the tests' stand-in for a disk of Rocky Linux. */
export async function benchRocky({ rounds }: Extent): Promise<void> {
  const toolchain = await resolveToolchain({ environment: readEnvironment() }, silentTask(interruption));
  await benchRebuild(
    {
      title: 'a stand-in for Rocky Linux 9',
      base: await rockyStandIn('xfs', toolchain),
      customizations: ['--install', ROCKY_PACKAGES.join(',')],
    },
    toolchain,
    rounds,
  );
}
