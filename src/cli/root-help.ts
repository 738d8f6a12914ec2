import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../model/folders.js';
import { table } from '../report/table.js';
import { wrap } from '../report/wrap.js';
import { helpWidth } from './output-width.js';
import { style } from './style.js';
import { thisProgram, versionLine } from './version.js';

const INDENT = '  ';
/** It separates the words of a command in the manifest. */
const SEPARATOR = ':';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly summary: string; readonly hidden?: boolean }>>;
}

interface Topics {
  readonly oclif: { readonly topics: Readonly<Record<string, { readonly description: string }>> };
}

function section(title: string, lines: readonly string[]): string[] {
  return [style('bold', title), ...lines.map((line) => INDENT + line), ''];
}

/**
 * What `lab --help` shows. From the manifest that a build writes: loading the framework would take most of the time. Throws if there is
 * no manifest.
 */
export function rootHelp(): string {
  const program = thisProgram();
  const { topics } = (program as unknown as Topics).oclif;
  const manifest = JSON.parse(readFileSync(join(packageFolder(), 'oclif.manifest.json'), 'utf8')) as Manifest;
  const commands = Object.entries(manifest.commands)
    .filter(([id, { hidden }]) => hidden !== true && !id.includes(SEPARATOR))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const width = helpWidth() - INDENT.length;
  return [
    ...wrap(program.description, helpWidth()),
    '',
    ...section('VERSION', [versionLine(program)]),
    ...section('USAGE', ['$ lab [COMMAND]']),
    ...section(
      'TOPICS',
      table(
        Object.entries(topics).map(([name, { description }]) => [name, description]),
        width,
      ),
    ),
    ...section(
      'COMMANDS',
      table(
        commands.map(([id, { summary }]) => [id, summary]),
        width,
      ),
    ),
    'To begin: lab test quickstart',
    'The flags and examples of a command: lab help COMMAND',
    '',
  ].join('\n');
}
