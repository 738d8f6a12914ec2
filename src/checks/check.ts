import type { Host } from '../hosts/host.js';
import type { CheckRequest, Lab, Machine, Nic } from '../model/lab.js';
import type { Service } from '../model/service.js';
import type { Accelerator } from '../toolchain/types.js';
import type { ProcessIdentity } from '../process/identity.js';
import type { Qmp } from '../qemu/qmp.js';
import type { Assertion } from './result.js';

export type { Assertion };

/** What a check is asked to look at. */
export interface CheckTarget {
  readonly lab: Lab;
  readonly machine: Machine;
  readonly nic: Nic;
  readonly request: CheckRequest;
}

/** Rendered before the lab comes up, and run as it is. */
export interface CheckScript {
  /** Relative to the lab's folder. */
  readonly path: string;
  readonly content: string;
}

/** What a running lab gives to a check, beside the scripts' output. */
export interface CheckContext {
  readonly target: CheckTarget;
  readonly qmp: Qmp;
  /** QEMU itself, on its host. */
  readonly qemu: ProcessIdentity;
  /** Where QEMU and the taps of the machine are: the lab's namespace, or the inside of the machine around it. */
  readonly host: Host;
  /** The lab's namespace on this computer. */
  readonly outside: Host;
  peer(name: string): Host;
  readonly signal: AbortSignal;
}

/** What one step of a check found. */
export interface Findings {
  readonly assertions: readonly Assertion[];
  /** Figures and remarks that are no verdict. */
  readonly remarks: readonly string[];
}

/** A script on the machine or in a peer. */
export interface ScriptStep {
  readonly type: 'script';
  readonly on: 'machine' | { readonly peer: string };
  readonly path: string;
  /**
   * Checks of one run that share a script share its one run as well: making and removing VFs takes the kernel over a second
   * each time.
   */
  readonly shared?: boolean;
  /** What this check takes from what the script said. Without it: all. */
  readonly use?: (findings: Findings) => Findings;
}

/** A look from outside the machine. */
export interface LookStep {
  readonly type: 'look';
  readonly look: () => Promise<Findings>;
}

export type CheckStep = ScriptStep | LookStep;

/** One run of a check. */
export interface CheckRun {
  /** Called before the first step of any check of the run: nothing has been touched yet. */
  readonly begin?: () => Promise<void>;
  readonly steps: readonly CheckStep[];
  /** Runs whatever became of the steps. */
  readonly cleanUp?: CheckStep;
  /** Time limit of one script, in ms without emulation. */
  readonly scriptLimitMs: number;
}

export interface Check {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  scripts(target: CheckTarget, accelerator: Accelerator): CheckScript[];
  /** What has to run at the other ends while the check does: the lab starts it, awaits it and ends it. */
  services?(target: CheckTarget): readonly Service[];
  run(context: CheckContext): CheckRun;
}

export function assertion(ok: boolean, title: string, ...diagnostics: string[]): Assertion {
  return { ok, title, diagnostics: ok ? [] : diagnostics };
}

export function findings(assertions: readonly Assertion[], remarks: readonly string[] = []): Findings {
  return { assertions, remarks };
}

/** The assertions of a script that says nothing of its own unless it fails. */
export function failuresOf({ assertions }: Findings): Assertion[] {
  return assertions.filter(({ ok }) => !ok);
}

/** The folder of the scripts for one NIC of one machine. */
export function scriptFolder(target: CheckTarget): string {
  return `checks/${target.machine.name}-${target.nic.name}`;
}
