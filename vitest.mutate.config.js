import { defineConfig } from 'vitest/config';
import { folder, folders } from './stryker.config.js';

/** The tests that belong to the folder whose code Stryker mutates: it runs those that reach a mutant. */
export default defineConfig({
  // In the sandbox: two runs that share it take each other's packages away, and a test that cannot load looks like a mutant killed.
  cacheDir: 'coverage/vite',
  test: {
    include: folders[folder].tests,
    isolate: false,
    testTimeout: 30_000,
    // Each mutant loads all modules anew: these packages, of a hundred files and more, from one file each.
    deps: {
      optimizer: { ssr: { enabled: true, include: ['zod', 'execa', '@stdlib/stats-base-dists-t-quantile'] } },
    },
  },
});
