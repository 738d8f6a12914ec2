import * as z from 'zod';
import type { Segment } from './segment.js';

/** The properties of a NIC that decide whether a check applies to it. */
export interface CheckedNic {
  readonly storage: boolean;
  /** How many VFs it has. */
  readonly vfs: number;
  /** Whether each VF has its own backend and so its own link. Built-in VFs share those of their PF. */
  readonly ownBackends: boolean;
  /** The segments that its functions are on; null for one on a user network. Functions that lead elsewhere are left out. */
  readonly ends: readonly (Segment | null)[];
  /** What the lab's cluster uses it for; null if it uses it for nothing. */
  readonly cluster: ClusterUse | null;
}

/** What a NIC does for the cluster. */
export interface ClusterUse {
  /** Whether the node reaches the control plane through it. */
  readonly uplink: boolean;
  /** Whether pods get its VFs. */
  readonly pool: boolean;
  /** Whether others reach the control plane, which runs in its machine, through it. */
  readonly endpoint: boolean;
}

/**
 * What a check runs on: each NIC that it applies to and that nothing else uses (`nic`), each one that a node of the cluster uses
 * (`node-nic`), or the cluster as a whole, once, if it applies to any NIC of it (`cluster`).
 */
export type CheckScope = 'nic' | 'node-nic' | 'cluster';

/** A parameter of a check, with its default and a description. */
export type CheckParameter = z.ZodDefault<z.ZodNumber | z.ZodEnum<Readonly<Record<string, string>>>>;

type Parameters = Readonly<Record<string, CheckParameter>>;

/** The light half of a check: what a definition needs to know of it. */
export interface CheckSpec<P extends Parameters = Parameters> {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  readonly parameters: z.ZodObject<P>;
  readonly scope: CheckScope;
  /** Whether the check applies to this NIC. `peers`: the segments of peers on its networks, each at most twice. */
  readonly fits: (nic: CheckedNic, peers: readonly Segment[]) => boolean;
  /** What to change in a definition that has no NIC it applies to. */
  readonly hint: string;
}

/** A parameter that is a whole number. `help` describes it. */
export function wholeNumber(
  range: { min: number; max: number; default: number },
  help: string,
): z.ZodDefault<z.ZodNumber> {
  return z.int().min(range.min).max(range.max).default(range.default).describe(help);
}

/** The segments that a NIC's functions are on. */
export function segmentsOfNic(nic: CheckedNic): Segment[] {
  return nic.ends.filter((end) => end !== null);
}

/** The parameters of a check as the definition sets them, validated and typed. Throws for values that the rules refuse. */
export function parametersOf<P extends Parameters>(
  spec: CheckSpec<P>,
  { request }: { request: { parameters: object; choices: object } },
): z.infer<z.ZodObject<P>> {
  return spec.parameters.parse({ ...request.parameters, ...request.choices });
}

/** The values that a parameter accepts, in words: `one of: a, b`, `a whole number from 1 to 9`. */
export function allowedValues(parameter: CheckParameter): string {
  const inner = parameter.unwrap();
  if (inner instanceof z.ZodEnum) return `one of: ${inner.options.join(', ')}`;
  return `a whole number from ${String(inner.minValue)} to ${String(inner.maxValue)}`;
}
