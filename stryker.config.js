// Mutation tests: Stryker changes the code, one place at a time, and expects a test to fail. scripts/mutate.js runs it for each of these
// folders, and names the folder in MUTATE.

/** The mutated folders of src: the tests that belong to each, and the files that only tests of real guests can judge. */
export const folders = {
  'devices/composition': { tests: ['test/unit/devices/*.test.ts'], without: [] },
  bench: { tests: ['test/unit/bench/*.test.ts'], without: [] },
  checks: { tests: ['test/unit/checks/*.test.ts'], without: [] },
  lab: {
    tests: ['test/unit/lab/**/*.test.ts'],
    without: [
      // A real QEMU, and the sockets of guests.
      '{start-machine,channels}.ts',
      // The toolchain's downloads and the building of images.
      '{prepare,build-image,link-images,prune-images}.ts',
      // Whole runs on real guests.
      '{bench-lab,test-refusal,bench-and-take-down,test-and-take-down}.ts',
    ],
  },
};

/** The folder that this run mutates. */
export const folder = process.env.MUTATE ?? 'bench';
const { without } = folders[folder];

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutate.config.js' },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [`src/${folder}/**/*.ts`, ...without.map((file) => `!src/${folder}/${file}`)],
  coverageAnalysis: 'perTest',
  // A mutant that acts only while its module loads (a third of them, most in tables) needs all tests anew.
  ignoreStatic: true,
  concurrency: process.env.CI === undefined ? 1 : 2,
  timeoutMS: 4000,
  incremental: true,
  incrementalFile: `coverage/mutation/${folder}.incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 90, low: 75, break: 75 },
  ignorePatterns: ['.node', 'dist', 'coverage'],
  tempDirName: `coverage/stryker/${folder}`,
  htmlReporter: { fileName: `coverage/mutation/${folder}.html` },
  jsonReporter: { fileName: `coverage/mutation/${folder}.json` },
};
