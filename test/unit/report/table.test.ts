import { describe, expect, it } from 'vitest';
import { probeTable } from '../../../src/report/probe-table.js';
import { table } from '../../../src/report/table.js';
import { wrap } from '../../../src/report/wrap.js';

const rows = [
  ['LAB', 'TAKES', 'WHAT IT SHOWS'],
  ['quickstart', '20 s', 'A virtual PF with three VFs on taps, and an external server'],
  ['igb', '-', ''],
];

describe('a table', () => {
  it('has columns as wide as their widest cells, without a width', () => {
    expect(table(rows)).toEqual([
      'LAB         TAKES  WHAT IT SHOWS',
      'quickstart  20 s   A virtual PF with three VFs on taps, and an external server',
      'igb         -',
    ]);
  });

  it('fits a terminal: the widest column goes on below, broken between words', () => {
    expect(table(rows, 44)).toEqual([
      'LAB         TAKES  WHAT IT SHOWS',
      'quickstart  20 s   A virtual PF with three',
      '                   VFs on taps, and an',
      '                   external server',
      'igb         -',
    ]);
  });

  it('takes from several wide columns alike', () => {
    const wide = [['one two three four', 'one two three four five', 'x']];
    expect(table(wide, 26)).toEqual([
      'one two     one two      x',
      'three four  three four',
      '            five',
    ]);
  });

  it.each([20, 30, 40, 60, 79, 80, 120])('is at most %i wide if its words allow it', (width) => {
    for (const line of table(rows, width)) expect(line.length).toBeLessThanOrEqual(Math.max(width, 28));
  });

  it('breaks no word, and has the same words at any width', () => {
    const words = (lines: string[]): string[] => lines.join(' ').split(/ +/).sort();
    expect(words(table(rows, 1))).toEqual(words(table(rows)));
  });

  it('with a long name only leaves it whole', () => {
    expect(table([['quickstart-20260102-030405-678', 'a b c']], 20)).toEqual([
      'quickstart-20260102-030405-678  a',
      '                                b',
      '                                c',
    ]);
  });
});

describe('text', () => {
  it('is broken between words and at its own line breaks', () => {
    expect(wrap('one two three\nfour', 7)).toEqual(['one two', 'three', 'four']);
    expect(wrap('', 7)).toEqual(['']);
    expect(wrap('unbreakable', 3)).toEqual(['unbreakable']);
  });
});

describe('the probes of lab doctor', () => {
  const probes = [
    { name: 'KVM', verdict: 'missing', required: false, found: 'no', remedy: 'do this and then that' },
    { name: 'Node.js', verdict: 'ok', required: true, found: '22.13.0' },
  ] as const;

  it('are a table with aligned columns and remedies under their rows', () => {
    expect(probeTable(probes).split('\n')).toEqual([
      'verdict            what     found',
      'missing, optional  KVM      no',
      `${' '.repeat(28)}-> do this and then that`,
      'ok                 Node.js  22.13.0',
    ]);
  });

  it('fit a terminal', () => {
    expect(probeTable(probes, 40).split('\n')).toEqual([
      'verdict         what     found',
      'missing,        KVM      no',
      `optional${' '.repeat(17)}-> do this and`,
      `${' '.repeat(25)}then that`,
      'ok              Node.js  22.13.0',
    ]);
  });
});
