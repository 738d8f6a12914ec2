import { readEnvironment } from '../../src/cli/environment.js';
import { silentTask } from '../../src/model/task.js';
import { aptTransportOptions } from '../../src/toolchain/apt-transport.js';
import { resolveToolchain } from '../../src/toolchain/resolve.js';
import { rockyStandIn } from '../../test/support/stand-in/stand-in.js';
import { interruption } from './interruption.js';
import { benchRebuild } from './rebuild.js';
import type { Extent } from './run.js';

/** Components, with what they are among Debian's packages, and among Rocky Linux's. */
const FOUR = {
  components: ['guest-agent', 'containerd', 'ssh', 'measure'],
  debian: ['qemu-guest-agent', 'containerd', 'runc', 'openssh-server', 'netperf', 'iperf3'],
  rocky: ['qemu-guest-agent', 'containerd.io', 'openssh-server', 'openssh-clients', 'iperf3'],
};
const SMALL = {
  components: ['guest-agent', 'measure'],
  debian: ['qemu-guest-agent', 'netperf', 'iperf3'],
  rocky: ['qemu-guest-agent', 'iperf3'],
};

/** Rebuilding an image whose layers need no machine. */
export async function benchImages({ rounds, small }: Extent): Promise<void> {
  const { components, debian } = small ? SMALL : FOUR;
  const toolchain = await resolveToolchain({ environment: readEnvironment() }, silentTask(interruption));
  const apt = [...(await aptTransportOptions()), 'Acquire::Check-Valid-Until "false";'].join('\n');
  await benchRebuild(
    {
      title: 'Debian 13',
      base: 'debian-13',
      components,
      customizations: [
        ...['--write', `/etc/apt/apt.conf.d/99bench:${apt}\n`],
        ...['--install', debian.join(',')],
      ],
    },
    toolchain,
    rounds,
  );
}

/** Rebuilding an image each of whose layers is a run of virt-customize: on the tests' stand-in for a disk of Rocky Linux. */
export async function benchRocky({ rounds, small }: Extent): Promise<void> {
  const { components, rocky } = small ? SMALL : FOUR;
  const toolchain = await resolveToolchain({ environment: readEnvironment() }, silentTask(interruption));
  await benchRebuild(
    {
      title: 'a stand-in for Rocky Linux 9',
      base: await rockyStandIn('xfs', toolchain),
      components,
      customizations: ['--install', rocky.join(',')],
    },
    toolchain,
    rounds,
  );
}
