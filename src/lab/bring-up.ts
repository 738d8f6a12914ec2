import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { MachineError } from '../errors/families.js';
import { NamespaceHost } from '../hosts/namespace-host.js';
import { createNamespace, destroyNamespace, type NamespaceHolder } from '../hosts/namespace.js';
import { findByName, functionsOf, type Machine } from '../model/lab.js';
import { withStep } from '../model/progress.js';
import { NETWORK_SCRIPT } from './artefacts.js';
import { logEvent } from './events.js';
import { bootLimitMs } from './limits.js';
import { withLabLock } from './lab-lock.js';
import { changesAnything, planUp, type PlanStep } from './plan.js';
import { digestsOf, type BringUpOptions, type PreparedLab } from './prepare.js';
import { labId, LabFolder, RECORD_VERSION, type LabRecord, type MachineRecord } from './record.js';
import { RunningLab } from './running-lab.js';
import {
  startMachine,
  stopMachine,
  waitForGuest,
  waitForQemu,
  type BootingMachine,
} from './start-machine.js';
import { takeDown } from './take-down.js';
import { writeArtefacts } from './write-artefacts.js';
/** What `bringUp` would do now. */
export function planFor(prepared: PreparedLab): PlanStep[] {
  return planUp(prepared.desired, new LabFolder(labId(prepared.lab.name, prepared.file)).read());
}

function freshRecord(prepared: PreparedLab, id: string): LabRecord {
  const { toolchain, acceleration } = prepared;
  return {
    version: RECORD_VERSION,
    id,
    definition: prepared.file,
    lab: prepared.lab,
    startedAt: new Date().toISOString(),
    tools: {
      qemu: toolchain.qemu.version,
      kernel: toolchain.kernel.release,
      bin: toolchain.bin,
      acceleration,
      images: digestsOf(prepared.images),
    },
    holder: null,
    network: null,
    machines: {},
  };
}

/** One `up` of one lab: the record grows with each thing that has been done, so that `down` always knows. */
class BringUp {
  #record: LabRecord;

  constructor(
    private readonly prepared: PreparedLab,
    private readonly folder: LabFolder,
    private readonly options: BringUpOptions,
  ) {
    this.#record = folder.read() ?? freshRecord(prepared, folder.id);
  }

  get record(): LabRecord {
    return this.#record;
  }

  #save(changes: Partial<LabRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.folder.write(this.#record);
  }

  async apply(plan: readonly PlanStep[]): Promise<void> {
    const namespace = plan.find(({ kind }) => kind === 'namespace');
    if (namespace?.action !== 'keep') await this.#makeNamespace();
    else this.#refresh();
    const machines = plan.filter(({ kind }) => kind === 'machine');
    for (const { name } of machines.filter(({ action }) => action === 'remove' || action === 'replace'))
      await this.#stop(name);
    const starting = machines
      .filter(({ action }) => action === 'create' || action === 'replace')
      .map(({ name }) => findByName(this.prepared.lab.machines, name));
    await this.#startMachines(starting);
  }

  /** The definition may have changed in ways that need nothing to be restarted: its checks. */
  #refresh(): void {
    writeArtefacts(this.folder.run, this.prepared.artefacts);
    this.#save({ lab: this.prepared.lab });
  }

  async #makeNamespace(): Promise<void> {
    if (this.#record.holder !== null) await destroyNamespace(this.#record.holder);
    rmSync(this.folder.run, { recursive: true, force: true });
    mkdirSync(this.folder.run, { recursive: true, mode: 0o700 });
    this.#save(freshRecord(this.prepared, this.folder.id));
    writeArtefacts(this.folder.run, this.prepared.artefacts);
    await withStep(this.options.progress, 'Make the networks and peers', async () => {
      const holder = await createNamespace(this.folder.run, this.folder.log('namespace'), (held) => {
        this.#save({ holder: held });
      });
      this.#log('namespace', { pid: holder.init.pid });
      await this.#runNetworkScript(holder);
      this.#save({ network: this.prepared.desired.network });
      this.#log('network');
    });
  }

  async #runNetworkScript(holder: NamespaceHolder): Promise<void> {
    const { exitCode, stderr } = await this.#host(holder).run(['sh', '-e', NETWORK_SCRIPT], {
      signal: this.options.signal,
    });
    writeFileSync(this.folder.log('network'), stderr);
    if (exitCode === 0) {
      // How it made do with what this computer's kernel has.
      for (const line of stderr.split('\n')) if (line !== '') this.options.progress.warn(line);
      return;
    }
    throw new MachineError(
      {
        code: 'LAB-NETWORK-SCRIPT',
        message: 'the networks of the lab could not be made',
        location: { file: this.folder.log('network') },
        hint: 'run `lab doctor`; the script is network.sh of `lab render`',
      },
      { cause: new Error(stderr.trim()) },
    );
  }

  #host(holder: NamespaceHolder): NamespaceHost {
    return new NamespaceHost({ holder, folder: this.folder.run, bin: this.prepared.toolchain.bin });
  }

  #log(event: string, details: Record<string, unknown> = {}): void {
    logEvent(this.folder.events, event, details);
  }

  #saveMachine(name: string, machine: MachineRecord): void {
    this.#save({ machines: { ...this.#record.machines, [name]: machine } });
  }

  async #stop(name: string): Promise<void> {
    const machine = this.#record.machines[name];
    if (machine === undefined) return;
    await stopMachine(machine);
    this.#log('machine-stopped', { machine: name });
    const others = Object.entries(this.#record.machines).filter(([other]) => other !== name);
    this.#save({ machines: Object.fromEntries(others) });
  }

  /** All start before the first is waited for: they boot side by side. */
  async #startMachines(machines: readonly Machine[]): Promise<void> {
    const { accelerator } = this.prepared.acceleration;
    const booting: BootingMachine[] = [];
    for (const machine of machines) booting.push(await this.#start(machine));
    for (const one of booting) {
      const { name } = one.machine;
      await withStep(this.options.progress, `Boot ${name} (${accelerator.toUpperCase()})`, async () => {
        const started = Date.now();
        const limitMs = this.#bootLimitMs(one.machine);
        const qemu = await waitForQemu(one, this.folder, limitMs, this.options.signal);
        const machine = { digest: this.prepared.desired.machines[name] ?? '', outer: one.outer, qemu };
        this.#saveMachine(name, { ...machine, ready: false });
        await waitForGuest(one, this.folder, limitMs, this.options.signal);
        this.#saveMachine(name, { ...machine, ready: true });
        this.#log('machine-ready', { machine: name, ms: Date.now() - started });
        one.process.detach();
      });
    }
  }

  #bootLimitMs({ nics }: Machine): number {
    const functions = nics.flatMap(functionsOf).length;
    return this.options.bootLimitMs ?? bootLimitMs(functions, this.prepared.acceleration.accelerator);
  }

  async #start(machine: Machine): Promise<BootingMachine> {
    const { holder } = this.#record;
    const image = this.prepared.images.get(machine.image);
    if (holder === null || image === undefined)
      throw new Error(`machine ${machine.name} has nowhere to start`);
    const booting = await startMachine(machine, {
      folder: this.folder,
      host: this.#host(holder),
      image,
      qemu: this.prepared.toolchain.qemu.command,
      accelerator: this.prepared.acceleration.accelerator,
    });
    const digest = this.prepared.desired.machines[machine.name] ?? '';
    this.#saveMachine(machine.name, { digest, outer: booting.outer, qemu: null, ready: false });
    this.#log('machine-started', {
      machine: machine.name,
      image: image.digest,
      qemu: this.prepared.toolchain.qemu.command,
    });
    return booting;
  }
}

export interface BroughtUp {
  readonly running: RunningLab;
  readonly plan: readonly PlanStep[];
  /** Whether anything had to be done. */
  readonly changed: boolean;
}

/**
 * Brings a lab up, or up to date: keeps what is as defined, replaces what is not. When it fails or is aborted, what this
 * call made is taken away again; the logs stay.
 */
export async function bringUp(prepared: PreparedLab, options: BringUpOptions): Promise<BroughtUp> {
  const folder = new LabFolder(labId(prepared.lab.name, prepared.file));
  return withLabLock(
    folder,
    { purpose: `lab up ${prepared.lab.name}`, progress: options.progress, signal: options.signal },
    async () => {
      const plan = planFor(prepared);
      const work = new BringUp(prepared, folder, options);
      try {
        await work.apply(plan);
        options.signal.throwIfAborted();
      } catch (error) {
        const wasUp = plan.some(({ kind, action }) => kind === 'namespace' && action === 'keep');
        if (!wasUp) await takeDown(work.record);
        throw error;
      }
      return { running: new RunningLab(work.record), plan, changed: changesAnything(plan) };
    },
  );
}
