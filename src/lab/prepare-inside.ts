import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrorCode, type ErrorCode } from '../errors/codes.js';
import { MachineError } from '../errors/families.js';
import type { Host } from '../hosts/host.js';
import type { Lab } from '../model/lab.js';
import { folderOf, FUNCTIONS_SCRIPT, FUNCTIONS_UNDO_SCRIPT, NETWORK_SCRIPT } from './artefacts.js';
import type { LabFolder } from './record.js';

const SCRIPTS = [FUNCTIONS_UNDO_SCRIPT, FUNCTIONS_SCRIPT, NETWORK_SCRIPT] as const;

/** What functions.sh says when it gives up: a code, what is wrong, and what to do. */
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

function failed(script: string, host: Host, stderr: string, log: string): MachineError {
  const refusal = refusalIn(stderr) ?? {
    code: 'LAB-HOST-SCRIPT' as const,
    message: `${script} failed in ${host.description}`,
    hint: 'see what it said: lab logs; the script is among those that `lab render` writes',
  };
  return new MachineError(
    { ...refusal, location: { file: log } },
    refusalIn(stderr) === undefined ? { cause: new Error(stderr.trim()) } : {},
  );
}

export interface RunPreparationOptions {
  /** Where its words are kept. */
  readonly log: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Runs a script that prepares a host. Throws MachineError with the reason and remedy that it gives. */
export async function runPreparation(
  host: Host,
  script: string,
  options: RunPreparationOptions,
): Promise<void> {
  const { log, limitMs, signal } = options;
  const { exitCode, stderr } = await host.run(['sh', script], { timeoutMs: limitMs, signal });
  writeFileSync(log, stderr);
  if (exitCode !== 0) throw failed(script, host, stderr, log);
}

export interface PrepareInsideOptions {
  readonly lab: Lab;
  readonly folder: LabFolder;
  /** The machine whose inside it is. */
  readonly machine: string;
  readonly host: Host;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Prepares a machine for those that run on it: its VFs, their vDPA devices, the networks inside. Runs the rendered scripts; what
 * they say is kept. Throws MachineError with the reason and remedy that they give.
 */
export async function prepareInside(options: PrepareInsideOptions): Promise<void> {
  const { lab, folder, machine, host, limitMs, signal } = options;
  for (const script of SCRIPTS) {
    const file = join(folder.run, folderOf(lab, machine), script);
    await host.putFile(script, readFileSync(file));
  }
  for (const script of [FUNCTIONS_SCRIPT, NETWORK_SCRIPT]) {
    const log = folder.log(`${machine}.${script.replace('.sh', '')}`);
    await runPreparation(host, script, { log, limitMs, signal });
  }
}
