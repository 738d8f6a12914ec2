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
  const shipped = shippedDefinition(lab) ?? shippedDefinition(shippedName(lab));
  if (shipped !== undefined) return shipped;
  return /\.ya?ml$/.test(lab) ? path : join(path, DEFINITION);
}

/** The definition of a shipped lab; undefined if there is none of that name. Looks at that one alone: listing all takes a while. */
function shippedDefinition(name: string): string | undefined {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(name)) return undefined;
  const path = join(packageFolder(), LABS, name, DEFINITION);
  return existsSync(path) ? path : undefined;
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
