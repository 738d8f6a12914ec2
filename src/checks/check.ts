import type { z } from 'zod';
import type { Host } from '../hosts/host.js';
import type { CheckRequest, Lab, Machine, Nic } from '../model/lab.js';
import type { Service } from '../model/service.js';
import type { Accelerator } from '../toolchain/types.js';
import type { ProcessIdentity } from '../process/identity.js';
import type { Qmp } from '../qemu/qmp.js';

export interface Assertion {
  readonly ok: boolean;
  readonly title: string;
  /** Shown below a failed assertion. */
  readonly diagnostics: readonly string[];
}

/** A figure or a note: shown, but not part of the verdict. */
export interface Remark {
  readonly remark: string;
}

/** What a check yields as it runs. */
export type Finding = Assertion | Remark;

export type Findings = AsyncGenerator<Finding, void, void>;

/** The NIC that a check looks at, with its machine and its lab. A check of the whole cluster is given the uplink of its first node. */
export interface CheckTarget {
  readonly lab: Lab;
  readonly machine: Machine;
  readonly nic: Nic;
  readonly request: CheckRequest;
}

/** A script, rendered before the lab comes up and run unchanged. */
export interface CheckScript {
  /** Relative to the lab's folder. */
  readonly path: string;
  readonly content: string;
}

/** The running lab as one check may use it, apart from running scripts. */
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
  /**
   * Reboots the machine, and returns when its guest answers again. Throws MachineError if it does not, or if its QEMU ends.
   */
  reboot(): Promise<void>;
  readonly signal: AbortSignal;
}

/** What a script printed. */
export interface ScriptOutput {
  readonly assertions: readonly Assertion[];
  readonly remarks: readonly string[];
  /** The YAML blocks below its assertions, in order. */
  readonly data: readonly unknown[];
}

/** Where a script runs: in the machine that the check looks at, in another one, or in a peer. */
export type ScriptPlace = 'machine' | { readonly machine: string } | { readonly peer: string };

/** The running lab, as a check sees it. */
export interface World extends CheckContext {
  /** Runs a rendered script and returns what it printed. */
  run(path: string, on?: ScriptPlace): Promise<ScriptOutput>;
  /**
   * Runs a script in the machine, or returns its output if a check of this run has run it already: creating and removing VFs takes
   * the kernel more than a second each time.
   */
  runOnce(path: string): Promise<ScriptOutput>;
  /** Runs a script and yields everything that it printed. */
  script(path: string, on?: ScriptPlace): Findings;
  /**
   * Runs the script that takes back what the check has given to the machine, and yields what failed. Unlike the others, it also runs,
   * for some seconds, when the run was interrupted: the lab may stay up.
   */
  takeBack(path: string): Findings;
}

/** The half of a check that runs. */
export interface Check<Before = unknown> {
  scripts(target: CheckTarget, accelerator: Accelerator): CheckScript[];
  /** The services that the check needs at the far ends. The lab starts them, waits for them and ends them. */
  services?(target: CheckTarget): readonly Service[];
  /** Time limit of one script, in ms without emulation. */
  scriptLimitMs(target: CheckTarget): number;
  /** Runs before any check of the run touches anything. Its result is passed to `run`. */
  before?(world: World): Promise<Before>;
  run(world: World, before: Before): Findings;
}

export function assertion(ok: boolean, title: string, ...diagnostics: string[]): Assertion {
  return { ok, title, diagnostics: ok ? [] : diagnostics };
}

export function remark(text: string): Remark {
  return { remark: text };
}

/** Everything that a script printed, as findings. */
export function* allOf({ assertions, remarks }: ScriptOutput): Generator<Finding> {
  yield* assertions;
  yield* remarks.map(remark);
}

/** A script's failed assertions: all that matters of a script that only prepares or cleans up. */
export function failuresOf({ assertions }: Pick<ScriptOutput, 'assertions'>): Assertion[] {
  return assertions.filter(({ ok }) => !ok);
}

/** Findings of something that happens again: each assertion's title says when. */
export async function* retitled(
  when: string,
  findings: Iterable<Finding> | AsyncIterable<Finding>,
): Findings {
  for await (const finding of findings)
    yield 'remark' in finding ? finding : { ...finding, title: `${when}: ${finding.title}` };
}

/** The one YAML block that a script printed, validated. Throws ZodError if there is none or its shape is wrong. */
export function dataOf<T>({ data }: ScriptOutput, shape: z.ZodType<T>): T {
  return shape.parse(data.at(0));
}

/** Yields what `take` finds. If `take` throws, that is a failed assertion, and the check goes on. */
export async function* look({ signal }: World, take: () => Promise<Iterable<Finding>>): Findings {
  try {
    yield* await take();
  } catch (error) {
    signal.throwIfAborted();
    yield notSeen(error);
  }
}

/** The failed assertion for a measurement that was not possible. */
export function notSeen(error: unknown): Assertion {
  return assertion(
    false,
    'the measurement from outside succeeded',
    error instanceof Error ? error.message : String(error),
  );
}

/** The folder of a check's scripts: each NIC of each machine has one; those of the whole cluster's are above these. */
export function scriptFolder({ request: { on } }: CheckTarget): string {
  return on === null ? 'checks' : `checks/${on.machine}-${on.nic}`;
}
