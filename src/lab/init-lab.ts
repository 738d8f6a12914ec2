import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nicModel } from '../devices/catalog.js';
import { UsageError } from '../errors/families.js';
import { writeFileAt } from '../process/located.js';
import { renderTemplate } from '../render/templates.js';
import type { Artefact } from './artefacts.js';
import { labSchema } from '../definition/json-schema.js';
import { name as labName } from '../model/shape-words.js';

declare module '../render/templates.js' {
  interface Views {
    'init/lab.yaml': NewLabView;
    'init/README.md': NewLabView;
  }
}

export const INIT_BACKENDS = ['tap', 'user'] as const;

/** The contents of a new lab. */
export interface InitOptions {
  readonly name: string;
  readonly model: string;
  readonly backend: (typeof INIT_BACKENDS)[number];
  readonly vfs: number;
  /** Whether it is a cluster: the machine is its node. */
  readonly kubernetes: boolean;
}

/** What the templates of a new lab show. */
interface NewLabView {
  readonly name: string;
  readonly model: string;
  readonly vfs: number;
  readonly onNetwork: boolean;
  readonly onUser: boolean;
  readonly kubernetes: boolean;
  readonly summary: string;
  readonly checks: readonly string[];
}

function wrong(message: string, hint: string): UsageError {
  return new UsageError({ code: 'LAB-USAGE', message, hint });
}

function assertPossible({ name, model, vfs, backend, kubernetes }: InitOptions): void {
  const problem = labName.safeParse(name).error?.issues[0];
  if (problem !== undefined)
    throw wrong(`\`${name}\` is not a valid name for a lab`, `it ${problem.message}`);
  const { maxVfs } = nicModel(model);
  if (vfs > maxVfs)
    throw wrong(`a NIC of model ${model} can have at most ${maxVfs} VFs`, `use --vfs ${maxVfs} or less`);
  if (kubernetes && nicModel(model).kind !== 'network')
    throw wrong(`pods cannot get VFs of model ${model}`, 'choose a network card with --model');
  if (kubernetes && backend !== 'tap')
    throw wrong('pods on VFs need a network to be on', 'leave --backend out, or use --backend tap');
}

function summaryOf({ model, vfs, kubernetes }: InitOptions, onNetwork: boolean): string {
  const count = `${vfs} ${vfs === 1 ? 'VF' : 'VFs'}`;
  if (kubernetes) return `A Kubernetes cluster whose pods get ${count} of a ${model} PF`;
  return `A guest whose ${model} PF can create ${count}${onNetwork ? ', and a server that it reaches over them' : ''}`;
}

function checksFor({ kubernetes }: InitOptions, hasBackend: boolean): readonly string[] {
  if (kubernetes) return ['cluster', 'pod-vf', 'pod-network'];
  return ['vf-creation', 'hotplug-free', hasBackend ? 'traffic' : 'storage'];
}

/** The files of a new lab: a definition, a README, and beside them the JSON Schema for editors. */
export function initialFiles(options: InitOptions): Artefact[] {
  assertPossible(options);
  const { name, model, vfs, kubernetes } = options;
  const hasBackend = nicModel(model).kind === 'network';
  const onNetwork = hasBackend && options.backend === 'tap';
  const view: NewLabView = {
    name,
    model,
    vfs,
    onNetwork,
    onUser: hasBackend && options.backend === 'user',
    kubernetes,
    summary: summaryOf(options, onNetwork),
    checks: checksFor(options, hasBackend),
  };
  return [
    { path: 'lab.yaml', content: renderTemplate('init/lab.yaml', view), executable: false },
    { path: 'README.md', content: renderTemplate('init/README.md', view), executable: false },
    { path: 'lab.schema.json', content: `${JSON.stringify(labSchema(), null, 2)}\n`, executable: false },
  ];
}

/**
 * Writes the files of a new lab and returns their paths. Throws UsageError if the folder is not empty, because nothing is ever
 * overwritten. With `dryRun`, does everything except writing.
 */
export function initLab(folder: string, options: InitOptions, dryRun: boolean): string[] {
  const files = initialFiles(options);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError({
      code: 'LAB-INIT-NOT-EMPTY',
      message: `${folder} exists and is not empty`,
      hint: 'choose another name, or another folder with --output; nothing is ever overwritten',
    });
  }
  if (!dryRun) {
    mkdirSync(folder, { recursive: true });
    for (const { path, content } of files) writeFileAt(join(folder, path), content, { flag: 'wx' });
  }
  return files.map(({ path }) => join(folder, path));
}
