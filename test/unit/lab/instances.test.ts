import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHolderAlive } from '../../../src/hosts/namespace.js';
import { findRecord, findRunningLab, instancesUp } from '../../../src/lab/find-record.js';
import { keepResult } from '../../../src/lab/keep-result.js';
import type { PreparedLab } from '../../../src/lab/prepare.js';
import {
  allRecords,
  instanceOf,
  labId,
  LabFolder,
  labName,
  labsFolder,
  logsCommand,
  wordsFor,
} from '../../../src/lab/record.js';
import { statusOf } from '../../../src/lab/status.js';
import { bringDown } from '../../../src/lab/take-down.js';
import { withLab } from '../../../src/lab/with-lab.js';
import { withOwnInstance } from '../../../src/lab/with-own-instance.js';
import { isInstanceName, throwAwayName } from '../../../src/model/instance.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import { storedRuns } from '../../../src/results/find.js';
import { runHead } from '../../../src/results/run.js';
import { labWithNic } from '../../support/definition.js';
import { record } from '../../support/record.js';
import { testResult } from '../../support/results.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const blank = record(labWithNic());
const lab = { ...blank.lab, machines: [], checks: [], networks: [], peers: [] };
const use = { purpose: 'lab test it', keep: false };

/** As far as a lab without machines needs it. `network`: what makes its networks, and what is changed of it by another text. */
function prepared(instance: string | null = null, network = 'exit 0'): PreparedLab {
  return {
    lab,
    file: blank.definition,
    folder: new LabFolder(scratch(), labId(lab.name, blank.definition, instance)),
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

async function bringUp(instance: string | null = null): Promise<LabFolder> {
  const it = prepared(instance);
  await withLab(it, { ...use, keep: true }, silentTask(), async () => Promise.resolve());
  return it.folder;
}

function isUp({ id, state }: LabFolder): boolean {
  const holder = findRecord(state, id)?.holder ?? null;
  return holder !== null && isHolderAlive(holder);
}

let steps: string[] = [];

beforeEach(() => {
  steps = [];
});

afterEach(async () => {
  for (const { id } of allRecords(scratch())) await bringDown(new LabFolder(scratch(), id), silentTask());
});

function task() {
  const step = (title: string) => {
    steps.push(title);
    return silentProgress.step(title);
  };
  return taskWith({ ...silentProgress, step }, new AbortController().signal);
}

describe('an instance of a lab', () => {
  it('is part of its id, and of the command lines that name it', () => {
    const id = labId('quickstart', '/q/lab.yaml', 'two');
    expect(id).toMatch(/^quickstart\.two-[0-9a-f]{8}$/);
    expect([labName(id), instanceOf(id), wordsFor(id)]).toEqual([
      'quickstart',
      'two',
      'quickstart --instance two',
    ]);
    expect(logsCommand(id, 'guest.console')).toBe('lab logs quickstart guest.console --instance two');
    const unnamed = labId('quickstart', '/q/lab.yaml');
    expect([labName(unnamed), instanceOf(unnamed), wordsFor(unnamed)]).toEqual([
      'quickstart',
      null,
      'quickstart',
    ]);
  });

  it.each(['two', '2', 'kvm-7-3', 'a'.repeat(32)])('may be called %s', (name) => {
    expect(isInstanceName(name)).toBe(true);
  });

  it.each(['', '-two', 'two-', 'Two', 'a.b', 'a/b', '../x', 'a b', 'a'.repeat(33)])(
    'may not be called `%s`',
    (name) => {
      expect(isInstanceName(name)).toBe(false);
    },
  );

  it('is up beside the others, and is what its name means alone', async () => {
    const [unnamed, two] = [await bringUp(), await bringUp('two')];
    expect([isUp(unnamed), isUp(two)]).toEqual([true, true]);
    expect(findRunningLab(scratch(), 'example').record.id).toBe(unnamed.id);
    expect(findRunningLab(scratch(), 'example', 'two').record.id).toBe(two.id);
    expect(findRunningLab(scratch(), two.id).record.id).toBe(two.id);
    expect(instancesUp(scratch(), 'example')).toEqual(['two']);
    const found = findRecord(scratch(), 'example', 'two');
    if (found === undefined) throw new Error('it is not recorded');
    expect(await statusOf(two, found)).toMatchObject({ name: 'example', instance: 'two', state: 'up' });
    await bringDown(two, silentTask());
    expect([isUp(unnamed), isUp(two)]).toEqual([true, false]);
  });

  it('that is not up is named, with those that are', async () => {
    await bringUp('two');
    expect(() => findRunningLab(scratch(), 'example')).toThrow('lab example is not up');
    expect(() => findRunningLab(scratch(), 'example', 'three')).toThrow(
      expect.objectContaining({
        message: 'lab example --instance three is not up',
        problems: [expect.objectContaining({ hint: expect.stringContaining('--instance: two') as string })],
      }) as Error,
    );
  });

  it('is part of its results', async () => {
    const two = await bringUp('two');
    const head = runHead('test', 'example', new Date('2026-01-02T03:04:05.678Z'), 'two');
    expect(head).toMatchObject({ id: 'example.two-20260102-030405-678', lab: 'example', instance: 'two' });
    const read = { lab: blank.lab, file: blank.definition, text: '', settings: [] };
    keepResult(two, { ...testResult([]), ...head }, read);
    const ids = (instance?: string): string[] =>
      storedRuns(scratch(), 'example', instance).runs.map(({ run }) => run.id);
    expect([ids(), ids('two'), ids('three')]).toEqual([[head.id], [head.id], []]);
  });
});

describe('work on a lab that is up', () => {
  it('is done on it if it runs as it is wanted', async () => {
    const folder = await bringUp();
    const id = await withOwnInstance(prepared(), use, task(), async ({ running }) =>
      Promise.resolve(running.record.id),
    );
    expect(id).toBe(folder.id);
    expect(isUp(folder)).toBe(true);
  });

  it('is done on an instance of its own if it runs otherwise, which is thrown away', async () => {
    const folder = await bringUp();
    const before = folder.read();
    const read = { lab: blank.lab, file: blank.definition, text: '', settings: [] };
    const own = await withOwnInstance(prepared(null, 'exit 0 # otherwise'), use, task(), async (lent) => {
      const { id } = lent.running.record;
      const head = runHead('test', 'example', new Date(), instanceOf(id));
      keepResult(lent.running.folder, { ...testResult([]), ...head }, read);
      return Promise.resolve({ id, both: [isUp(folder), isUp(lent.running.folder)] });
    });
    expect(own).toEqual({
      id: labId(lab.name, blank.definition, throwAwayName()),
      both: [true, true],
    });
    expect(steps[0]).toBe(
      `example is up with other settings and stays as it is: use an instance of its own, example --instance ${throwAwayName()}`,
    );
    expect(folder.read()).toEqual(before);
    expect(isUp(folder)).toBe(true);
    expect(readdirSync(labsFolder(scratch()))).toEqual([folder.id]);
    expect(storedRuns(scratch()).runs.map(({ run }) => run.instance)).toEqual([throwAwayName()]);
  });

  it('leaves the instance of its own up if it is to be kept, and says how to end it', async () => {
    await bringUp();
    const keep = { ...use, keep: true };
    await withOwnInstance(prepared(null, 'exit 0 # otherwise'), keep, task(), async () => Promise.resolve());
    expect(steps[0]).toContain(`end it with: lab down example --instance ${throwAwayName()}`);
  });

  it('has no second lab on this computer’s own NICs', async () => {
    const folder = await bringUp();
    const other = prepared(null, 'exit 0 # otherwise');
    const server = { ...other, lab: { ...lab, server: { name: 'server', pfs: [], checksLeftOut: [] } } };
    const work = withOwnInstance(server as unknown as PreparedLab, use, task(), async () =>
      Promise.resolve(),
    );
    await expect(work).rejects.toMatchObject({ code: 'LAB-RUNS-OTHERWISE' });
    expect(isUp(folder)).toBe(true);
  });

  it('brings up a lab that is down, whatever it was before', async () => {
    const folder = await bringUp();
    await bringDown(folder, silentTask());
    const id = await withOwnInstance(prepared(null, 'exit 0 # otherwise'), use, task(), async ({ running }) =>
      Promise.resolve(running.record.id),
    );
    expect(id).toBe(folder.id);
    expect(existsSync(join(folder.folder, 'state.json'))).toBe(false);
  });
});
