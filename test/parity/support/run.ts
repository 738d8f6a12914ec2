import { readEnvironment } from '../../../src/cli/environment.js';
import { silentTask } from '../../../src/model/task.js';
import { findToolchain } from '../../../src/toolchain/resolve.js';

/** Of compositions, and as many of labs: under two minutes together on two processors. */
const DEFAULT_CASES = 300;
const DEFAULT_SEED = 20261123;

export const caseCount = Number(process.env['LAB_PARITY_CASES'] ?? DEFAULT_CASES);
export const seed = Number(process.env['LAB_PARITY_SEED'] ?? DEFAULT_SEED);

/** The QEMU that `lab` uses; the project's global setup has provisioned it. */
export async function qemuProgram(): Promise<string> {
  const [program] =
    (await findToolchain({ environment: readEnvironment() }, silentTask()))?.qemu.command ?? [];
  if (program === undefined) throw new Error('there is no QEMU: run `lab doctor`');
  return program;
}
