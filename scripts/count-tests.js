// count-tests.js FOLDER: adds up what scripts/verify.sh recorded of its steps, and says it in a line that CI understands.
// FOLDER/NN-NAME.exit holds a step's exit status; FOLDER/NN-NAME.json, where the step runs tests, vitest's report.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Tests that only `npm run verify -- --all` runs. */
const isForAll = ({ status, tags }) => status === 'skipped' && tags.includes('thorough');

/** A run of tests that broke down, or that ran none, counts as a failure whatever its report says. */
function countTests(report, exitStatus) {
  const passed = report.numPassedTests;
  const unreadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unreadable.length;
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests
    .filter((test) => test.status !== 'passed' && test.status !== 'failed' && !isForAll(test))
    .map(({ fullName }) => fullName);
  const broken = failed === 0 && (exitStatus !== 0 || passed === 0);
  return {
    passed,
    failed: broken ? 1 : failed,
    skipped,
    forAll: tests.filter(isForAll).length,
    remark: broken ? ' (it broke down, ran no test, or left something behind: see above)' : '',
  };
}

function count(folder, name) {
  const exitStatus = Number(readFileSync(join(folder, `${name}.exit`), 'utf8'));
  const file = join(folder, `${name}.json`);
  if (!existsSync(file))
    return { passed: 0, failed: exitStatus === 0 ? 0 : 1, skipped: [], forAll: 0, remark: '' };
  const text = readFileSync(file, 'utf8');
  if (text === '') return { passed: 0, failed: 1, skipped: [], forAll: 0, remark: ' (it wrote no report)' };
  return countTests(JSON.parse(text), exitStatus);
}

function describe({ passed, failed, skipped, forAll, remark }) {
  if (passed === 0 && skipped.length === 0) return failed === 0 ? 'ok' : `failed${remark}`;
  const left = forAll === 0 ? '' : ` (${forAll} more with --all)`;
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped${left}${remark}`;
}

const folder = process.argv[2];
const steps = readdirSync(folder)
  .filter((file) => file.endsWith('.exit'))
  .sort()
  .map((file) => basename(file, '.exit'))
  .map((name) => ({ name: name.replace(/^\d+-/, ''), ...count(folder, name) }));

const total = { passed: 0, failed: 0, skipped: 0 };
for (const step of steps) {
  console.log(`${step.name}: ${describe(step)}`);
  for (const test of step.skipped) console.log(`  skipped: ${test}`);
  total.passed += step.passed;
  total.failed += step.failed;
  total.skipped += step.skipped.length;
}
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
