import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors/families.js';
import { packageFolder } from '../model/folders.js';
import { nearest } from '../model/nearest.js';

const LABS = 'labs';
const DEFINITION = 'lab.yaml';

/** Folders of the labs that come with this package, by name; those in a folder of labs are called `refused/pf-first`. */
export function shippedLabs(): Map<string, string> {
  const folder = join(packageFolder(), LABS);
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === DEFINITION)
    .map((path) => dirname(path))
    .sort();
  return new Map(names.map((name) => [name, join(folder, name)]));
}

/** The definition's file that a LAB argument would name, whether it is there or not. */
export function definitionPath(lab: string): string {
  const path = resolve(lab);
  if (existsSync(path)) return statSync(path).isDirectory() ? join(path, DEFINITION) : path;
  const shipped = shippedLabs().get(lab) ?? shippedLabs().get(shippedName(lab));
  if (shipped !== undefined) return join(shipped, DEFINITION);
  return /\.ya?ml$/.test(lab) ? path : join(path, DEFINITION);
}

/** `labs/quickstart` names the shipped lab from any folder. */
function shippedName(lab: string): string {
  return lab.startsWith(`${LABS}/`) ? lab.slice(LABS.length + 1).replace(/\/$/, '') : '';
}

/** Names of labs that a command can be given here: the shipped ones, and the folders here with a definition in them. */
export function labsAtHand(): string[] {
  const folders = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(entry.name, DEFINITION)))
    .map(({ name }) => name);
  return [...new Set([...shippedLabs().keys(), ...folders])];
}

/** There is no such lab. `up`: names of labs that are up, which LAB could have been too. */
export function noSuchLab(lab: string, up: readonly string[] = []): UsageError {
  const known = [...up, ...labsAtHand()];
  const written = shippedName(lab) || lab;
  // `pf-frist` may mean `refused/pf-first`.
  const meant = nearest(written, known) ?? known.find((name) => nearest(written, [basename(name)]));
  const running = up.length === 0 ? '' : `up now: ${up.join(', ')}; `;
  return new UsageError({
    code: 'LAB-NOT-FOUND',
    message: `there is no lab \`${lab}\`: neither a file, nor a folder with a ${DEFINITION}, nor a shipped lab`,
    hint:
      meant === undefined
        ? `name one of them; ${running}shipped: ${[...shippedLabs().keys()].join(', ')}`
        : `did you mean \`${meant}\`?`,
  });
}

/** The definition's file for LAB: a folder, a file, or a shipped lab's name. Throws UsageError if there is none. */
export function findDefinition(lab: string): string {
  const path = definitionPath(lab);
  if (existsSync(path)) return path;
  throw noSuchLab(lab);
}
