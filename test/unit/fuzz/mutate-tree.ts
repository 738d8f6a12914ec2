import { parse, stringify } from 'yaml';
import type { Dice } from '../../support/random.js';

const STRANGE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  3,
  1.5,
  0.1,
  255,
  256,
  4095,
  65536,
  1e9,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  ' ',
  'user',
  'tap',
  'lan',
  'guest',
  'pf0',
  'pf0.vf1',
  'pcie.0',
  'micro',
  'virtio-net',
  'igb',
  'nvme',
  'A',
  'a\n',
  'a\u0085',
  '\u001b[31m',
  '10.0.0.1',
  '10.0.0.0/24',
  '10.0.0.0/30',
  '0.0.0.0/0',
  '255.255.255.255',
  '4G',
  '64M',
  '9999999G',
  '30s',
  '52:54:00:00:00:01',
  '0.1',
  '1f.7',
  '1f',
  '/dev/vhost-vdpa-0',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '💡',
  '$(touch x)',
  [],
  {},
  [[]],
  [{}],
  [null],
  { tap: 'lan' },
  { vdpa: 'pf0.vf0' },
  { user: null },
  { a: {} },
  [{}, {}, {}],
  'vf-creation',
  'traffic',
  '1.37.2',
  'control',
  'device-plugin',
  { 'control-plane': 'server', nodes: ['guest'] },
  { 'control-plane': 'server', nodes: ['guest'], vfs: 'none', pods: '10.64.0.0/10' },
  { 'control-plane': 'server', nodes: ['guest'], vlans: { pf0: 10 } },
];

interface Place {
  readonly of: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { of: value as Record<string, unknown>, key },
    ...placesIn(inner),
  ]);
}

function put(of: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
}

const mutations: readonly ((place: Place, dice: Dice, others: readonly Place[]) => void)[] = [
  ({ of, key }, dice) => {
    put(of, key, structuredClone(dice.pick(STRANGE)));
  },
  ({ of, key }, dice) => {
    put(of, key, structuredClone(dice.pick(STRANGE)));
  },
  ({ of, key }) => {
    Reflect.deleteProperty(of, key);
  },
  ({ of, key }, dice) => {
    put(of, `${key}${dice.pick(['x', '-', 'X', '0', ''])}`.slice(dice.below(2)), structuredClone(of[key]));
  },
  ({ of, key }, dice, others) => {
    const other = dice.pick(others);
    put(of, key, structuredClone(other.of[other.key]));
  },
  ({ of }, dice, others) => {
    const other = dice.pick(others);
    put(of, Array.isArray(of) ? String(of.length) : other.key, structuredClone(other.of[other.key]));
  },
  ({ of, key }, dice) => {
    if (typeof of[key] === 'number') put(of, key, of[key] + dice.below(5) - 2);
  },
];

/** The same definition with one part of its tree another, perhaps one of another definition; undefined for what is no tree. */
export function mutateTree(text: Buffer, dice: Dice, other: Buffer): Buffer | undefined {
  try {
    const value: unknown = parse(text.toString('utf8'), { maxAliasCount: 20, logLevel: 'error' });
    const [places, others] = [
      placesIn(value),
      placesIn(parse(other.toString('utf8'), { maxAliasCount: 20, logLevel: 'error' })),
    ];
    if (places.length === 0) return undefined;
    dice.pick(mutations)(dice.pick(places), dice, others.length === 0 ? places : others);
    return Buffer.from(stringify(value));
  } catch {
    return undefined;
  }
}
