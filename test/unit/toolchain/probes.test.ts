import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lacksSomethingRequired } from '../../../src/toolchain/doctor.js';
import { probeDevice, tun } from '../../../src/toolchain/probes/devices.js';
import { probeSpace } from '../../../src/toolchain/probes/disk-space.js';
import { probeImagePrograms } from '../../../src/toolchain/probes/image-programs.js';
import { probeLibguestfs } from '../../../src/toolchain/probes/libguestfs.js';
import { probeMemlock } from '../../../src/toolchain/probes/memlock.js';
import { probeNode } from '../../../src/toolchain/probes/node.js';
import type { Probe } from '../../../src/toolchain/probes/probe.js';
import { remedyNow } from '../../../src/toolchain/probes/user-namespaces.js';
import { probeUtilLinux } from '../../../src/toolchain/probes/util-linux.js';
import { silentTask } from '../../../src/model/task.js';

describe('probes', () => {
  it.each([
    ['22.13.0', 'ok'],
    ['24.1.0', 'ok'],
    ['22.12.3', 'missing'],
    ['20.20.2', 'missing'],
  ])('Node.js %s is %s', (version, verdict) => {
    expect(probeNode(version).verdict).toBe(verdict);
  });

  it.each([
    ['unlimited', 'ok'],
    ['1073741824', 'ok'],
    ['8388608', 'warning'],
  ])('a limit of %s locked bytes is %s', (limit, verdict) => {
    expect(
      probeMemlock(`Max locked memory         ${limit}              ${limit}              bytes`).verdict,
    ).toBe(verdict);
  });

  it('name the setting that forbids namespaces', () => {
    const settings = (values: Record<string, string>) => (file: string) => values[file];
    expect(remedyNow(settings({ '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' }))).toContain(
      'AppArmor',
    );
    expect(remedyNow(settings({ '/proc/sys/kernel/unprivileged_userns_clone': '0' }))).toContain(
      'unprivileged_userns_clone=1',
    );
    expect(remedyNow(settings({ '/proc/sys/user/max_user_namespaces': '0' }))).toContain(
      'max_user_namespaces',
    );
    expect(remedyNow(settings({ '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '0' }))).toContain(
      'seccomp',
    );
  });

  it('tell a device that is there from one that is not', () => {
    expect(probeDevice({ ...tun, path: '/dev/null' }).verdict).toBe('ok');
    const absent = probeDevice({ ...tun, path: '/dev/no-such-device' });
    expect(absent).toMatchObject({ verdict: 'missing', found: 'does not exist' });
    expect(absent.remedy).toContain('modprobe');
  });

  it('measure the space where the folder will be', () => {
    const folder = `${tmpdir()}/not/yet`;
    expect(probeSpace('x', folder, 1, 'XDG_CACHE_HOME').verdict).toBe('ok');
    const full = probeSpace('x', folder, Number.MAX_SAFE_INTEGER, 'XDG_CACHE_HOME');
    expect(full.verdict).toBe('missing');
    expect(full.remedy).toContain('XDG_CACHE_HOME');
  });
});

describe('programs that lab runs', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('are found for an ordinary user, whose PATH lacks the folders of the system’s programs', () => {
    vi.stubEnv('PATH', '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games');
    expect(probeImagePrograms(false, true).verdict).toBe('ok');
    expect(probeUtilLinux().verdict).toBe('ok');
  });

  it('that are missing are all named, with what installs them, each for its purpose', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const ofRoot = probeImagePrograms(false, true);
    expect(ofRoot).toMatchObject({ verdict: 'missing', required: false });
    expect(ofRoot.found).toMatch(/^no awk, .*find, .*tar/);
    expect(ofRoot.remedy).toMatch(/^only to build images of Debian: sudo apt-get install mawk .*findutils/);
    expect(ofRoot.remedy).not.toContain('uidmap');
    expect(probeImagePrograms(false, false).remedy).toContain('uidmap');

    const needed = probeImagePrograms(true, true);
    expect(needed).toMatchObject({ verdict: 'missing', required: true });
    expect(needed.remedy).toMatch(/^sudo apt-get install mawk/);

    expect(probeUtilLinux()).toMatchObject({ verdict: 'missing', required: true });
    expect(await probeLibguestfs('/boot', false, silentTask())).toMatchObject({
      verdict: 'missing',
      found: expect.stringContaining('guestfish') as string,
      remedy: expect.stringContaining('libguestfs-tools') as string,
    });
  });
});

describe('the verdict on the whole', () => {
  const probe = (verdict: Probe['verdict'], required: boolean): Probe => ({
    name: 'x',
    verdict,
    required,
    found: 'y',
  });

  it('is bad only if something required is missing', () => {
    expect(lacksSomethingRequired([probe('ok', true), probe('warning', true), probe('missing', false)])).toBe(
      false,
    );
    expect(lacksSomethingRequired([probe('ok', true), probe('missing', true)])).toBe(true);
  });
});
