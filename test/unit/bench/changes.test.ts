import { expect, it } from 'vitest';
import { figureChanges } from '../../../src/bench/changes.js';
import { benchResult, comparisonsOf } from '../../support/bench.js';

it('figures of two runs are better, worse, or not to be told apart', () => {
  const before = benchResult({ comparisons: comparisonsOf('tcp-rr', [250, 255, 260], [352, 350, 361]) });
  const after = benchResult({
    comparisons: [
      ...comparisonsOf('tcp-rr', [200, 205, 210], [452, 450, 461]),
      ...comparisonsOf('udp-rr', [1, 1, 1], [1, 1, 1]),
    ],
  });
  const changes = figureChanges(before.comparisons, after.comparisons);
  expect(
    changes.filter(({ figure }) => figure === 'mean').map(({ side, verdict }) => [side, verdict]),
  ).toEqual([
    ['offload', 'better'],
    ['software', 'worse'],
  ]);
  expect(
    figureChanges(before.comparisons, before.comparisons).every(
      ({ verdict }) => verdict === 'no difference can be shown',
    ),
  ).toBe(true);
  expect(changes.some(({ measurement }) => measurement === 'udp-rr')).toBe(false);
});

it.each([
  ['more throughput is better', 'tcp-stream', [10, 11, 12], [20, 21, 22], 'better'],
  ['less throughput is worse', 'tcp-stream', [20, 21, 22], [10, 11, 12], 'worse'],
  ['more latency is worse', 'tcp-rr', [10, 11, 12], [20, 21, 22], 'worse'],
  ['one value shows nothing', 'tcp-stream', [10], [20], 'no difference can be shown'],
] as const)('%s', (_, name, first, second, verdict) => {
  const [offload, software] = figureChanges(
    comparisonsOf(name, first, first),
    comparisonsOf(name, second, first),
  );
  expect(offload).toMatchObject({ measurement: name, side: 'offload', verdict });
  expect(offload?.before).toBe(first[Math.floor(first.length / 2)]);
  expect(offload?.after).toBe(second[Math.floor(second.length / 2)]);
  expect(software).toMatchObject({ side: 'software', verdict: 'no difference can be shown' });
  expect(software?.ratio.value).toBeCloseTo(1, 9);
});

it('a change of a figure names the figure and its unit, and divides after by before', () => {
  const latency = comparisonsOf('tcp-rr', [10, 10], [20, 20]);
  const [first] = figureChanges(latency, comparisonsOf('tcp-rr', [30, 30], [20, 20]));
  expect(first).toMatchObject({ title: 'TCP_RR', figure: 'mean', unit: 'usec', before: 10, after: 30 });
  expect(first?.ratio.value).toBeCloseTo(3, 9);
  expect(figureChanges(latency.slice(0, 1), latency).map(({ figure }) => figure)).toEqual(['mean', 'mean']);
});
