import type { Host } from '../hosts/host.js';
import type { Bench, Lab } from '../model/lab.js';
import type { ProcessIdentity } from '../process/identity.js';
import { environmentNames, type EnvironmentName } from './sample.js';

export type BytesByEnvironment = Readonly<Record<EnvironmentName, number>>;

/**
 * Sees from outside of the machine which way packets take. Each kind of backend has its own: what counts the bytes of a tap is not
 * what counts those of a vDPA device.
 */
export interface PathObserver {
  /** Where the packets of each environment have to pass, for a reader: `tap guest-pf0.vf0`. */
  readonly places: Readonly<Record<EnvironmentName, string>>;
  /** What the place of the other environment counts though the payload does not pass it. */
  readonly chatter: Chatter;
  /** Bytes, both ways, that each of these places has counted so far. */
  read(): Promise<BytesByEnvironment>;
}

/** So many bytes, and this share of the payload. */
export interface Chatter {
  readonly bytes: number;
  readonly share: number;
}

/** Where an observer may look. */
export interface PathHosts {
  /** The lab's namespace on this computer. */
  readonly namespace: Host;
  /** The inside of a machine: of the one around a nested machine, say. */
  machine(name: string): Promise<Host>;
  /** The QEMU of a machine, and where it runs. */
  qemu(machine: string): Promise<{ readonly host: Host; readonly process: ProcessIdentity }>;
}

/** Makes the observer for one kind of backend; undefined when the functions of the bench are of another kind. */
export type PathFinder = (lab: Lab, bench: Bench, hosts: PathHosts) => Promise<PathObserver | undefined>;

/** What was counted outside while one environment was measured. */
export interface PathEvidence {
  readonly environment: EnvironmentName;
  /** The payload that the tool moved, in bytes. */
  readonly payloadBytes: number;
  /** What was counted at the environment's own place, and at the other one's. */
  readonly ownBytes: number;
  readonly otherBytes: number;
}

export function otherOf(environment: EnvironmentName): EnvironmentName {
  return environment === 'offload' ? 'software' : 'offload';
}

/** What passed between two readings while an environment was measured. */
export function evidenceOf(
  environment: EnvironmentName,
  payloadBytes: number,
  before: BytesByEnvironment,
  after: BytesByEnvironment,
): PathEvidence {
  const between = (name: EnvironmentName): number => after[name] - before[name];
  return {
    environment,
    payloadBytes,
    ownBytes: between(environment),
    otherBytes: between(otherOf(environment)),
  };
}

/** Why the evidence does not show that the payload took the environment's own way and no other; undefined when it does. */
export function pathProblem(
  evidence: PathEvidence,
  { places, chatter }: Pick<PathObserver, 'places' | 'chatter'>,
): string | undefined {
  const { environment, payloadBytes, ownBytes, otherBytes } = evidence;
  const [own, other] = [places[environment], places[otherOf(environment)]];
  if (own === other) return `both environments pass ${own}: they do not differ in their path`;
  const otherLimit = chatter.bytes + chatter.share * payloadBytes;
  if (ownBytes < payloadBytes)
    return `${environment}: ${own} counted ${ownBytes} bytes of a payload of ${payloadBytes}; ${other} counted ${otherBytes}`;
  if (otherBytes > otherLimit)
    return `${environment}: the payload of ${payloadBytes} bytes passed ${other} as well, which counted ${otherBytes} bytes`;
  return undefined;
}

/** The evidence of many runs, one sum for each environment. */
export function sumEvidence(all: readonly PathEvidence[]): PathEvidence[] {
  return environmentNames.map((environment) => {
    const own = all.filter((one) => one.environment === environment);
    const sum = (key: 'payloadBytes' | 'ownBytes' | 'otherBytes'): number =>
      own.reduce((total, one) => total + one[key], 0);
    return {
      environment,
      payloadBytes: sum('payloadBytes'),
      ownBytes: sum('ownBytes'),
      otherBytes: sum('otherBytes'),
    };
  });
}
