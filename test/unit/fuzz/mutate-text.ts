import type { Dice } from '../../support/random.js';

const BYTES = [
  0, 9, 10, 13, 27, 32, 34, 35, 39, 42, 45, 58, 91, 92, 93, 123, 124, 125, 0x7f, 0x80, 0xc3, 0xe2, 0xff,
];

const LINES = [
  '---',
  '...',
  '%YAML 1.1',
  '\t- tab',
  '&a',
  '*a',
  '<<: *a',
  '? [a, b]',
  '? |',
  '!!binary aGk=',
  '!!set {a}',
  'machines:',
  '  guest: *guest',
  '  guest: &guest {}',
  '      pf0: { backend: user }',
  'a: &a [*a]',
  '- x',
  '"',
  '|',
  '>-',
  '\ufeff',
  '\u2028',
  '__proto__: {}',
  'constructor: 1',
];

type ByteMutation = (text: Buffer, dice: Dice, other: Buffer) => Buffer;

function cut(text: Buffer, dice: Dice): [number, number] {
  const from = dice.below(text.length + 1);
  return [from, Math.min(text.length, from + dice.below(20))];
}

const byteMutations: readonly ByteMutation[] = [
  (text, dice) => {
    const copy = Buffer.from(text);
    if (copy.length > 0)
      copy[dice.below(copy.length)] = dice.chance(0.5) ? dice.pick(BYTES) : dice.below(256);
    return copy;
  },
  (text, dice) => {
    const at = dice.below(text.length + 1);
    return Buffer.concat([text.subarray(0, at), Buffer.from([dice.pick(BYTES)]), text.subarray(at)]);
  },
  (text, dice) => {
    const [from, to] = cut(text, dice);
    return Buffer.concat([text.subarray(0, from), text.subarray(to)]);
  },
  (text, dice) => {
    const [from, to] = cut(text, dice);
    return Buffer.concat([text.subarray(0, to), text.subarray(from)]);
  },
  (text, dice) => text.subarray(0, dice.below(text.length + 1)),
  (text, dice, other) =>
    Buffer.concat([
      text.subarray(0, dice.below(text.length + 1)),
      other.subarray(dice.below(other.length + 1)),
    ]),
];

const lineMutations: readonly ((lines: string[], at: number, dice: Dice) => string[])[] = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''),
  (lines, at, dice) => lines.toSpliced(at, 0, dice.pick(LINES)),
  (lines, at, dice) => lines.with(at, `${' '.repeat(dice.below(8))}${(lines[at] ?? '').trimStart()}`),
  (lines, at, dice) => lines.with(at, `${lines[at] ?? ''} ${dice.pick(LINES)}`),
  (lines, at, dice) => lines.with(at, lines[dice.below(lines.length)] ?? ''),
];

/** The bytes with one of them, or a stretch of them, another. */
export function mutateBytes(text: Buffer, dice: Dice, other: Buffer): Buffer {
  return dice.pick(byteMutations)(text, dice, other);
}

/** The text with one line changed, moved, or come anew. */
export function mutateLines(text: Buffer, dice: Dice): Buffer {
  const lines = text.toString('latin1').split('\n');
  return Buffer.from(dice.pick(lineMutations)(lines, dice.below(lines.length), dice).join('\n'), 'latin1');
}
