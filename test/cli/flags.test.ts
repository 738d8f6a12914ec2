import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly args: Readonly<Record<string, unknown>>;
        readonly flags: Readonly<
          Record<string, { readonly multiple?: boolean; readonly multipleNonGreedy?: boolean }>
        >;
      }
    >
  >;
}

const { commands } = JSON.parse(
  readFileSync(join(packageFolder(), 'oclif.manifest.json'), 'utf8'),
) as Manifest;

it('no flag that may be repeated takes the words that follow its value', () => {
  const repeated = Object.entries(commands).flatMap(([command, { flags }]) =>
    Object.entries(flags)
      .filter(([, { multiple }]) => multiple === true)
      .map(([flag, { multipleNonGreedy }]) => ({ command, flag, multipleNonGreedy })),
  );
  expect(repeated.map(({ flag }) => flag)).toContain('check');
  expect(repeated.filter(({ multipleNonGreedy }) => multipleNonGreedy !== true)).toEqual([]);
});

it('every command that names a lab that is up takes --instance, and those that change one --no-wait', () => {
  const taking = (flag: string): string[] =>
    Object.entries(commands)
      .filter(([, { flags }]) => flag in flags)
      .map(([command]) => command)
      .sort();
  expect(taking('instance')).toEqual([
    'bench',
    'console',
    'down',
    'exec',
    'image:load',
    'kubeconfig',
    'kubectl',
    'logs',
    'proxy',
    'results',
    'status',
    'test',
    'up',
  ]);
  expect(taking('no-wait')).toEqual(['bench', 'down', 'image:load', 'test', 'up']);
});
