import type * as z from 'zod';
import { bench, image, labShape, machine, network, peer } from '../../src/definition/shape.js';
import { kubernetes } from '../../src/definition/shape-kubernetes.js';
import { nic, nicFunction, tap } from '../../src/definition/shape-nic.js';
import { settingTexts } from '../../src/model/shape-words.js';

type Settings = Readonly<Record<string, z.ZodType>>;

/** What a NIC sets otherwise than a function does, or has alone; the others are the same shapes. */
const ofNics = Object.fromEntries(
  Object.entries<z.ZodType>(nic.shape).filter(
    ([key, shape]) => (nicFunction.shape as Settings)[key] !== shape,
  ),
);

/** The tables of docs/definition.md, by how their first column is headed. */
const tables: Readonly<Record<string, Settings>> = {
  'key of the lab': labShape.shape,
  'key of a network': network.shape,
  'key of a peer': peer.shape,
  'key of an image': image.shape,
  'key of a machine': machine.shape,
  'key of a NIC': ofNics,
  'key of a function': nicFunction.shape,
  'key of a tap': tap.shape,
  'key of `bench`': bench.shape,
  'key of `kubernetes`': kubernetes.shape,
};

/** What a setting must be, from what its shape says of a value that nothing allows. */
function valuesOf(shape: z.ZodType): string {
  const message = shape.safeParse(Symbol('no value')).error?.issues[0]?.message ?? '';
  return message.replace(/^must (be )?/, '').replace(/^(a name): .*/, '$1');
}

function table(head: string, settings: Settings): string {
  const rows = Object.entries(settings).map(([key, shape]) => {
    const { what, fallback } = settingTexts.get(shape) ?? { what: '', fallback: '' };
    return [`\`${key}\``, what, valuesOf(shape), fallback === '' ? 'must be set' : fallback];
  });
  const cells = [[head, 'what it is', 'values', 'default'], ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [cells[0], '|---|---|---|---|', ...cells.slice(1)].join('\n');
}

/** The page with its tables of settings as the shapes define them. Throws if it lacks a table. */
export function withSettingsTables(page: string): string {
  return Object.entries(tables).reduce((text, [head, settings]) => {
    const start = text.indexOf(`| ${head} |`);
    if (start < 0) throw new Error(`docs/definition.md has no table with the head \`| ${head} |\``);
    const end = text.indexOf('\n\n', start);
    return `${text.slice(0, start)}${table(head, settings)}${text.slice(end)}`;
  }, page);
}
