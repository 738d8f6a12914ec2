/** A program that goes on running as long as its lab is up: what a check or a bench needs at the other end. */
export interface Service {
  /** One of a kind in its lab; also the name of its log. */
  readonly name: string;
  readonly on: ServicePlace;
  /** It stays in the foreground, so that it is known by its process. */
  readonly argv: readonly [string, ...string[]];
  /** What has to be ready before it starts, beside its place, by kind and name: `service etcd`. If one is replaced, so is this. */
  readonly needs: readonly `${string} ${string}`[];
  /** What it is run from and `argv` does not tell, as a digest; empty for a program of the toolchain. */
  readonly madeFrom: string;
  readonly ready: Readiness;
}

/** Where a service runs: in the lab's namespace, in a peer, or in a machine. */
export type ServicePlace = 'namespace' | { readonly peer: string } | { readonly machine: string };

/** A command that succeeds once the service can be used. */
export interface Readiness {
  /** Where it runs. A question over the network need not burden an emulated machine with the one who asks. */
  readonly on: ServicePlace;
  readonly argv: readonly [string, ...string[]];
  /** How long to wait between two tries, in ms. */
  readonly everyMs: number;
  /** In ms, on a computer with virtualization. */
  readonly limitMs: number;
}

const LISTEN_POLL_MS = 10;
const LISTEN_LIMIT_MS = 10_000;

/** An IPv4 address and a TCP port as /proc/net/tcp shows them (proc_pid_net(5)), on a little-endian computer. */
function inProcNet(address: string, port: number): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `${bytes.reverse().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/** Ready as soon as something listens on this IPv4 address and TCP port of a place. */
export function listening(on: ServicePlace, address: string, port: number): Readiness {
  // State 0A is LISTEN.
  return {
    on,
    argv: ['grep', '-q', ` ${inProcNet(address, port)} 00000000:0000 0A `, '/proc/net/tcp'],
    everyMs: LISTEN_POLL_MS,
    limitMs: LISTEN_LIMIT_MS,
  };
}

/** The name of a place, as part of a service's own. */
export function placeName(place: ServicePlace): string {
  if (place === 'namespace') return place;
  return 'peer' in place ? place.peer : place.machine;
}

const NETSERVER_PORT = 12865;

/** netperf's server at an address of the place. Its name is the same whoever asks for it. */
export function netserver(on: ServicePlace, address: string): Service {
  return {
    name: `netserver-${placeName(on)}`,
    on,
    argv: ['netserver', '-D', '-4', '-L', address],
    needs: [],
    madeFrom: '',
    ready: listening(on, address, NETSERVER_PORT),
  };
}
