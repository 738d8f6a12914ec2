import { describe, expect, it } from 'vitest';
import { resolveComponent } from '../../../src/images/components/resolve.js';
import { contained } from '../../../src/images/guestfs/contain.js';
import { componentNames } from '../../../src/images/names.js';
import { customizeCommands } from '../../../src/images/rhel/customize-files.js';
import { readDiskFacts } from '../../../src/images/rhel/inspect.js';
import { relabelling } from '../../../src/images/rhel/layer.js';
import { customizeOutcome } from '../../../src/images/rhel/outcome.js';

const all = componentNames.map((component) => resolveComponent({ component, version: null }, 'rhel'));

describe('what virt-customize is given', () => {
  const environment = { LIBGUESTFS_BACKEND: 'direct', TMPDIR: '/gone', SUPERMIN_KERNEL: '/kernel' };
  const program = ['virt-customize', '--format', 'qcow2'];
  const commands = customizeCommands(all, { below: '/below.qcow2', environment, program });

  it('is a command a line, with all packages in one', () => {
    const lines = commands.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.filter((line) => line.startsWith('install '))).toHaveLength(1);
    expect(lines.every((line) => /^(upload|run-command|install|no-logfile)( |$)/.test(line))).toBe(true);
    expect(lines.at(-1)).toBe('no-logfile');
  });

  it('says how to run it once more, without the folders of the build that are gone', () => {
    expect(commands).toContain('LIBGUESTFS_BACKEND=direct SUPERMIN_KERNEL=/kernel virt-customize');
    expect(commands).toContain('-b /below.qcow2');
    expect(commands).not.toContain('/gone');
  });

  it('installs nothing for components without packages', () => {
    const plugins = all.filter(({ name }) => name === 'cni-plugins');
    expect(customizeCommands(plugins, { below: '/below.qcow2', environment: {}, program })).not.toMatch(
      /^install/m,
    );
  });
});

it('a virt-customize that would relabel unasked is told not to', () => {
  expect(relabelling('  --no-logfile\n  --no-selinux-relabel  Do not')).toEqual(['--no-selinux-relabel']);
  expect(relabelling('  --no-logfile\n  --selinux-relabel  Relabel')).toEqual([]);
});

describe('customizeOutcome', () => {
  const fine =
    '[ 1.0] Finishing off\nlab-package iperf3 3.9-1.el9\nlab-package iperf3 3.9-1.el9\nlab-finished 1\n';

  it('has the packages of a run in which all went well', () => {
    expect(customizeOutcome(0, fine)).toEqual({ failure: undefined, packages: { iperf3: '3.9-1.el9' } });
    expect(customizeOutcome(0, fine.replaceAll('\n', '\r\n')).failure).toBeUndefined();
  });

  it('takes none of the failures for a success that virt-customize ends with 0 after', () => {
    const failure = (output: string): string | undefined => customizeOutcome(0, output).failure;
    expect(failure('lab-said: iperf3 is not installed\n')).toBe('iperf3 is not installed');
    expect(failure('')).toContain('before its last command');
    expect(failure(fine.replace('finished 1', 'finished 2'))).toBe('1 of 2 packages could be read');
    expect(failure(`${fine}virt-customize: hostname could not be set for rocky\n`)).toContain(
      'could not be set',
    );
    expect(failure(`${fine}virt-customize: warning: password: using insecure md5\n`)).toContain('insecure');
  });

  it('has the errors of a run that ended with another code, or its last lines', () => {
    const errors =
      'libguestfs: trace\nvirt-customize: error: dnf -y install x: command exited with an error\n';
    expect(customizeOutcome(1, errors).failure).toBe('dnf -y install x: command exited with an error');
    expect(customizeOutcome(1, 'Killed').failure).toBe('Killed');
  });
});

describe('readDiskFacts', () => {
  const printed = (release: string, root: string, kind: string): string => `
lab-section systems
NAME="Rocky Linux"
${release}
VERSION_ID="9.6"
lab-section mounted
/dev/sda2: /boot
${root}: /
lab-section file-systems
/dev/sda2: xfs
${root}: ${kind}
lab-section kernels
5.14.0-687.10.1.el9_8.x86_64
lab-section work
lab-section packages
bash 5.1.8-9.el9
lab-section end
`;

  it('finds the system, its root as a guest sees it, its kernels and its packages', () => {
    expect(readDiskFacts(printed('ID="rocky"', '/dev/sda4', 'xfs'), 'x')).toEqual({
      system: 'Rocky Linux 9.6',
      root: '/dev/vda4',
      fileSystem: 'xfs',
      kernels: ['5.14.0-687.10.1.el9_8.x86_64'],
      packages: { bash: '5.1.8-9.el9' },
    });
  });

  it('takes what calls itself like RHEL, and nothing else', () => {
    expect(() =>
      readDiskFacts(printed('ID=mine\nID_LIKE="rhel fedora"', '/dev/sda1', 'ext4'), 'x'),
    ).not.toThrow();
    expect(() => readDiskFacts(printed('ID=debian', '/dev/sda1', 'ext4'), 'x')).toThrow('cannot install');
  });

  it('refuses a root that a guest could not mount', () => {
    expect(() => readDiskFacts(printed('ID=rocky', '/dev/rocky/root', 'xfs'), 'x')).toThrow(
      '/dev/rocky/root',
    );
    expect(() => readDiskFacts(printed('ID=rocky', '/dev/sda4', 'btrfs'), 'x')).toThrow('btrfs');
    expect(() => readDiskFacts('', 'x')).toThrow('cannot install');
  });
});

it('libguestfs ends with whoever waits for it; a root’s has namespaces and a /tmp of its own', () => {
  const [root, user] = [
    contained(['true'], '/scratch', '/cache', true),
    contained(['true'], '/scratch', '/cache', false),
  ];
  for (const argv of [root, user])
    expect(argv.join(' ')).toMatch(/^setpriv --pdeathsig TERM timeout .*true$/);
  expect(root.join(' ')).toMatch(/unshare --mount .*--kill-child.*private-tmp\.sh .*\/scratch true$/);
  expect(user).not.toContain('unshare');
});
