import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

export default defineConfig({
  test: {
    tags: [
      {
        name: 'thorough',
        description:
          'Takes long, and shows in more cases what a test without this tag shows once. `npm run verify -- --all` runs these too, nightly.',
      },
    ],
    sequence: { sequencer: LongestFirst },
    projects: [
      // The limits of these allow for a computer that is busy with other work: a guest under emulation, or a build.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Each file leaves its process as it found it; a new one for each takes three times as long.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'golden',
          include: ['test/golden/**/*.test.ts'],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          // @oclif/test captures what a command prints.
          disableConsoleIntercept: true,
          globalSetup: ['test/support/provision.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // One browser at a time.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'parity',
          include: ['test/parity/**/*.test.ts'],
          globalSetup: ['test/support/provision.ts'],
          // Each file keeps all processors busy by itself. The nightly run has thousands of cases.
          fileParallelism: false,
          testTimeout: 3_600_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/provision.ts'],
          // Real guests under emulation: one file at a time on a small machine, and time enough for each.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'images',
          include: ['test/images/*.test.ts'],
          globalSetup: ['test/support/provision.ts', 'test/support/provision-images.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'nested',
          include: ['test/nested/*.test.ts'],
          globalSetup: ['test/support/provision.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
