import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../model/folders.js';
import { printableLine } from '../../errors/printable.js';
import { readEnvironment } from '../environment.js';
import { askedFor, type Candidate, type LiveName, type Manifest } from './command-line.js';

async function namesNow(live: LiveName): Promise<Candidate[]> {
  const { liveNames } = await import('./names.js');
  return liveNames(live, readEnvironment());
}

async function candidatesFor(words: readonly string[]): Promise<readonly Candidate[]> {
  const manifest = JSON.parse(readFileSync(join(packageFolder(), 'oclif.manifest.json'), 'utf8')) as Manifest;
  const { candidates, live } = askedFor(words, manifest);
  if (live === undefined) return candidates;
  // A wrong definition or a missing home folder is no reason to write between the words of a command line.
  return [...candidates, ...(await namesNow(live).catch(() => []))];
}

/**
 * What a shell is told of the last of the words behind `lab`: a line for each word that it could become, then a tab and what the word
 * means. No line: it may be a file.
 */
export async function completionOf(words: readonly string[]): Promise<string> {
  // Behind a flag bash takes the = for a word of its own.
  const current = words.at(-1)?.replace(/^=$/, '') ?? '';
  const fitting = (await candidatesFor(words)).filter(({ word }) => word.startsWith(current));
  return fitting
    .map(({ word, description }) => `${printableLine(word)}\t${printableLine(description)}\n`)
    .join('');
}
