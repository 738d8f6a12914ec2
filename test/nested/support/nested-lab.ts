import { afterEach, beforeEach } from 'vitest';
import { Sandbox, type LabOutcome } from '../../e2e/support/sandbox.js';

/** Emulation inside emulation: the guest inside boots in two to five minutes on a computer that does nothing else. */
export const LIMIT_MS = 2_400_000;

interface NestedLab {
  readonly sandbox: () => Sandbox;
  /** Runs `lab`, and waits for LIMIT_MS. */
  readonly lab: (...args: string[]) => Promise<LabOutcome>;
}

/** A sandbox of its own for each test of the file. */
export function useNestedLab(): NestedLab {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => {
    await sandbox.dispose();
  });
  return {
    sandbox: () => sandbox,
    lab: async (...args) => {
      const { exitCode, signal, stdout, stderr } = await sandbox.startFor(LIMIT_MS, ...args);
      return { exitCode, signal, stdout, stderr };
    },
  };
}
