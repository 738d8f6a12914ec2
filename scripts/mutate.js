// npm run mutate [-- FOLDER...]: mutation tests of the folders, by default all four, one after the other. Each has its own verdict, and its
// report in coverage/mutation/FOLDER.html. Mutants whose code and tests have not changed since the last run keep their result.
import { spawnSync } from 'node:child_process';
import { folders } from '../stryker.config.js';

const known = Object.keys(folders);
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`error: no folder \`${unknown}\` to mutate; there are: ${known.join(', ')}`);
  process.exit(2);
}

/** A mutant may well leave what its test has started: with the process namespace, all of it ends. */
const CONTAINED = ['--user', '--map-current-user', '--pid', '--fork', '--kill-child', '--mount-proc'];

function mutate(folder) {
  const env = { ...process.env, MUTATE: folder };
  return spawnSync('unshare', [...CONTAINED, 'stryker', 'run'], { env, stdio: 'inherit' }).status;
}

const failed = (asked.length > 0 ? asked : known).filter((folder) => mutate(folder) !== 0);
for (const folder of failed) console.error(`error: src/${folder} has no sufficient score (see above)`);
process.exit(failed.length > 0 ? 1 : 0);
