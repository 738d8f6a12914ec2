import type { Host } from '../hosts/host.js';
import type { ProcessIdentity } from '../process/identity.js';
import { otherSide, sides, type Side } from './measurements.js';
import type { PathEvidence } from './result.js';

export type BytesBySide = Readonly<Record<Side, number>>;

/**
 * Observes from outside the machine which path packets take. Each kind of backend needs its own observer: the bytes of a tap and those
 * of a vDPA device are counted in different places.
 */
export interface PathObserver {
  /** Where the packets of each side must pass, in words: `tap guest-pf0.vf0`. */
  readonly places: Readonly<Record<Side, string>>;
  /** How much each of these places may count even though the payload does not pass it. */
  readonly chatter: Readonly<Record<Side, Chatter>>;
  /** Bytes, both ways, that each of these places has counted so far. */
  read(): Promise<BytesBySide>;
}

/** Traffic that is not the payload: up to this many bytes, plus this share of the payload. */
export interface Chatter {
  readonly bytes: number;
  readonly share: number;
}

/** Where an observer may look. */
export interface PathHosts {
  /** The lab's namespace on this computer. */
  readonly namespace: Host;
  /** The QEMU of a machine, and where it runs. */
  qemu(machine: string): Promise<{ readonly host: Host; readonly process: ProcessIdentity }>;
}

/** What was counted between two readings while a side was measured. */
export function evidenceOf(
  side: Side,
  payloadBytes: number,
  before: BytesBySide,
  after: BytesBySide,
): PathEvidence {
  const between = (name: Side): number => after[name] - before[name];
  return {
    side,
    payloadBytes,
    ownBytes: between(side),
    otherBytes: between(otherSide(side)),
  };
}

/** Why the evidence does not show that the payload took this side's path and no other; undefined when it does. */
export function pathProblem(
  evidence: PathEvidence,
  { places, chatter }: Pick<PathObserver, 'places' | 'chatter'>,
): string | undefined {
  const { side, payloadBytes, ownBytes, otherBytes } = evidence;
  const [own, other] = [places[side], places[otherSide(side)]];
  if (own === other) return `both sides pass ${own}: their paths do not differ`;
  const { bytes, share } = chatter[otherSide(side)];
  const otherLimit = bytes + share * payloadBytes;
  if (ownBytes < payloadBytes)
    return `${side}: ${own} counted ${ownBytes} bytes of a payload of ${payloadBytes}; ${other} counted ${otherBytes}`;
  if (otherBytes > otherLimit)
    return `${side}: the payload of ${payloadBytes} bytes passed ${other} as well, which counted ${otherBytes} bytes`;
  return undefined;
}

/** The evidence of many runs, added up for each side. */
export function sumEvidence(all: readonly PathEvidence[]): PathEvidence[] {
  return sides.map((side) => {
    const own = all.filter((one) => one.side === side);
    const sum = (key: 'payloadBytes' | 'ownBytes' | 'otherBytes'): number =>
      own.reduce((total, one) => total + one[key], 0);
    return {
      side,
      payloadBytes: sum('payloadBytes'),
      ownBytes: sum('ownBytes'),
      otherBytes: sum('otherBytes'),
    };
  });
}
