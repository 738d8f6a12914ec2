/** The two environments that a bench compares, in the order in which they take turns. */
export const environmentNames = ['offload', 'software'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** What one run of a tool found. */
export interface Reading {
  /** What was asked for, by figure: Mbit/s for `throughput`; microseconds for `mean`, `p50`, `p90` and `p99` (of a request with its answer). */
  readonly figures: Readonly<Partial<Record<FigureName, number>>>;
  /** Bytes that went both ways between the container and the far end, without headers: what the path must have carried. */
  readonly payloadBytes: number;
  /** Percent of the datagrams that did not arrive; null for TCP. */
  readonly lossPercent: number | null;
  /** Percent of the segments that were sent again; null for UDP. */
  readonly retransmitPercent: number | null;
}

export const figureNames = ['throughput', 'mean', 'p50', 'p90', 'p99'] as const;
export type FigureName = (typeof figureNames)[number];

export interface Sample extends Reading {
  readonly environment: EnvironmentName;
}
