import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that a file belongs to. */
function packageOf(file) {
  let folder = dirname(file);
  while (!isPackage(folder)) folder = dirname(folder);
  return folder;
}

/** Some packages have nameless package.json files further down that only set the module type. */
function isPackage(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name !== undefined;
}

function titleOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

function textsOf(folder) {
  return readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');
}

/**
 * The names and licences of the packages that `files` come from: who passes on their code passes these on with it. Packages with
 * the same texts stand together.
 */
export function licencesOf(files) {
  const folders = [...new Set(files.map(packageOf))].sort();
  const byTexts = new Map();
  for (const folder of folders)
    byTexts.set(textsOf(folder), [...(byTexts.get(textsOf(folder)) ?? []), folder]);
  return [...byTexts]
    .map(([texts, sharing]) => `${sharing.map(titleOf).join('\n')}\n\n${texts}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}
