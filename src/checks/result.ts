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

/** What every run has whose result is kept. */
export interface RunHead {
  /** Of the format of what follows. */
  readonly version: 1;
  /** `quickstart-20260102-030405-678`: the lab and when it began (UTC), which `lab results` and `lab report` take. */
  readonly id: string;
  readonly lab: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** What `lab test` found, as `--json` prints it and results/ keeps it. */
export interface TestResult extends RunHead {
  readonly kind: 'test';
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
  /** This computer. */
  readonly computer: Computer;
  /** Digests (hex SHA-256) of the images that the machines booted, by the machine's name. */
  readonly images: Readonly<Record<string, string>>;
  /** Digest (hex SHA-256) of the resolved definition: two runs with the same one were of the same lab. */
  readonly labDigest: string;
}

export interface Computer {
  /** Model of its processor. */
  readonly cpu: string;
  readonly processors: number;
  /** Processes that ran or wanted to, on average over the minute before the run began and before it ended (getloadavg(3)). */
  readonly load: { readonly begin: number; readonly end: number };
}
