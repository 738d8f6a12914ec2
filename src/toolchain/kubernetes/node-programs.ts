import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import { inStep, type Task } from '../../model/task.js';
import { findGo, runGo } from '../go.js';
import type { BuildOptions } from './build-programs.js';
import { goVersionOf, moduleFolder, moduleSources } from './go-module.js';
import { nodeProgramNames } from './program-names.js';
import { publishedFolder } from './publish.js';
import { openWorkSpace } from './work-space.js';

const FLAGS = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags=-s -w'] as const;

/** 32 hex digits that change with all that the programs are built from. */
export function nodeProgramsKey(): string {
  return digestOf([moduleSources('kubernetes-node'), FLAGS]).slice(0, 32);
}

/** Go's modules, its compiled packages and the programs. */
const NEEDED_BYTES = 2_000_000_000;

/**
 * The folder with the node's own programs, built if it is not in the cache. They are the same for every version of Kubernetes, and what
 * is compiled for them need not be compiled for that again.
 */
export async function nodePrograms(
  { environment, mirror, key }: Omit<BuildOptions, 'version'>,
  task: Task,
): Promise<string> {
  const build = async (result: string, scratch: string, step: Task): Promise<void> => {
    const purpose = 'building a node’s programs';
    const work = await openWorkSpace(environment, { key, bytes: NEEDED_BYTES, purpose });
    const module = join(scratch, 'module');
    cpSync(moduleFolder('kubernetes-node'), module, { recursive: true });
    const oldest = goVersionOf(moduleSources('kubernetes-node'));
    const go = await findGo({ scratch, mirror, keyring: environment.debianKeyring, oldest }, step);
    mkdirSync(result, { recursive: true });
    const packages = nodeProgramNames.map((name) => `./${name}`);
    await runGo(
      go,
      ['build', '-v', ...FLAGS, '-o', `${result}/`, ...packages],
      { module, scratch: work },
      step,
    );
  };
  return publishedFolder(
    `node-${nodeProgramsKey()}`,
    async (result, scratch) =>
      inStep(task, 'Build the node’s device plugin, CNI plugin and DRA driver', async (step) =>
        build(result, scratch, step),
      ),
    environment,
    task,
  );
}
