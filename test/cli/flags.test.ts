import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';

interface Command {
  readonly flags?: Readonly<
    Record<string, { readonly multiple?: boolean; readonly multipleNonGreedy?: boolean }>
  >;
}

const commands = new Map<string, Command>();

beforeAll(async () => {
  const folder = join(packageFolder(), 'src/commands');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const file of files) {
    const { default: command } = (await import(join(folder, file))) as { default: Command };
    commands.set(file.replace(/(\/index)?\.ts$/, '').replace('/', ' '), command);
  }
});

it('no flag that may be repeated takes the words that follow its value', () => {
  const repeated = [...commands].flatMap(([command, { flags = {} }]) =>
    Object.entries(flags)
      .filter(([, { multiple }]) => multiple === true)
      .map(([flag, { multipleNonGreedy }]) => ({ command, flag, multipleNonGreedy })),
  );
  expect(repeated.map(({ command, flag }) => `${command} --${flag}`)).toContain('test --check');
  expect(repeated.filter(({ multipleNonGreedy }) => multipleNonGreedy !== true)).toEqual([]);
});

it('every command that names a lab that is up takes --instance, and those that change one --no-wait', () => {
  const taking = (wanted: string): string[] =>
    [...commands].flatMap(([command, { flags = {} }]) => (wanted in flags ? [command] : [])).sort();
  expect(taking('instance')).toEqual([
    'bench',
    'console',
    'cp',
    'down',
    'exec',
    'image load',
    'kubeconfig',
    'kubectl',
    'logs',
    'pause',
    'proxy',
    'restart',
    'results',
    'resume',
    'status',
    'test',
    'up',
  ]);
  expect(taking('no-wait')).toEqual([
    'bench',
    'down',
    'image load',
    'pause',
    'restart',
    'resume',
    'test',
    'up',
  ]);
});
