// Nothing in this file is newer than Node 12, so that an old Node can run it.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where scripts/setup/node.sh puts a Node if the system's is too old. */
const OWN_NODE = fileURLToPath(new URL('../.node/bin/node', import.meta.url));
const WRONG_ENVIRONMENT = 2;

/** The oldest Node that package.json allows, such as `22.13`. */
function oldestNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return engines.node.replace('>=', '');
}

function isRecent(version, oldest) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Runs the same command line again with the checkout's own Node, and ends as that does. */
async function runAgain() {
  // Loaded only then: it takes longer than the rest of this file.
  const { spawn } = await import('node:child_process');
  const { constants } = await import('node:os');
  const child = spawn(OWN_NODE, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child too; forwarded it would count twice, and twice means "leave at once".
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: cannot run ${OWN_NODE}: ${error.message}`);
    process.exitCode = WRONG_ENVIRONMENT;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
}

/**
 * Calls `run` if this Node is recent enough. If not, runs the program again with the Node beside the checkout, or says in one line which
 * Node is needed.
 */
export function withRecentNode(run) {
  const oldest = oldestNode();
  if (isRecent(process.versions.node, oldest)) return run();
  if (existsSync(OWN_NODE) && process.execPath !== realpathSync(OWN_NODE)) return runAgain();
  console.error(
    `error: lab needs Node ${oldest} or newer, and this is ${process.versions.node}. Install a newer Node, or run \`npm run quickstart\` in a checkout: it puts one in .node/.`,
  );
  process.exitCode = WRONG_ENVIRONMENT;
}
