import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../../src/lab/apply.js';
import type { Part } from '../../../src/lab/parts/part.js';
import { planUp } from '../../../src/lab/plan.js';
import type { PreparedLab } from '../../../src/lab/prepare.js';
import { keyOf, LabFolder, type PartKey } from '../../../src/lab/record.js';
import { Site } from '../../../src/lab/site.js';
import { silentTask } from '../../../src/model/task.js';
import { labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const blank = record(labWithNic());

/** As far as the life of parts looks at it. */
const prepared = {
  lab: blank.lab,
  file: blank.definition,
  toolchain: { qemu: { version: '11' }, kernel: { release: '6' }, bin: '/nowhere' },
  acceleration: blank.tools.acceleration,
  accelerationInside: blank.tools.accelerationInside,
  images: new Map(),
  artefacts: [{ path: 'network.sh', content: 'new', executable: true }],
} as unknown as PreparedLab;

let folder: LabFolder;
let done: string[];

beforeEach(() => {
  folder = new LabFolder(scratch(), blank.id);
  done = [];
});

function part(kind: string, name: string, needs: PartKey[] = [], fails = false): Part {
  return {
    kind,
    name,
    place: 'namespace',
    digest: '1',
    needs,
    within: null,
    title: name,
    up: async () => {
      done.push(`begin ${name}`);
      return Promise.resolve(async () => {
        done.push(`await ${name}`);
        return fails ? Promise.reject(new Error(`${name} failed`)) : Promise.resolve();
      });
    },
  };
}

const lab = part('namespace', 'lab');
const one = part('machine', 'one', ['namespace lab']);
const two = part('machine', 'two', ['namespace lab']);
const inner = part('machine', 'inner', ['machine one']);

async function up(
  parts: readonly Part[],
  site: Site,
  there: ReadonlySet<PartKey> = new Set(),
): Promise<void> {
  await apply(planUp(parts, site.record, there), parts, prepared, site, there, silentTask());
}

describe('apply', () => {
  it('begins what does not need each other at once, and what needs it as soon as it is ready', async () => {
    await up([lab, one, two, inner], new Site(folder, blank));
    expect(done).toEqual([
      ...['begin lab', 'await lab'],
      ...['begin one', 'begin two', 'await one', 'await two'],
      ...['begin inner', 'await inner'],
    ]);
  });

  it('does not keep what can begin waiting for what it does not need', async () => {
    let release = (): void => undefined;
    const slow: Part = {
      ...two,
      up: async () =>
        Promise.resolve(
          async () =>
            new Promise<void>((resolve) => {
              release = resolve;
            }),
        ),
    };
    const quick: Part = {
      ...inner,
      up: async () =>
        Promise.resolve(async () => {
          done.push('inner is ready');
          release();
          return Promise.resolve();
        }),
    };
    await up([lab, slow, one, quick], new Site(folder, blank));
    expect(done.at(-1)).toBe('inner is ready');
  });

  it('stops what still goes on when something fails, and waits for its end', async () => {
    const patient: Part = {
      ...two,
      up: async (_, { signal }) =>
        Promise.resolve(
          async () =>
            new Promise<void>((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                setTimeout(() => {
                  done.push('two has stopped');
                  reject(signal.reason as Error);
                }, 20);
              });
            }),
        ),
    };
    const failing = part('machine', 'one', ['namespace lab'], true);
    await expect(up([lab, patient, failing], new Site(folder, blank))).rejects.toThrow('one failed');
    expect(done.at(-1)).toBe('two has stopped');
  });

  it('stops with the reason of the task’s signal', async () => {
    const controller = new AbortController();
    const interrupting: Part = {
      ...one,
      up: async (_, { signal }) =>
        Promise.resolve(async () => {
          controller.abort(new Error('interrupted'));
          signal.throwIfAborted();
          return Promise.resolve();
        }),
    };
    const site = new Site(folder, blank);
    const parts = [lab, interrupting, inner];
    const plan = planUp(parts, site.record, new Set());
    await expect(
      apply(plan, parts, prepared, site, new Set(), silentTask(controller.signal)),
    ).rejects.toThrow('interrupted');
    expect(done).not.toContain('begin inner');
  });

  it('records that a part is starting before it begins, and that it is ready after it was awaited', async () => {
    const states: string[] = [];
    const watched: Part = {
      ...one,
      needs: [],
      up: async () => {
        states.push(folder.read()?.parts[0]?.state ?? 'unrecorded');
        return Promise.resolve(async () => {
          states.push(folder.read()?.parts[0]?.state ?? 'unrecorded');
          return Promise.resolve();
        });
      },
    };
    await up([watched], new Site(folder, blank));
    expect([...states, folder.read()?.parts[0]?.state]).toEqual(['starting', 'starting', 'ready']);
  });

  it('leaves what failed recorded as starting, and begins nothing that needs it', async () => {
    const parts = [lab, part('machine', 'one', ['namespace lab'], true), inner];
    await expect(up(parts, new Site(folder, blank))).rejects.toThrow('one failed');
    expect(folder.read()?.parts.map(({ name, state }) => [name, state])).toEqual([
      ['lab', 'ready'],
      ['one', 'starting'],
    ]);
  });

  it('a new namespace begins with an empty folder and the new artefacts', async () => {
    mkdirSync(folder.run, { recursive: true });
    writeFileSync(join(folder.run, 'stale'), '');
    await up([lab], new Site(folder, blank));
    expect(existsSync(join(folder.run, 'stale'))).toBe(false);
    expect(existsSync(join(folder.run, 'network.sh'))).toBe(true);
  });

  it('gives the lab’s folder to its owner alone, wherever that has to be made', async () => {
    await up([lab], new Site(folder, blank));
    expect(statSync(folder.run).mode & 0o777).toBe(0o700);
  });

  it('records the changed definition of a lab that stays up, and its tools', async () => {
    const known = [recorded('namespace', 'lab')];
    const before = {
      ...blank,
      lab: { ...blank.lab, machines: [] },
      tools: { ...blank.tools, qemu: '10' },
      holder: { outer: gone, init: gone },
      parts: known,
    };
    const site = new Site(folder, before);
    mkdirSync(folder.run, { recursive: true });
    await up([lab], site, new Set(known.map(keyOf)));
    expect(site.record).toMatchObject({ lab: blank.lab, tools: { qemu: '11' }, startedAt: blank.startedAt });
    expect(folder.read()?.holder).toEqual(before.holder);
    expect(readFileSync(join(folder.run, 'network.sh'), 'utf8')).toBe('new');
  });

  it('ends what is replaced before it makes that anew, and nothing else', async () => {
    const known = [
      recorded('namespace', 'lab'),
      recorded('machine', 'one', { digest: '0' }),
      recorded('machine', 'two'),
    ];
    mkdirSync(folder.run, { recursive: true });
    const site = new Site(folder, { ...blank, holder: { outer: gone, init: gone }, parts: known });
    const noting: Part = {
      ...one,
      up: async (...given) => {
        done.push(...readFileSync(folder.events, 'utf8').trim().split('\n'));
        return one.up(...given);
      },
    };
    await up([lab, noting, two], site, new Set(known.map(keyOf)));
    expect(done.map((line) => line.replace(/^.*"event":/, ''))).toEqual([
      '"machine-stopped","machine":"one"}',
      'begin one',
      'await one',
    ]);
    expect(site.record.parts.map(({ name, state }) => [name, state])).toEqual([
      ['lab', 'ready'],
      ['two', 'ready'],
      ['one', 'ready'],
    ]);
  });

  it('that is interrupted is not done, even if nothing was left to do', async () => {
    const known = [recorded('namespace', 'lab')];
    mkdirSync(folder.run, { recursive: true });
    const site = new Site(folder, { ...blank, holder: { outer: gone, init: gone }, parts: known });
    const there = new Set(known.map(keyOf));
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    const plan = planUp([lab], site.record, there);
    const applying = apply(plan, [lab], prepared, site, there, silentTask(controller.signal));
    await expect(applying).rejects.toThrow('interrupted');
  });

  it('keeps the folder and what is kept, and takes off the record what has gone', async () => {
    mkdirSync(folder.run, { recursive: true });
    writeFileSync(join(folder.run, 'one.log'), 'said');
    const known = [recorded('namespace', 'lab'), recorded('machine', 'one'), recorded('service', 'old')];
    const site = new Site(folder, { ...blank, holder: { outer: gone, init: gone }, parts: known });
    await up([lab, one], site, new Set(known.map(keyOf)));
    expect(done).toEqual([]);
    expect(existsSync(join(folder.run, 'one.log'))).toBe(true);
    expect(site.record.parts.map(({ name }) => name)).toEqual(['lab', 'one']);
  });
});
