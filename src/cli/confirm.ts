import { createInterface } from 'node:readline/promises';
import { UsageError } from '../errors/families.js';

/** Says what is going to happen and asks whether it may. Throws UsageError when it may not, or when nobody is there to ask. */
export async function confirm(lines: readonly string[], agreed: boolean): Promise<void> {
  const [head = '', ...rest] = lines;
  process.stderr.write(`${[head, ...rest.map((line) => `  - ${line}`)].join('\n')}\n`);
  if (agreed) return;
  if (!process.stdin.isTTY) throw notAgreed('there is no terminal to confirm it on');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await reader.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw notAgreed('it was not agreed to');
  } finally {
    reader.close();
  }
}

function notAgreed(reason: string): UsageError {
  return new UsageError({
    code: 'LAB-NOT-AGREED',
    message: `nothing was done: ${reason}`,
    hint: 'confirm beforehand with --yes; `lab down` undoes it all',
  });
}
