import { createInterface } from 'node:readline/promises';
import { UsageError } from '../errors/families.js';

/**
 * Announces what will happen and asks for confirmation. `undo`: the command that undoes it. Throws UsageError if the user declines or there
 * is no terminal to ask on.
 */
export async function confirm(lines: readonly string[], agreed: boolean, undo: string): Promise<void> {
  const [head = '', ...rest] = lines;
  process.stderr.write(`${[head, ...rest.map((line) => `  - ${line}`)].join('\n')}\n`);
  if (agreed) return;
  if (!process.stdin.isTTY) throw notAgreed('there is no terminal to confirm it on', undo);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await reader.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw notAgreed('you did not confirm it', undo);
  } finally {
    reader.close();
  }
}

function notAgreed(reason: string, undo: string): UsageError {
  return new UsageError({
    code: 'LAB-NOT-AGREED',
    message: `nothing was done: ${reason}`,
    hint: `answer y, or confirm in advance with --yes; \`${undo}\` undoes all changes`,
  });
}
