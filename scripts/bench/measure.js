import { execa } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const lab = [process.execPath, join(project, 'bin/run.js')];

/** Seconds that `work` takes. */
export async function seconds(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Runs a program to its end; throws if it fails. */
export async function runProgram(argv, options = {}) {
  const [file, ...args] = argv;
  return execa(file, args, { stdin: 'ignore', ...options });
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Measures each of `contenders` (name to function) in turn, `rounds` times; returns the median of each in seconds. */
export async function alternate(contenders, rounds) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) times[name].push(await seconds(work));
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

/** Runs `work` with a temporary folder and a state folder of its own. */
export async function inSandbox(work) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  const env = { XDG_STATE_HOME: join(folder, 'state') };
  try {
    await work(folder, env);
  } finally {
    await runProgram([...lab, 'down', '--all'], { env, reject: false });
    rmSync(folder, { recursive: true, force: true });
  }
}

export function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

export function head(title, ...cells) {
  console.log(`\n## ${title}\n`);
  row(...cells);
  row(...cells.map(() => '---'));
}

export const s = (value) => `${value.toFixed(3)} s`;
export const ms = (value) => `${(value * 1000).toFixed(2)} ms`;
export const ratio = (a, b) => (a / b).toFixed(2);
