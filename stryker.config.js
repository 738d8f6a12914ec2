/** `npm run mutate` changes the code, one mutant at a time, and expects a unit test to fail. `--mutate FILE` does it for one file. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutate.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  mutate: ['src/checks/**/*.ts', 'src/devices/composition/**/*.ts', 'src/lab/**/*.ts', 'src/bench/**/*.ts'],
  reporters: ['clear-text', 'html', 'json'],
  thresholds: { high: 90, low: 75, break: 75 },
  ignorePatterns: ['.node', 'dist', 'coverage'],
  tempDirName: 'coverage/stryker',
  htmlReporter: { fileName: 'coverage/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation.json' },
};
