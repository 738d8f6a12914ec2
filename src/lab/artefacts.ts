import { createHash } from 'node:crypto';
import { benchScripts } from '../bench/scripts.js';
import { findCheck } from '../checks/catalog.js';
import type { CheckTarget } from '../checks/check.js';
import type { BackendFacts } from '../devices/backends.js';
import { findByName, type CheckRequest, type Lab } from '../model/lab.js';
import { labReadmeView } from '../render/lab-readme-view.js';
import { machineView } from '../render/machine-view.js';
import { networkView } from '../render/network-view.js';
import { renderTemplate } from '../render/templates.js';
import type { Accelerator } from '../toolchain/types.js';

export interface Artefact {
  /** Relative to the lab's folder. */
  readonly path: string;
  readonly content: string;
  readonly executable: boolean;
}

/** What of this computer shows in the artefacts. */
export interface RenderFacts extends BackendFacts {
  /** Named beside the figures that the checks take. */
  readonly accelerator: Accelerator;
}

export const NETWORK_SCRIPT = 'network.sh';

export function machineArguments(machine: string): string {
  return `${machine}.qemu`;
}

/** A check's request with the parts of the lab that it speaks of. */
export function checkTarget(lab: Lab, request: CheckRequest): CheckTarget {
  const machine = findByName(lab.machines, request.machine);
  return { lab, machine, nic: findByName(machine.nics, request.nic), request };
}

function checkArtefacts(lab: Lab, accelerator: Accelerator): Artefact[] {
  const scripts = lab.checks.flatMap((request) =>
    findCheck(request.check).scripts(checkTarget(lab, request), accelerator),
  );
  const byPath = new Map(scripts.map(({ path, content }) => [path, { path, content, executable: true }]));
  return [...byPath.values()];
}

/** Everything that the lab is run from, as text that a person could have written. */
export function renderLab(lab: Lab, facts: RenderFacts): Artefact[] {
  return [
    { path: NETWORK_SCRIPT, content: renderTemplate('network.sh', networkView(lab)), executable: true },
    ...lab.machines.map((machine) => ({
      path: machineArguments(machine.name),
      content: renderTemplate('machine.qemu', machineView(machine, facts)),
      executable: false,
    })),
    ...checkArtefacts(lab, facts.accelerator),
    ...benchScripts(lab).map((script) => ({ ...script, executable: true })),
    { path: 'run.sh', content: renderTemplate('run.sh', labReadmeView(lab)), executable: true },
    { path: 'README.md', content: renderTemplate('README.md', labReadmeView(lab)), executable: false },
  ];
}

/** The arguments in a rendered `.qemu` file: one a line. */
export function parseArguments(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

export function digestOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex');
}
