import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const PF = '0000:5e:00.0';
export const VFS = ['0000:5e:00.2', '0000:5e:00.3', '0000:5e:00.4'] as const;

const PROGRAMS = ['vdpa', 'devlink', 'ip', 'modprobe'];
/** What the kernel takes and does not give back: written to, they change nothing that lasts. */
const WRITE_ONLY = ['unbind', 'drivers_probe'];

/** What the kernel shows where no driver is laid down; an empty line takes one back. */
export const NO_OVERRIDE = '(null)';

/** The computer that tests run on may not let memory be locked; with REAL_LIMIT its own answer counts. */
const SHELL = `#!/bin/sh
case "\${REAL_LIMIT:-}$1 \${2-}" in '-c ulimit -l unlimited' | '-c ulimit -l "$0"') exit 0 ;; esac
exec /bin/sh "$@"
`;

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

/** A tree that stands for sysfs, with a PF and its VFs in it, and programs that stand for those that change it. */
export class FakeSystem {
  readonly sys: string;
  readonly work: string;
  /** Put first in PATH: the programs. */
  readonly bin: string;

  constructor(
    readonly folder: string,
    private readonly kind: 'virtio' | 'mlx5',
  ) {
    this.sys = join(folder, 'sys');
    this.work = join(folder, 'work');
    this.bin = join(folder, 'bin');
    for (const path of [
      this.work,
      this.bin,
      'missing',
      'managed',
      'addresses',
      'sys/module',
      'sys/class/net',
    ])
      mkdirSync(path.startsWith('/') ? path : join(folder, path), { recursive: true });
    const source = fileURLToPath(new URL('fake-programs.sh', import.meta.url));
    for (const name of PROGRAMS) {
      copyFileSync(source, join(this.bin, name));
      chmodSync(join(this.bin, name), 0o755);
    }
    writeFileSync(join(this.bin, 'sh'), SHELL, { mode: 0o755 });
    this.write('eswitch', 'legacy');
    this.write('sys/bus/pci/drivers_probe', '');
    this.#function(PF, 'p0');
    this.write(`sys/bus/pci/devices/${PF}/sriov_totalvfs`, '8');
    this.write(`sys/bus/pci/devices/${PF}/sriov_numvfs`, '0');
    VFS.forEach((vf, index) => {
      this.#function(vf, `p0v${index}`);
      symlinkSync(`../${vf}`, join(this.sys, `bus/pci/devices/${PF}/virtfn${index}`));
      if (kind === 'mlx5') this.write(`managed/${vf}`, '');
    });
    if (kind === 'mlx5') this.#representors();
  }

  write(path: string, content: string): void {
    const file = join(this.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${content}\n`);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Has another driver have a function. */
  bind(bdf: string, driver: string): void {
    const link = join(this.sys, `bus/pci/devices/${bdf}/driver`);
    rmSync(link, { force: true });
    this.write(`sys/bus/pci/drivers/${driver}/unbind`, '');
    symlinkSync(`../../drivers/${driver}`, link);
  }

  /** Everything in the tree that lasts, by its path. */
  state(): Record<string, string> {
    const found: Record<string, string> = {};
    const visit = (folder: string): void => {
      for (const name of readdirSync(join(this.folder, folder)).sort()) {
        const path = `${folder}/${name}`;
        const status = lstatSync(join(this.folder, path));
        if (status.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(this.folder, path))}`;
        else if (status.isDirectory()) {
          found[path] = 'folder';
          visit(path);
        } else if (!WRITE_ONLY.includes(name))
          found[path] =
            readFileSync(join(this.folder, path), 'utf8').trim() ||
            (name === 'driver_override' ? NO_OVERRIDE : '');
      }
    };
    visit('sys');
    return { ...found, eswitch: readFileSync(join(this.folder, 'eswitch'), 'utf8').trim() };
  }

  async run(script: string, env: Record<string, string> = {}, wrapper: string[] = []): Promise<Outcome> {
    rmSync(join(this.folder, 'calls'), { force: true });
    const argv: string[] = [...wrapper, 'sh', script];
    const [program = 'sh', ...args] = argv;
    const { exitCode, stderr } = await execa(program, args, {
      cwd: this.work,
      env: { PATH: `${this.bin}:${process.env['PATH'] ?? ''}`, SYSFS: this.sys, ...env },
      reject: false,
    });
    return { exitCode, stderr };
  }

  /** How often the last script has called one of the programs. */
  calls(): number {
    const file = join(this.folder, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  }

  #function(bdf: string, netdev: string): void {
    const device = `sys/bus/pci/devices/${bdf}`;
    this.write(`${device}/vendor`, this.kind === 'virtio' ? '0x1af4' : '0x15b3');
    this.write(`${device}/driver_override`, NO_OVERRIDE);
    mkdirSync(join(this.folder, device, this.kind === 'virtio' ? 'virtio1/net' : 'net', netdev), {
      recursive: true,
    });
    mkdirSync(join(this.folder, `sys/class/net/${netdev}`), { recursive: true });
    mkdirSync(join(this.sys, 'kernel/iommu_groups/7'), { recursive: true });
    symlinkSync('../../../../kernel/iommu_groups/7', join(this.folder, device, 'iommu_group'));
    this.bind(bdf, this.kind === 'virtio' ? 'virtio-pci' : 'mlx5_core');
  }

  /** The ports of the NIC's switch: the PF's own, and one for each VF. */
  #representors(): void {
    for (const port of ['p0', 'p0rep0', 'p0rep1', 'p0rep2']) {
      this.write(`sys/class/net/${port}/phys_switch_id`, 'b8cef603');
      this.write(`sys/class/net/${port}/flags`, '0x1002');
    }
    this.write('sys/class/net/other0/phys_switch_id', '00000001');
    this.write('sys/class/net/other0/flags', '0x1003');
    // A netdev of no switch: its driver answers with an error, or with nothing.
    this.write('sys/class/net/plain0/phys_switch_id', '');
    this.write('sys/class/net/plain0/flags', '0x1003');
  }
}
