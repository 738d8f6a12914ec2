import { isHolderAlive } from '../hosts/namespace.js';
import { isOfThisVersion, type LabRecord, type MachineRecord } from './record.js';

export type Action = 'create' | 'keep' | 'replace' | 'remove';

/** One thing of the lab, what becomes of it, and why. */
export interface PlanStep {
  readonly kind: 'namespace' | 'network' | 'machine';
  readonly name: string;
  readonly action: Action;
  readonly reason: string;
}

/** A machine as the definition asks for it. */
export interface DesiredMachine {
  /** Over everything that it is started from. */
  readonly digest: string;
  /** The machine that it runs on; null: this computer. */
  readonly on: string | null;
}

/** What the definition asks for, as digests. */
export interface Desired {
  readonly network: string;
  /** By name; a machine comes after the one that it runs on. */
  readonly machines: Readonly<Record<string, DesiredMachine>>;
}

function planNamespace(desired: Desired, record: LabRecord | undefined): PlanStep {
  const step = { kind: 'namespace', name: 'lab' } as const;
  if (!record?.holder) return { ...step, action: 'create', reason: 'the lab is not up' };
  if (!isOfThisVersion(record))
    return { ...step, action: 'replace', reason: 'it was brought up by another version of lab' };
  if (!isHolderAlive(record.holder))
    return { ...step, action: 'replace', reason: 'the process that held it has ended' };
  if (record.network === null)
    return { ...step, action: 'replace', reason: 'an earlier `lab up` was interrupted in its networks' };
  if (record.network !== desired.network)
    return { ...step, action: 'replace', reason: 'the networks of the definition have changed' };
  return { ...step, action: 'keep', reason: 'it is as defined' };
}

function planMachine(
  name: string,
  digest: string,
  recorded: MachineRecord | undefined,
  running: boolean,
): PlanStep {
  const step = { kind: 'machine', name } as const;
  if (recorded === undefined) return { ...step, action: 'create', reason: 'it does not run' };
  if (recorded.qemu === null || !running) return { ...step, action: 'replace', reason: 'its QEMU has ended' };
  if (recorded.digest !== digest)
    return { ...step, action: 'replace', reason: 'its definition, image or QEMU has changed' };
  if (!recorded.ready)
    return { ...step, action: 'replace', reason: 'an earlier `lab up` was interrupted while it booted' };
  return { ...step, action: 'keep', reason: 'it runs as defined' };
}

/** Machines inside one that is made anew go with it, and come again with it. */
function planMachines(
  desired: Desired,
  recorded: LabRecord['machines'],
  running: ReadonlySet<string>,
): PlanStep[] {
  const anew = new Set<string>();
  return Object.entries(desired.machines).map(([name, { digest, on }]) => {
    const step =
      on !== null && anew.has(on)
        ? ({
            kind: 'machine',
            name,
            action: 'create',
            reason: `machine ${on}, which it runs on, is new`,
          } as const)
        : planMachine(name, digest, recorded[name], running.has(name));
    if (step.action !== 'keep') anew.add(name);
    return step;
  });
}

/** What `up` has to do, in order, from what is recorded and the machines that run. */
export function planUp(
  desired: Desired,
  record: LabRecord | undefined,
  running: ReadonlySet<string>,
): PlanStep[] {
  const namespace = planNamespace(desired, record);
  const fresh = namespace.action !== 'keep';
  const recorded = fresh ? {} : (record?.machines ?? {});
  return [
    namespace,
    {
      kind: 'network',
      name: 'networks and peers',
      action: fresh ? 'create' : 'keep',
      reason: fresh ? 'the namespace is new' : 'they are as defined',
    },
    ...Object.keys(recorded)
      .filter((name) => !(name in desired.machines))
      .map((name): PlanStep => ({
        kind: 'machine',
        name,
        action: 'remove',
        reason: 'the definition has it no more',
      })),
    ...planMachines(desired, recorded, running),
  ];
}

export function changesAnything(plan: readonly PlanStep[]): boolean {
  return plan.some(({ action }) => action !== 'keep');
}
