import { aptTransportOptions } from '../../src/toolchain/apt-transport.ts';
import { findToolchain } from '../../src/toolchain/resolve.ts';
import { rockyStandIn } from '../../test/support/stand-in/stand-in.ts';
import { benchRebuild } from './rebuild.js';

/** What the components are of Debian's packages, and of Rocky Linux's. */
const DEBIAN_PACKAGES = ['qemu-guest-agent', 'containerd', 'runc', 'openssh-server', 'netperf', 'iperf3'];
const ROCKY_PACKAGES = ['qemu-guest-agent', 'containerd.io', 'openssh-server', 'openssh-clients', 'iperf3'];

/** Making an image again where a layer needs no machine. */
export async function benchImages(rounds) {
  const toolchain = await findToolchain({});
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

/** And where each layer is a run of virt-customize: on the tests' disk that takes itself for Rocky Linux. */
export async function benchRocky(rounds) {
  const toolchain = await findToolchain({});
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
