import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isErrorCode, type ErrorCode } from '../errors/codes.js';
import { MachineError } from '../errors/families.js';
import type { Host } from '../hosts/host.js';
import { labName, logsCommand } from './record.js';

/** What functions.sh prints when it gives up: a code, what is wrong, and what to do. */
interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

function refusalIn(stderr: string): Refusal | undefined {
  const lines = stderr.trim().split('\n');
  const first = lines.findIndex(isErrorCode);
  const [code, message, hint] = lines.slice(first, first + 3);
  if (code === undefined || !isErrorCode(code) || message === undefined || hint === undefined)
    return undefined;
  return { code, message, hint };
}

function failed(
  script: string,
  host: Host,
  stderr: string,
  { log, id }: RunPreparationOptions,
): MachineError {
  const refusal = refusalIn(stderr) ?? {
    code: 'LAB-HOST-SCRIPT' as const,
    message: `${script} failed in ${host.description}`,
    hint: `see its output: ${logsCommand(id, basename(log, '.log'))}; \`lab render ${labName(id)} -o FOLDER\` writes the script`,
  };
  return new MachineError(
    { ...refusal, location: { file: log } },
    refusalIn(stderr) === undefined ? { cause: new Error(stderr.trim()) } : {},
  );
}

export interface RunPreparationOptions {
  /** The lab's id. */
  readonly id: string;
  /** The file for its error output. */
  readonly log: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Runs a script that prepares a host. If it fails, throws MachineError with the reason and the hint that it printed. */
export async function runPreparation(
  host: Host,
  script: string,
  options: RunPreparationOptions,
): Promise<void> {
  const { log, limitMs, signal } = options;
  const { exitCode, stderr } = await host.run(['sh', script], { timeoutMs: limitMs, signal });
  writeFileSync(log, stderr);
  if (exitCode !== 0) throw failed(script, host, stderr, options);
}
