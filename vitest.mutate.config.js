import { defineConfig } from 'vitest/config';
import { folders } from './stryker.config.js';

/** The tests that belong to the folder whose code Stryker mutates: it runs those that reach a mutant. */
export default defineConfig({
  test: {
    include: folders[process.env.MUTATE ?? 'bench'].tests,
    isolate: false,
    testTimeout: 30_000,
  },
});
