import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHolderAlive } from '../../../src/hosts/namespace.js';
import { findRecord } from '../../../src/lab/find-record.js';
import type { PreparedLab } from '../../../src/lab/prepare.js';
import { labId, LabFolder } from '../../../src/lab/record.js';
import { bringDown } from '../../../src/lab/take-down.js';
import { planFor, withLab, type LentLab } from '../../../src/lab/with-lab.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import { killAndWait } from '../../../src/process/identity.js';
import { labWithNic } from '../../support/definition.js';
import { record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const blank = record(labWithNic());
// A namespace, and networks that need nothing: it is up in a moment.
const lab = { ...blank.lab, machines: [], checks: [], networks: [], peers: [] };
const use = { purpose: 'lab test it', keep: false };
let network = 'exit 0';
let folder: LabFolder;

beforeEach(() => {
  network = 'exit 0';
  folder = new LabFolder(scratch(), labId(lab.name, blank.definition));
});

afterEach(async () => {
  await bringDown(folder, silentTask());
});

/** As far as a lab without machines needs it. */
function prepared(): PreparedLab {
  return {
    lab,
    file: blank.definition,
    folder,
    toolchain: { qemu: { version: '11' }, kernel: { release: '6' }, bin: '/nowhere' },
    acceleration: blank.tools.acceleration,
    accelerationInside: blank.tools.accelerationInside,
    cluster: null,
    images: new Map(),
    artefacts: [{ path: 'network.sh', content: network, executable: true }],
    tools: '',
    bootLimitMs: undefined,
  } as unknown as PreparedLab;
}

async function lend<T>(work: (lent: LentLab) => Promise<T>, keep = false): Promise<T> {
  return withLab(prepared(), { ...use, keep }, silentTask(), work);
}

const isUp = async (): Promise<boolean> => {
  const { holder } = findRecord(scratch(), folder.id) ?? { holder: null };
  return Promise.resolve(holder !== null && isHolderAlive(holder));
};

describe('withLab', () => {
  it('lends a lab that is up, and takes it down afterwards', async () => {
    expect(await lend(isUp)).toBe(true);
    expect(folder.read()).toBeUndefined();
    expect(existsSync(`${folder.run}/network.sh`)).toBe(false);
  });

  it('takes down what it brought up when the work fails', async () => {
    await expect(lend(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await isUp()).toBe(false);
  });

  it('says that it was interrupted, not what broke off because of that', async () => {
    const abort = new AbortController();
    const task = taskWith(silentProgress, abort.signal);
    const work = async (): Promise<never> => {
      abort.abort(new Error('interrupted'));
      return Promise.reject(new Error('the guest agent does not answer'));
    };
    await expect(withLab(prepared(), use, task, work)).rejects.toThrow('interrupted');
    expect(await isUp()).toBe(false);
  });

  it('keeps the lab when it is told to, and a lab that was up before', async () => {
    const first = await lend(async ({ running, plan }) => Promise.resolve({ running, plan }), true);
    expect(first.plan.map(({ action }) => action)).toEqual(['create', 'create']);
    const second = await lend(async ({ running, plan }) => Promise.resolve({ running, plan }));
    expect(second.plan.map(({ action }) => action)).toEqual(['keep', 'keep']);
    expect(second.running.record.holder).toEqual(first.running.record.holder);
    expect(await isUp()).toBe(true);
  });

  it('takes away what it made when the lab does not come up, with its own words', async () => {
    network = 'echo "no such bridge" >&2; exit 1';
    const error: unknown = await lend(isUp).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ cause: { message: 'no such bridge' } });
    expect(folder.read()).toBeUndefined();
  });

  it('shows that it takes the lab down, and only then', async () => {
    const steps: string[] = [];
    const step = (title: string) => {
      steps.push(title);
      return silentProgress.step(title);
    };
    const task = taskWith({ ...silentProgress, step }, new AbortController().signal);
    await withLab(prepared(), { ...use, keep: true }, task, isUp);
    expect(steps).not.toContain('Take down example');
    await bringDown(folder, silentTask());
    await withLab(prepared(), use, task, isUp);
    expect(steps.at(-1)).toBe('Take down example');
  });

  it('leaves a lab up that was up before, when it cannot bring up what is new', async () => {
    await lend(isUp, true);
    const { holder } = folder.read() ?? { holder: null };
    // A machine that has no image cannot be started.
    const more = { ...prepared(), lab: { ...lab, machines: blank.lab.machines } };
    await expect(withLab(more, use, silentTask(), isUp)).rejects.toThrow('machine guest has no image');
    expect(await isUp()).toBe(true);
    expect(folder.read()?.holder).toEqual(holder);
  });

  it('takes back first what a lab that was killed has changed on this computer', async () => {
    await lend(isUp, true);
    const holder = folder.read()?.holder;
    if (!holder) throw new Error('it is not up');
    await killAndWait(holder.init);
    writeFileSync(join(folder.run, 'functions.journal'), 'numvfs 0000:5e:00.0\n');
    writeFileSync(join(folder.run, 'functions-undo.sh'), 'rm functions.journal; touch ../taken-back');
    expect(await lend(isUp)).toBe(true);
    expect(existsSync(join(folder.folder, 'taken-back'))).toBe(true);
  });

  it('makes the lab anew when what held it was killed', async () => {
    await lend(isUp, true);
    const holder = folder.read()?.holder;
    if (!holder) throw new Error('it is not up');
    await killAndWait(holder.init);
    expect((await planFor(prepared()))[0]).toMatchObject({
      action: 'replace',
      reason: 'the process that held it has ended',
    });
    expect(await lend(isUp)).toBe(true);
  });

  it('holds the lab: another command that is not to wait fails at once, and is told who has it', async () => {
    await lend(async () => {
      const impatient = { ...use, wait: false };
      await expect(withLab(prepared(), impatient, silentTask(), isUp)).rejects.toMatchObject({
        code: 'LAB-BUSY',
        message: `\`lab test it\` (process ${process.pid}) is using this lab`,
      });
      await expect(bringDown(folder, silentTask(), { wait: false })).rejects.toMatchObject({
        code: 'LAB-BUSY',
      });
      expect(await isUp()).toBe(true);
    });
  });

  it('has two tests of a lab work one after the other, each on a lab that it brings up', async () => {
    const order: string[] = [];
    const work = async (): Promise<void> => {
      order.push('begins');
      expect(await isUp()).toBe(true);
      order.push('ends');
    };
    await Promise.all([lend(work), lend(work)]);
    expect(order).toEqual(['begins', 'ends', 'begins', 'ends']);
    expect(await isUp()).toBe(false);
  });

  it('nobody takes the lab away meanwhile: others wait, and are told for what', async () => {
    const order: string[] = [];
    let waiting: (title: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => {
      waiting = resolve;
    });
    const task = taskWith(
      {
        ...silentProgress,
        step: (title) => {
          if (title.startsWith('Wait')) waiting(title);
          return silentProgress.step(title);
        },
      },
      new AbortController().signal,
    );
    let other: Promise<void> | undefined;
    await lend(async () => {
      order.push('first');
      other = withLab(prepared(), use, task, async () => {
        order.push('second');
        return Promise.resolve();
      });
      expect(await told).toContain('Wait for `lab test it`');
      order.push('first ends');
    });
    await other;
    expect(order).toEqual(['first', 'first ends', 'second']);
  });
});
