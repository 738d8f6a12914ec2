import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { MachineError } from '../errors/families.js';
import type { MachineHost } from '../hosts/host.js';
import { LocalHost } from '../hosts/local-host.js';
import { NamespaceHost } from '../hosts/namespace-host.js';
import { createNamespace, destroyNamespace, type NamespaceHolder } from '../hosts/namespace.js';
import { findByName, functionsOf, machinesInside, machinesOn, type Machine } from '../model/lab.js';
import { withStep } from '../model/progress.js';
import type { Acceleration } from '../toolchain/types.js';
import { FUNCTIONS_SCRIPT, NETWORK_SCRIPT } from './artefacts.js';
import { Channels } from './channels.js';
import { logEvent } from './events.js';
import { bootLimitMs, scaledLimitMs } from './limits.js';
import { withLabLock } from './lab-lock.js';
import { changesAnything, planUp, type PlanStep } from './plan.js';
import { undoLocalFunctions } from './local-functions.js';
import { digestsOf, type BringUpOptions, type PreparedLab } from './prepare.js';
import { prepareInside, runPreparation } from './prepare-inside.js';
import { labId, LabFolder, RECORD_VERSION, type LabRecord, type MachineRecord } from './record.js';
import { RunningLab } from './running-lab.js';
import { settleDevices } from './settle-devices.js';
import { startMachine, waitForGuest, waitForQemu, type BootingMachine } from './start-machine.js';
import { runningMachines } from './survey.js';
import { takeDown } from './take-down.js';
import { writeArtefacts } from './write-artefacts.js';

/** The QEMU of the image hypervisor. */
const QEMU_INSIDE = ['qemu-system-x86_64'] as const;
const PREPARE_LIMIT_MS = 60_000;

/** What `bringUp` would do now. */
export async function planFor(prepared: PreparedLab): Promise<PlanStep[]> {
  const record = new LabFolder(labId(prepared.lab.name, prepared.file)).read();
  return planUp(prepared.desired, record, await runningMachines(record));
}

function freshRecord(prepared: PreparedLab, id: string): LabRecord {
  const { toolchain, acceleration, accelerationInside } = prepared;
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
      accelerationInside,
    },
    holder: null,
    network: null,
    machines: {},
  };
}

/** One `up` of one lab: the record grows with each thing that has been done, so that `down` always knows. */
class BringUp {
  #record: LabRecord;
  readonly #channels: Channels;

  constructor(
    private readonly prepared: PreparedLab,
    private readonly folder: LabFolder,
    private readonly options: BringUpOptions,
  ) {
    this.#record = folder.read() ?? freshRecord(prepared, folder.id);
    this.#channels = new Channels(prepared.lab, folder.run);
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
    await undoLocalFunctions(this.folder, this.prepared.toolchain.bin);
    rmSync(this.folder.run, { recursive: true, force: true });
    mkdirSync(this.folder.run, { recursive: true, mode: 0o700 });
    this.#save(freshRecord(this.prepared, this.folder.id));
    writeArtefacts(this.folder.run, this.prepared.artefacts);
    if (this.options.server !== undefined) await this.#prepareThisComputer();
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

  async #prepareThisComputer(): Promise<void> {
    const { progress, signal } = this.options;
    await withStep(progress, 'Make VFs and vDPA devices of this computer', async () => {
      const host = new LocalHost(this.folder.run, this.prepared.toolchain.bin);
      const log = this.folder.log('functions');
      await runPreparation(host, FUNCTIONS_SCRIPT, { log, limitMs: PREPARE_LIMIT_MS, signal });
      this.#log('functions');
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

  /** Where what runs on a machine, or on this computer for null, is. */
  async #hostOn(on: string | null): Promise<MachineHost> {
    const { holder } = this.#record;
    if (holder === null) throw new Error('the lab has no namespace');
    return on === null ? this.#host(holder) : this.#channels.inside(on, this.options.signal);
  }

  #log(event: string, details: Record<string, unknown> = {}): void {
    logEvent(this.folder.events, event, details);
  }

  #saveMachine(name: string, machine: MachineRecord): void {
    this.#save({ machines: { ...this.#record.machines, [name]: machine } });
  }

  /** Ends a machine's QEMU. Those inside it end with it. */
  async #stop(name: string): Promise<void> {
    const machine = this.#record.machines[name];
    if (machine === undefined) return;
    const inside = machinesInside(this.#record.lab, name).map((one) => one.name);
    const on = this.#record.lab.machines.find((one) => one.name === name)?.on ?? null;
    const reachable = on === null || this.#record.machines[on]?.ready === true;
    if (reachable) {
      const host = await this.#hostOn(on);
      if (machine.qemu !== null) await host.kill(machine.qemu);
      if (machine.outer !== null) await host.kill(machine.outer);
    }
    for (const one of [name, ...inside]) await this.#channels.forget(one);
    this.#log('machine-stopped', { machine: name });
    const others = Object.entries(this.#record.machines).filter(
      ([other]) => ![name, ...inside].includes(other),
    );
    this.#save({ machines: Object.fromEntries(others) });
  }

  /** Those on one place start before the first is waited for: they boot side by side. */
  async #startMachines(machines: readonly Machine[]): Promise<void> {
    const places = [...new Set(machines.map(({ on }) => on))];
    for (const place of places) {
      const booting: BootingMachine[] = [];
      for (const machine of machines.filter(({ on }) => on === place))
        booting.push(await this.#start(machine));
      for (const one of booting) await this.#finishStart(one);
    }
  }

  async #finishStart(booting: BootingMachine): Promise<void> {
    const { progress, signal } = this.options;
    const { machine } = booting;
    const { name, on } = machine;
    const where = on === null ? '' : ` in ${on}`;
    const { accelerator } = this.#accelerationOn(on);
    await withStep(progress, `Boot ${name}${where} (${accelerator.toUpperCase()})`, async () => {
      const started = Date.now();
      const limitMs = this.#bootLimitMs(machine);
      const qemu = await waitForQemu(booting, this.folder, limitMs, signal);
      const recorded = { digest: this.#digestOf(name), outer: booting.process.outer, qemu };
      this.#saveMachine(name, { ...recorded, ready: false });
      const connect = this.#channels.to(name, 'agent');
      const agent = await waitForGuest(booting, this.folder, connect, limitMs, signal);
      this.#log('machine-answers', { machine: name, ms: Date.now() - started });
      try {
        if (machine.disk) await settleDevices(agent, signal);
      } finally {
        agent.close();
      }
      await this.#prepareInside(machine);
      this.#saveMachine(name, { ...recorded, ready: true });
      this.#log('machine-ready', { machine: name, ms: Date.now() - started });
      booting.process.detach();
    });
  }

  async #prepareInside({ name, on }: Machine): Promise<void> {
    const { lab } = this.prepared;
    if (machinesOn(lab, name).length === 0) return;
    const { signal } = this.options;
    const started = Date.now();
    const limitMs = scaledLimitMs(PREPARE_LIMIT_MS, this.#accelerationOn(on).accelerator);
    const host = await this.#channels.inside(name, signal);
    await prepareInside({ lab, folder: this.folder, machine: name, host, limitMs, signal });
    this.#log('inside-prepared', { machine: name, ms: Date.now() - started });
  }

  #accelerationOn(on: string | null): Acceleration {
    return on === null ? this.prepared.acceleration : this.prepared.accelerationInside;
  }

  #digestOf(machine: string): string {
    return this.prepared.desired.machines[machine]?.digest ?? '';
  }

  #bootLimitMs({ nics, on }: Machine): number {
    const functions = nics.flatMap(functionsOf).length;
    const { accelerator } = this.#accelerationOn(on);
    const nested = on !== null && this.prepared.acceleration.accelerator === 'tcg';
    return this.options.bootLimitMs ?? bootLimitMs(functions, accelerator, nested);
  }

  async #start(machine: Machine): Promise<BootingMachine> {
    const { name, on } = machine;
    const { toolchain, images, lab } = this.prepared;
    const image = images.get(name);
    if (image === undefined) throw new Error(`machine ${name} has nothing to boot`);
    const qemu = on === null ? toolchain.qemu.command : QEMU_INSIDE;
    const booting = await startMachine(machine, {
      lab,
      folder: this.folder,
      host: await this.#hostOn(on),
      image: on === null ? image : null,
      qemu,
      bin: toolchain.bin,
      accelerator: this.#accelerationOn(on).accelerator,
    });
    this.#saveMachine(name, {
      digest: this.#digestOf(name),
      outer: booting.process.outer,
      qemu: null,
      ready: false,
    });
    this.#log('machine-started', { machine: name, on, image: image.digest, qemu });
    return booting;
  }

  async close(): Promise<void> {
    await this.#channels.close();
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
      const plan = await planFor(prepared);
      const work = new BringUp(prepared, folder, options);
      try {
        await work.apply(plan);
        options.signal.throwIfAborted();
      } catch (error) {
        const wasUp = plan.some(({ kind, action }) => kind === 'namespace' && action === 'keep');
        if (!wasUp) await takeDown(work.record);
        throw error;
      } finally {
        await work.close();
      }
      return { running: new RunningLab(work.record), plan, changed: changesAnything(plan) };
    },
  );
}
