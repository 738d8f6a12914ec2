/** The two ways out of a container in a machine that `lab bench` compares, and the far end of its traffic. */
export interface Bench {
  readonly machine: string;
  readonly peer: string;
  /** The container's network namespace holds this function. */
  readonly offload: BenchFunction;
  /** The container reaches this function of the machine's by veth, bridge, routing and NAT. */
  readonly software: BenchFunction;
  readonly containers: BenchContainers;
}

/** What a bench takes for its two containers: network namespaces of the machine, or pods of the cluster that the machine is a node of. */
export type BenchContainers =
  | {
      readonly kind: 'namespaces';
      /** IPv4 in CIDR notation: the network of the container behind the NAT. */
      readonly subnet: string;
    }
  | { readonly kind: 'pods' };

export interface BenchFunction {
  readonly nic: string;
  /** Its id: `pf0`, `pf0.vf2`. */
  readonly function: string;
  /** IPv4 with prefix length, on the peer's network. */
  readonly address: string;
}
