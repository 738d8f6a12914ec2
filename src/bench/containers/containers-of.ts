import type { CheckScript } from '../../checks/check.js';
import type { Bench } from '../../model/bench.js';
import { findByName, type Lab } from '../../model/lab.js';
import type { Accelerator } from '../../toolchain/types.js';
import type { Containers } from './containers.js';
import { namespaceContainers } from './namespaces.js';
import { podContainers } from './pods.js';

/** The containers of a lab's bench. */
export function containersOf(lab: Lab, bench: Bench): Containers {
  const { containers } = bench;
  return containers.kind === 'pods'
    ? podContainers(lab, bench)
    : namespaceContainers(lab, bench, containers.subnet);
}

/** The scripts of a lab's bench; none if the lab has no bench. `acceleratorOn`: of a machine on this one; null: on this computer. */
export function benchScripts(lab: Lab, acceleratorOn: (on: string | null) => Accelerator): CheckScript[] {
  const { bench } = lab;
  if (bench === null) return [];
  const { on } = findByName(lab.machines, bench.machine);
  return containersOf(lab, bench).scripts(acceleratorOn(on));
}
