import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../model/environment.js';
import type { Task } from '../model/task.js';
import { toolchainFolder } from './folders.js';
import { readJson, writeJson } from './json-file.js';
import { askQemu, type QemuFeature } from './qemu-feature.js';

/** An earlier version of lab may have asked less. */
type Answers = Record<string, Partial<QemuFeature>>;

const maxAnswers = 20;

/**
 * Like askQemu for a program at `path`, and remembers the answer for as long as the file has the same time and size. A script is
 * asked each time: what it starts may have changed. Throws ProcessError if it does not run.
 */
export async function askQemuOnce(path: string, environment: Environment, task: Task): Promise<QemuFeature> {
  const key = keyOf(path);
  const file = answersFile(environment);
  const answers = (readJson(file) ?? {}) as Answers;
  const known = answers[key];
  if (isWhole(known) && isBinary(path)) return known;

  const answer = await askQemu([path], task);
  remember(file, { ...Object.fromEntries(Object.entries(answers).slice(1 - maxAnswers)), [key]: answer });
  return answer;
}

function isWhole(answer: Partial<QemuFeature> | undefined): answer is QemuFeature {
  return answer?.version !== undefined && answer.sriov !== undefined && answer.foreign !== undefined;
}

/** A file's identity: where it really is, when it was changed, how long it is. */
export function keyOf(path: string): string {
  const real = realpathSync(path);
  const { mtimeMs, size } = statSync(real);
  return `${real} ${mtimeMs} ${size}`;
}

/** That an answer could not be kept only costs time; whoever needs the cache folder says what is wrong with it. */
function remember(file: string, answers: Answers): void {
  try {
    writeJson(file, answers);
  } catch {
    return;
  }
}

function answersFile(environment: Environment): string {
  return join(toolchainFolder(environment), 'qemu-answers.json');
}

function isBinary(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(file, magic, 0, 4, 0);
    return magic.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(file);
  }
}
