import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLayer } from '../../src/images/layers/store.ts';
import { cacheFolder } from '../../src/model/folders.ts';
import { aptTransportOptions } from '../../src/toolchain/apt-transport.ts';
import { findToolchain } from '../../src/toolchain/resolve.ts';
import { alternate, head, inSandbox, lab, ratio, row, runProgram, s } from './measure.js';

const COMPONENTS = ['guest-agent', 'containerd', 'ssh', 'measure'];
/** What these components are of Debian's packages. */
const PACKAGES = ['qemu-guest-agent', 'containerd', 'runc', 'openssh-server', 'netperf', 'iperf3'];

const DEFINITION = `images: { four: { base: debian-13, components: [${COMPONENTS.join(', ')}] } }
machines: { guest: { image: four } }
`;

/** As one would do it by hand, with libguestfs told what it does not find out by itself. */
async function plainCustomize(folder, base, { kernel, bin }) {
  // Its machine is made once, as lab's is.
  const libguestfs = join(cacheFolder(), 'libguestfs');
  mkdirSync(libguestfs, { recursive: true });
  const disk = join(folder, 'plain.qcow2');
  rmSync(disk, { force: true });
  const backing = ['-b', base, '-F', 'qcow2', disk];
  await runProgram([join(bin, 'qemu-img'), 'create', '-q', '-f', 'qcow2', ...backing]);
  const apt = [...(await aptTransportOptions()), 'Acquire::Check-Valid-Until "false";'].join('\n');
  await runProgram(
    [
      ...['virt-customize', '--format', 'qcow2', '-a', disk],
      ...['--write', `/etc/apt/apt.conf.d/99bench:${apt}\n`, '--install', PACKAGES.join(',')],
    ],
    {
      env: {
        LIBGUESTFS_BACKEND: 'direct',
        LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
        LIBGUESTFS_CACHEDIR: libguestfs,
        SUPERMIN_KERNEL: kernel.image,
        SUPERMIN_KERNEL_VERSION: kernel.release,
        SUPERMIN_MODULES: kernel.modules,
      },
    },
  );
}

/** Making an image again after the last of four components changed, against one plain run of virt-customize for all four (TCG). */
export async function benchImages(rounds) {
  await inSandbox(async (folder, env) => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(file, DEFINITION);
    const image = (command, ...flags) =>
      runProgram([...lab, 'image', command, 'four', '--lab', file, ...flags], { env });
    await image('build');
    const { layers } = JSON.parse((await image('show', '--json')).stdout);
    const [base, top] = [layers[0], layers.at(-1)].map(({ digest }) => findLayer(digest));
    const toolchain = await findToolchain({});
    const times = await alternate(
      {
        plain: () => plainCustomize(folder, base.disk, toolchain),
        again: async () => {
          // As after a change: the layers below are there, and it is not.
          rmSync(top.folder, { recursive: true });
          await image('build');
        },
        cached: () => image('build'),
      },
      rounds,
    );
    head(`An image of Debian 13 with ${COMPONENTS.join(', ')} (TCG)`, 'what', 'median', 'ratio to plain');
    row('one plain `virt-customize` of all four', s(times.plain), '1.00');
    row('`lab image build` after the last has changed', s(times.again), ratio(times.again, times.plain));
    row('`lab image build` with nothing to do', s(times.cached), ratio(times.cached, times.plain));
  });
}
