import type { Assertion } from './check.js';

/** What one check of a run found. */
export interface CheckResult {
  /** `vf-creation`, or `vf-creation (guest pf0)` when the lab asks for it more than once. */
  readonly title: string;
  readonly check: string;
  readonly machine: string;
  readonly nic: string;
  readonly ok: boolean;
  readonly assertions: readonly Assertion[];
  /** Figures and remarks that are no verdict. */
  readonly remarks: readonly string[];
  readonly durationMs: number;
}

/** What `lab test` found, as `--json` prints it and results/ keeps it. */
export interface TestResult {
  readonly lab: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly environment: Environment;
  readonly checks: readonly CheckResult[];
}

/** What makes a figure mean something. */
export interface Environment {
  readonly qemu: string;
  readonly kernel: string;
  readonly accelerator: string;
  readonly accelerationReason: string;
}
