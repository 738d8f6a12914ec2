import { defineConfig } from 'vitest/config';

/** The unit tests alone, without those that try thousands of cases: what Stryker runs for each mutant. */
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    exclude: ['test/unit/fuzz/**', 'test/unit/hostile/**'],
    testTimeout: 30_000,
  },
});
