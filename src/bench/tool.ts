import type { FigureName, Measurement, Side } from './measurements.js';

export const toolNames = ['netperf', 'iperf3'] as const;
export type ToolName = (typeof toolNames)[number];

/** A program that measures, with its server at the far end. */
export interface Tool {
  readonly name: ToolName;
  /** The command that measures for `seconds` against the server at `address`. */
  client(measurement: Measurement, address: string, seconds: number): [string, ...string[]];
  /** Parses the client's output. Throws Error if it is not as expected. */
  parse(measurement: Measurement, printed: string): Reading;
}

/** What one run of a tool found. */
export interface Reading {
  /** By figure: Mbit/s for `throughput`; microseconds from a request to its answer for `mean`, `p50`, `p90` and `p99`. */
  readonly figures: Readonly<Partial<Record<FigureName, number>>>;
  /** Bytes, without headers, that went either way between the container and the far end. The path must have carried them. */
  readonly payloadBytes: number;
  /** Percent of the datagrams that did not arrive; null for TCP. */
  readonly lossPercent: number | null;
  /** Percent of the segments that were retransmitted; null for UDP. */
  readonly retransmitPercent: number | null;
}

/** A reading with the side that it was taken on. */
export interface Sample extends Reading {
  readonly side: Side;
}
