import { afterEach, describe, expect, it, vi } from 'vitest';
import { baseFailed } from '../../../src/images/debian/base.js';
import { buildFault, requireBuildPrograms } from '../../../src/images/debian/build-fault.js';
import { formatError } from '../../../src/errors/format.js';
import type { LabError } from '../../../src/errors/lab-error.js';

const mirror = { url: 'http://mirror.example/debian', origin: 'apt' } as const;
const work = { logFile: '/cache/images/logs/1.log' };
const FETCHED = 'I: running apt-get update...\nI: success in 45.1234 seconds\n';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The error for what base.sh says, on a computer that has nothing but what is in /sbin and /usr/sbin. */
function told(said: string): LabError {
  vi.stubEnv('PATH', '/nowhere');
  return baseFailed(said, mirror, work);
}

describe('a base of Debian that could not be built', () => {
  it('blames the mirror for what the mirror does', () => {
    const error = told(
      "E: Failed to fetch x  Could not resolve 'mirror.example'\nE: mmdebstrap failed to run",
    );
    expect(error.code).toBe('LAB-TOOLCHAIN-MIRROR-UNREACHABLE');
  });

  it.each([
    ['sh: 1: mmdebstrap: not found', 'mmdebstrap'],
    [`${FETCHED}base.sh: 27: unshare: not found`, 'util-linux'],
  ])('names a missing program, before and after the packages are there: %j', (said, owner) => {
    const text = formatError(told(said));
    expect(text).toContain('[LAB-ENV-PROGRAM]');
    expect(text).toContain(`next: sudo apt-get install ${owner}`);
    expect(text).not.toContain('mirror');
  });

  it.each([
    'mke2fs: invalid option',
    'the disk of the image has 7 files instead of 8',
    'mount: permission denied',
  ])('does not blame the mirror once its packages are there: %s', (words) => {
    const text = formatError(told(`${FETCHED}${words}`));
    expect(text).toContain('/cache/images/logs/1.log: ');
    expect(text).toContain('[LAB-IMAGE-INSTALL]');
    expect(text).toContain(words);
    expect(text).not.toContain('mirror');
  });

  it('says where room is needed: in memory, and in the cache', () => {
    for (const said of [`${FETCHED}debugfs: No space left on device`, 'dpkg-deb: No space left on device']) {
      const error = told(said);
      expect(error.code).toBe('LAB-ENV-DISK-FULL');
      expect(error.problems[0].message).toContain('memory');
    }
    expect(buildFault('a component is broken')).toBeUndefined();
  });
});

describe('what a build of Debian runs on this computer', () => {
  it('is looked for before anything is fetched, and all that is missing is named at once', () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(requireBuildPrograms).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'LAB-ENV-PROGRAM',
            message: expect.stringMatching(/^building an image of Debian needs .*awk.*find.*tar/) as string,
            hint: expect.stringMatching(/^sudo apt-get install .*mawk.*findutils.*tar/) as string,
          }),
        ],
      }),
    );
  });

  it('is there for an ordinary user, whose PATH lacks the folders of mke2fs and chroot', () => {
    vi.stubEnv('PATH', '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games');
    expect(requireBuildPrograms).not.toThrow();
  });
});
