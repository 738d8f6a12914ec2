import type { Command } from '@oclif/core';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';

// What users and scripts rely on: names, flags, arguments and help of every command. After a change that was meant:
//   npx vitest run --project golden -u
interface Shown {
  readonly id: string;
  readonly command: typeof Command;
}

const folder = join(packageFolder(), 'src/commands');
let commands: readonly Shown[];

beforeAll(async () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  commands = await Promise.all(
    names.sort().map(async (name) => {
      const { default: command } = (await import(join(folder, name))) as { default: typeof Command };
      return { id: name.slice(0, -'.ts'.length).replaceAll('/', ' '), command };
    }),
  );
}, 60_000);

describe('the commands', () => {
  it('are these', () => {
    expect(commands.map(({ id }) => id).sort()).toMatchSnapshot();
  });

  it('have these flags, arguments and help', () => {
    const shown = commands.map(
      ({ id, command: { summary, description, usage, examples, strict, enableJsonFlag, args, flags, aliases } }) => ({
        id,
        summary,
        description,
        usage,
        examples,
        strict,
        enableJsonFlag,
        aliases,
        args,
        flags,
      }),
    );
    // Functions, which say nothing to a user, do not survive JSON.
    expect(JSON.parse(JSON.stringify(shown))).toMatchSnapshot();
  });

  it('have no flag that takes more words than its own', () => {
    const greedy = commands.flatMap(({ id, command }) =>
      Object.entries({ ...command.flags }).flatMap(([name, flag]) =>
        'multiple' in flag && flag.multiple && !flag.multipleNonGreedy ? [`${id} --${name}`] : [],
      ),
    );
    expect(greedy).toEqual([]);
  });

  it('each have a summary, --json, and a description of every flag and argument', () => {
    expect(commands.length).toBeGreaterThan(9);
    for (const { id, command } of commands) {
      const { summary, flags, args, enableJsonFlag } = command;
      expect({ id, summary, enableJsonFlag }).toEqual({
        id,
        summary: expect.stringMatching(/\.$/) as string,
        enableJsonFlag: true,
      });
      for (const [name, { description, summary: short }] of [...Object.entries({ ...flags }), ...Object.entries({ ...args })] as [
        string,
        { description?: string; summary?: string },
      ][])
        expect({ id, name, text: description ?? short }).toEqual({
          id,
          name,
          text: expect.stringMatching(/\w/) as string,
        });
    }
  });
});
