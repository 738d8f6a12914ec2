import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkNames, specOf } from '../../../src/checks/catalog.js';
import type { CheckParameter } from '../../../src/checks/spec.js';
import { packageFolder } from '../../../src/model/folders.js';

const page = readFileSync(join(packageFolder(), 'docs/checks.md'), 'utf8');

function valuesOf(parameter: CheckParameter): string {
  const inner = parameter.unwrap();
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${option}\``).join(', ');
  return `${String(inner.minValue)} to ${String(inner.maxValue)}`;
}

/** The table of parameters, as the page shows it. */
function parameterTable(): string {
  const rows = checkNames.flatMap((name) =>
    Object.entries(specOf(name).parameters.shape).map(([key, parameter], index) => {
      const check = index === 0 ? `\`${name}\`` : '';
      const value = parameter.parse(undefined);
      const shown = typeof value === 'string' ? `\`${value}\`` : String(value);
      const cells = [check, `\`${key}\``, shown, valuesOf(parameter), parameter.description ?? ''];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    '| check | parameter | default | values | description |',
    '|---|---|---|---|---|',
    ...rows,
    '| all but `cluster` | `machine` | every machine | a name | the one machine to run on |',
    '',
  ].join('\n');
}

describe('docs/checks.md', () => {
  it('shows the parameters as the checks define them', () => {
    const [, table] = /(\| check \| parameter [^]*?\n)\n/.exec(page) ?? [];
    expect(table).toBe(parameterTable());
  });

  it('has a section for each check', () => {
    for (const name of checkNames) expect(page).toContain(`\n## ${name}\n`);
  });
});
