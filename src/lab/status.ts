import { isHolderAlive } from '../hosts/namespace.js';
import { runningMachines } from './survey.js';
import { LabFolder, type LabRecord, type MachineRecord } from './record.js';

export type MachineState = 'up' | 'booting' | 'ended';
export type LabState = 'up' | 'partly up' | 'broken';

export interface LabStatus {
  readonly id: string;
  readonly name: string;
  readonly state: LabState;
  readonly definition: string;
  readonly startedAt: string;
  readonly qemu: string;
  readonly accelerator: string;
  readonly folder: string;
  readonly machines: readonly {
    readonly name: string;
    /** The machine that it runs on; null: this computer. */
    readonly on: string | null;
    readonly state: MachineState;
    /** Of its QEMU, there. */
    readonly pid: number | null;
  }[];
  readonly peers: readonly { readonly name: string; readonly address: string }[];
}

function machineState(machine: MachineRecord | undefined, running: boolean): MachineState {
  if (machine === undefined || !running) return 'ended';
  return machine.ready ? 'up' : 'booting';
}

function labState(record: LabRecord, machines: readonly { state: MachineState }[]): LabState {
  if (record.holder === null || !isHolderAlive(record.holder)) return 'broken';
  return record.network !== null && machines.every(({ state }) => state === 'up') ? 'up' : 'partly up';
}

/** How a recorded lab is right now. `broken`: its namespace has gone; `lab up` or `lab down` puts it right. */
export async function statusOf(record: LabRecord): Promise<LabStatus> {
  const running = await runningMachines(record);
  const machines = record.lab.machines.map(({ name, on }) => {
    const machine = record.machines[name];
    const state = machineState(machine, running.has(name));
    return { name, on, state, pid: state === 'ended' ? null : (machine?.qemu?.pid ?? null) };
  });
  return {
    id: record.id,
    name: record.lab.name,
    state: labState(record, machines),
    definition: record.definition,
    startedAt: record.startedAt,
    qemu: record.tools.qemu,
    accelerator: record.tools.acceleration.accelerator,
    folder: new LabFolder(record.id).run,
    machines,
    peers: record.lab.peers.map(({ name, address }) => ({ name, address })),
  };
}
