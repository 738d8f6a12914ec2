import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, it } from 'vitest';
import { readLab } from '../../../src/definition/read-lab.js';
import { findRun, storedRuns } from '../../../src/results/find.js';
import { keepRun } from '../../../src/results/keep.js';
import { pruneRuns } from '../../../src/results/prune.js';
import { hasPassed } from '../../../src/results/outcome.js';
import { keptRunShape, runHead, type KeptRun } from '../../../src/results/run.js';
import { packageFolder } from '../../../src/model/folders.js';
import { asTestResult } from '../../../src/report/as-test-result.js';
import { labGraph } from '../../../src/report/graph/lab-graph.js';
import { toHtml } from '../../../src/report/html/page.js';
import { toJunit } from '../../../src/report/junit.js';
import { benchResult, context, keptBench } from '../../support/bench.js';
import { labWithNic } from '../../support/definition.js';
import { checkResult, testResult } from '../../support/results.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

const DAY = 86_400_000;

function resultsOf(lab: string): string {
  return join(scratch(), 'labs', `${lab}-12345678`, 'results');
}

/** Puts a run into the state folder, begun so many days ago. */
function store(id: string, days: number, changes: Partial<KeptRun> = {}): void {
  const results = resultsOf(changes.lab ?? 'offload-tap');
  mkdirSync(results, { recursive: true });
  const startedAt = new Date(Date.now() - days * DAY).toISOString();
  writeFileSync(join(results, `${id}.json`), JSON.stringify({ ...keptBench({ id, startedAt }), ...changes }));
}

function code(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('the schema of results', () => {
  const schema = JSON.parse(
    readFileSync(join(packageFolder(), 'schema/result.schema.json'), 'utf8'),
  ) as object;
  const validate = new Ajv({ strict: false, formats: { 'date-time': true } }).compile(schema);

  it.each<[string, KeptRun]>([
    ['a bench', benchResult()],
    ['a bench with its context', keptBench()],
    ['a refused bench', benchResult({ refusals: ['lost'], comparisons: [], ok: false })],
    [
      'a test',
      testResult([
        checkResult('traffic', [
          [true, 'a'],
          [false, 'b', 'why'],
        ]),
      ]),
    ],
    ['a test without checks', testResult([])],
  ])('holds for %s, by a validator that is not ours', (_, run) => {
    const printed = JSON.parse(JSON.stringify(run)) as unknown;
    expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
    expect(keptRunShape.parse(printed)).toEqual(run);
  });

  it.each([
    ['another version', { version: 3 }],
    ['a kind that is not there', { kind: 'guess' }],
    ['a key too many', { extra: 1 }],
    ['a verdict in other words', { comparisons: [{ ...benchResult().comparisons[0], verdict: 'equal' }] }],
    ['an id that is a path', { id: '../../etc/passwd' }],
    [
      'a topology with half a machine',
      { context: { ...context(), topology: { machines: [{ name: 'guest' }] } } },
    ],
  ])('does not hold for %s', (_, changes) => {
    const printed = { ...keptBench(), ...changes };
    expect(validate(printed)).toBe(false);
    expect(keptRunShape.safeParse(printed).success).toBe(false);
  });
});

describe('a run', () => {
  it('is kept with its topology, definition and logs, and found again', () => {
    const of = labWithNic({ vfs: 2 });
    const folder = join(scratch(), 'labs/example-12345678');
    const definition = { file: '/labs/example/lab.yaml', text: 'machines: {}', settings: ['a=1'] };
    const run = { ...benchResult(), ...runHead('bench', 'example', new Date('2026-01-02T03:04:05.678Z')) };
    keepRun(folder, run, {
      lab: of,
      definition,
      logs: [
        { name: 'guest.console', text: `${'x'.repeat(60_000)}the end` },
        { name: 'events', text: 'short' },
      ],
    });
    const { context: kept, ...found } = findRun(scratch(), 'example-20260102-030405-678');
    expect(found).toEqual(run);
    expect(kept?.definition).toEqual(definition);
    expect(kept?.topology && labGraph(kept.topology)).toEqual(labGraph(of));
    const [log, events] = kept?.logs ?? [];
    expect(log?.text.length).toBeLessThan(51_000);
    expect(log?.text).toMatch(/^… \(the first 10007 characters are left out\)\nx+the end$/);
    expect(events?.text).toBe('short');
    expect(readdirSync(join(folder, 'results'))).toEqual(['example-20260102-030405-678.json']);
  });

  it('of a lab on real hardware is kept with the real PFs', () => {
    const written = join(packageFolder(), 'labs/vdpa');
    const { lab } = readLab(written, [], { nics: ['0000:5e:00.0'], eswitch: 'switchdev' });
    const folder = join(scratch(), 'labs/vdpa-12345678');
    const run = { ...benchResult(), ...runHead('bench', 'vdpa', new Date('2026-01-02T03:04:05.678Z')) };
    const definition = { file: written, text: '', settings: [] };
    keepRun(folder, run, { lab, definition, logs: [] });
    const topology = findRun(scratch(), 'vdpa').context?.topology;
    expect(topology?.server?.pfs).toEqual([
      { nic: 'pf0', bdf: '0000:5e:00.0', eswitch: 'switchdev', vfs: ['vf0', 'vf1', 'vf2'] },
    ]);
    expect(topology?.machines.map(({ name, on }) => [name, on])).toEqual([['guest', null]]);
  });

  it('that was kept before labs had a server is read as one without', () => {
    const topology = Object.fromEntries(
      Object.entries(context().topology ?? {}).filter(([key]) => key !== 'server'),
    );
    const kept = { ...benchResult(), context: { ...context(), topology } };
    expect(keptRunShape.parse(kept).context?.topology?.server).toBeNull();
  });

  it('in which a machine could be inside itself is refused, not drawn for ever', () => {
    const [machine] = context().topology?.machines ?? [];
    const twice = [machine, { ...machine, on: machine?.name }];
    const kept = {
      ...benchResult(),
      context: { ...context(), topology: { ...context().topology, machines: twice } },
    };
    expect(keptRunShape.safeParse(kept).error?.issues).toMatchObject([
      { message: 'two machines have the same name' },
    ]);
  });

  it('is named by its id, its beginning, its lab, or a file', () => {
    store('offload-tap-1', 2);
    store('offload-tap-2', 1);
    store('other-1', 3, { lab: 'other' });
    expect(findRun(scratch(), 'offload-tap-1').id).toBe('offload-tap-1');
    expect(findRun(scratch(), 'offload-tap').id).toBe('offload-tap-2');
    expect(findRun(scratch(), 'labs/offload-tap').id).toBe('offload-tap-2');
    expect(findRun(scratch(), 'oth').id).toBe('other-1');
    const file = join(scratch(), 'run.json');
    writeFileSync(file, JSON.stringify(benchResult({ id: 'from-a-file' })));
    expect(findRun(scratch(), file).id).toBe('from-a-file');
  });

  it('that is not there, or may be several, or is no result, is told', () => {
    expect(code(() => findRun(scratch(), 'nothing'))).toBe('LAB-RUN-UNKNOWN');
    store('offload-tap-1', 2);
    expect(() => findRun(scratch(), 'ofload-tap')).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ hint: 'did you mean `offload-tap`?' })],
      }) as Error,
    );
    store('offload-tap-2', 1);
    expect(code(() => findRun(scratch(), 'offload-tap-'))).toBe('LAB-RUN-AMBIGUOUS');
    expect(code(() => findRun(scratch(), 'nothing'))).toBe('LAB-RUN-UNKNOWN');
    const file = join(scratch(), 'bad.json');
    for (const text of ['', '{}', 'not JSON']) {
      writeFileSync(file, text);
      expect(code(() => findRun(scratch(), file))).toBe('LAB-RUN-UNREADABLE');
    }
  });

  it('that this version cannot read is named, not lost', () => {
    store('offload-tap-1', 2);
    const results = resultsOf('offload-tap');
    writeFileSync(join(results, 'broken.json'), '{"lab":"offload-tap"}');
    writeFileSync(join(results, 'newer.json'), JSON.stringify({ ...benchResult(), version: 3 }));
    const { runs, unreadable } = storedRuns(scratch());
    expect(runs.map(({ run }) => run.id)).toEqual(['offload-tap-1']);
    expect(unreadable.map(({ problem }) => problem)).toEqual([
      `${join(results, 'broken.json')} contains no result that this version of lab can read`,
      `${join(results, 'newer.json')} contains a result in format version 3; this version of lab reads version 2 and earlier`,
    ]);
    expect(() => findRun(scratch(), join(results, 'newer.json'))).toThrow('format version 3');
  });
});

describe('a result that an earlier version kept, with a drawing in it', () => {
  const written = fileURLToPath(new URL('version-1/test.json', import.meta.url));

  it('of a test is read, and reported without the drawing', () => {
    const old = JSON.parse(readFileSync(written, 'utf8')) as Record<string, unknown>;
    const run = findRun(scratch(), written);
    expect(run).toMatchObject({ version: 2, kind: 'test', id: old['id'], checks: old['checks'] });
    expect(run.circumstances).toEqual(old['environment']);
    expect(run.context?.topology).toBeNull();
    expect(run.context?.logs).toEqual((old['context'] as KeptRun['context'])?.logs);
    expect(toHtml([run])).toContain(
      'An earlier version of sriov-lab kept this result, without the topology.',
    );
  });

  it('of a bench is read, with the side of each piece of evidence', () => {
    const { circumstances, path, ...same } = benchResult();
    const kept = context();
    const file = join(scratch(), 'bench.json');
    const evidence = path.evidence.map(({ side: environment, ...counted }) => ({ environment, ...counted }));
    const { definition, logs } = kept;
    const old = { ...same, version: 1, environment: circumstances, path: { ...path, evidence } };
    for (const run of [old, { ...old, context: { definition, logs, picture: { title: 'a drawing' } } }]) {
      writeFileSync(file, JSON.stringify(run));
      expect(findRun(scratch(), file)).toEqual({
        ...benchResult(),
        ...('context' in run && { context: { ...kept, topology: null } }),
      });
    }
  });

  it('with a key that version 1 did not have is not taken for one', () => {
    const file = join(scratch(), 'odd.json');
    const old = JSON.parse(readFileSync(written, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...old, extra: 1 }));
    expect(code(() => findRun(scratch(), file))).toBe('LAB-RUN-UNREADABLE');
  });
});

describe('pruning', () => {
  beforeEach(() => {
    for (const [id, days] of [
      ['a', 1],
      ['b', 10],
      ['c', 40],
      ['d', 50],
    ] as const)
      store(id, days);
    store('e', 60, { lab: 'other' });
  });
  const left = (): string[] => storedRuns(scratch()).runs.map(({ run }) => run.id);

  it.each<[string, string | undefined, { keep?: number; days?: number }, string[]]>([
    ['keeps the newest of each lab', undefined, { keep: 1 }, ['a', 'e']],
    ['removes what is older', undefined, { days: 30 }, ['a', 'b']],
    ['removes only what both limits let go', undefined, { keep: 3, days: 30 }, ['a', 'b', 'c', 'e']],
    ['leaves other labs alone', 'other', { keep: 0 }, ['a', 'b', 'c', 'd']],
  ])('%s', (_, of, { keep, days }, stay) => {
    pruneRuns(scratch(), of, { keep, olderThanDays: days });
    expect(left()).toEqual(stay);
  });

  it('wants a limit', () => {
    expect(code(() => pruneRuns(scratch(), undefined, { keep: undefined, olderThanDays: undefined }))).toBe(
      'LAB-RESULTS-PRUNE',
    );
    expect(left()).toHaveLength(5);
  });
});

describe('a bench as JUnit', () => {
  it('passes and fails as the bench did', () => {
    expect(toJunit(asTestResult(benchResult()))).toMatch(/tests="3" failures="0"/);
    const refused = toJunit(asTestResult(benchResult({ refusals: ['5 % lost'], ok: false })));
    expect(refused).toContain('<failure message="5 % lost">');
    const short = benchResult({
      expectations: [{ expectation: 'latency<=-1us', met: false, found: '3 usec' }],
      ok: false,
    });
    expect(toJunit(asTestResult(short))).toMatch(/name="latency&lt;=-1us">\s*<failure message="3 usec">/);
    expect(hasPassed(short)).toBe(false);
  });

  it('carries the figures, each with its acceleration', () => {
    const [check] = asTestResult(benchResult()).checks;
    expect(check?.remarks.length).toBeGreaterThan(3);
    for (const remark of check?.remarks ?? []) expect(remark).toMatch(/\(TCG\)$/);
  });
});
