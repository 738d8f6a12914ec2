import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `lab`. Its stdout is whole, the last newline as well. */
export async function runLab(...args: readonly string[]): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    reject: false,
    stripFinalNewline: false,
    timeout: 20_000,
  });
  return { exitCode, stdout, stderr };
}
