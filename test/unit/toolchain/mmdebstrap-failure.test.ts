import { describe, expect, it, vi } from 'vitest';
import { formatError } from '../../../src/errors/format.js';
import { explainFailure, isExpiredRelease } from '../../../src/toolchain/mmdebstrap-failure.js';

const mirror = { url: 'http://mirror.example/debian', origin: 'option' } as const;

/** What apt and mmdebstrap said in each case. */
const failures: readonly [string, string][] = [
  [
    'LAB-TOOLCHAIN-MIRROR-UNREACHABLE',
    "E: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Could not resolve 'mirror.example'",
  ],
  [
    'LAB-TOOLCHAIN-MIRROR-UNREACHABLE',
    'E: Failed to fetch http://127.0.0.1:9/debian/dists/trixie/InRelease  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)',
  ],
  [
    'LAB-TOOLCHAIN-MIRROR-UNREACHABLE',
    'E: Failed to fetch https://mirror.example/debian/dists/trixie/InRelease  Certificate verification failed: The certificate is NOT trusted.',
  ],
  [
    'LAB-TOOLCHAIN-MIRROR-INCOMPLETE',
    "E: The repository 'http://mirror.example/debian trixie-backports Release' does not have a Release file.",
  ],
  ['LAB-TOOLCHAIN-MIRROR-INCOMPLETE', 'E: Unable to locate package netperf'],
  [
    'LAB-TOOLCHAIN-MIRROR-INCOMPLETE',
    'E: Failed to fetch http://mirror.example/debian/pool/x.deb  404  Not Found',
  ],
  [
    'LAB-TOOLCHAIN-SIGNATURE',
    "W: GPG error: http://mirror.example/debian trixie InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131\nE: The repository 'http://mirror.example/debian trixie InRelease' is not signed.",
  ],
  [
    'LAB-ENV-CLOCK',
    'E: Release file for http://mirror.example/debian/dists/trixie/InRelease is not valid yet (invalid for another 2d). Updates for this repository will not be applied.',
  ],
  ['LAB-ENV-DISK-FULL', 'dpkg-deb: error: failed to write: No space left on device\nE: Failed to fetch x'],
  ['LAB-ENV-DISK-FULL', 'E: write error: Disk quota exceeded'],
  ['LAB-TOOLCHAIN-PROVISION', 'E: something new'],
];

describe('what mmdebstrap says', () => {
  it.each(failures)('is %s', (code, output) => {
    const error = explainFailure(
      `I: running apt-get update...\n${output}\nE: mmdebstrap failed to run`,
      mirror,
    );
    expect(error.code).toBe(code);
    const [problem] = error.problems;
    expect(problem.hint).not.toBe('');
    expect(formatError(error)).toContain('because: mmdebstrap said:');
    if (code.startsWith('LAB-TOOLCHAIN')) expect(problem.message).toContain(mirror.url);
  });

  it('of a program that this computer lacks is no fault of the mirror', () => {
    vi.stubEnv('PATH', '/nowhere');
    const error = explainFailure('sh: 1: mmdebstrap: not found', mirror);
    vi.unstubAllEnvs();
    expect(formatError(error)).toBe(
      [
        'lab needs mmdebstrap, which this computer does not have [LAB-ENV-PROGRAM]',
        '  next: sudo apt-get install mmdebstrap',
        '  because: mmdebstrap said:',
        '    sh: 1: mmdebstrap: not found',
      ].join('\n'),
    );
  });

  it('is an expired Release file only when apt says so', () => {
    expect(
      isExpiredRelease(
        'E: Release file for http://m.example/debian/dists/trixie/InRelease is expired (invalid since 3d 1h).',
      ),
    ).toBe(true);
    expect(
      isExpiredRelease(
        'E: Release file for http://m.example/InRelease is not valid yet (invalid for another 2d).',
      ),
    ).toBe(false);
    expect(isExpiredRelease('NO_PUBKEY 6ED0E7B82643E131')).toBe(false);
  });
});
