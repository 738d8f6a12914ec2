import { describe, expect, it } from 'vitest';
import { plainProgress } from '../../../src/cli/plain-progress.js';
import { printableProgress } from '../../../src/cli/printable-progress.js';
import { printable, printableJson, printableLine } from '../../../src/errors/printable.js';
import type { Progress } from '../../../src/model/progress.js';

/** It clears the screen, sets a title, rings, goes up a line, turns text round, and forges a line of its own. */
const HOSTILE = 'a\u001b[2J\u001b]0;owned\u0007\u009b1A\u202eb\u200f\rc\n✔ all is well';
/** What a terminal obeys, line breaks left out. */
const OBEYED = new RegExp(
  String.raw`[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]`,
);

describe('progress', () => {
  it('hands on nothing that a terminal would obey, whichever way it shows it', () => {
    const seen: string[] = [];
    const progress: Progress = {
      step: (title) => {
        seen.push(title);
        return {
          update: (detail) => void seen.push(detail),
          done: (note) => void seen.push(note ?? 'no note'),
          failed: () => void seen.push('failed'),
        };
      },
      warn: (message) => void seen.push(message),
    };
    const safe = printableProgress(progress);
    const step = safe.step(HOSTILE);
    step.update(HOSTILE);
    step.done(HOSTILE);
    safe.step('x').done();
    safe.step('y').failed();
    safe.warn(HOSTILE);
    const shown = String.raw`a\x1b[2J\x1b]0;owned\x07\x9b1A\u202eb\u200f\x0dc`;
    const line = String.raw`${shown}\n✔ all is well`;
    expect(seen).toEqual([line, line, line, 'x', 'no note', 'y', 'failed', `${shown}\n✔ all is well`]);
  });

  it('in plain lines is one line for one step, whatever its title is', () => {
    const written: string[] = [];
    printableProgress(plainProgress((line) => written.push(line)))
      .step(HOSTILE)
      .done(HOSTILE);
    expect(written).toHaveLength(2);
    for (const line of written) expect(line).not.toMatch(OBEYED);
    for (const line of written) expect(line).not.toContain('\n');
  });
});

describe('text that a person may look at', () => {
  it('has nothing in it that a terminal obeys, and stays readable', () => {
    expect(printable(HOSTILE)).not.toMatch(OBEYED);
    expect(printableLine(HOSTILE)).not.toMatch(/\n/);
    expect(printable('ünïcödé ✔ 🦀\tx\n')).toBe('ünïcödé ✔ 🦀\tx\n');
  });

  it('as JSON has the same value', () => {
    const value = { [HOSTILE]: [HOSTILE, 1, null] };
    for (const json of [JSON.stringify(value), JSON.stringify(value, undefined, 2)]) {
      expect(printableJson(json)).not.toMatch(OBEYED);
      expect(JSON.parse(printableJson(json))).toEqual(value);
    }
  });
});
