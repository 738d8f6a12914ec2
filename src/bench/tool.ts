import type { Measurement } from './measurements.js';
import type { Reading } from './sample.js';

export const toolNames = ['netperf', 'iperf3'] as const;
export type ToolName = (typeof toolNames)[number];

/** A program that measures, with its server at the far end. */
export interface Tool {
  readonly name: ToolName;
  /** Starts the server, which goes on by itself, at an address of the far end. */
  server(address: string): [string, ...string[]];
  /** Measures for so many seconds what goes to the server at `address`. */
  client(measurement: Measurement, address: string, seconds: number): [string, ...string[]];
  /** Reads what the client printed. Throws Error when it is not what the client should have printed. */
  parse(measurement: Measurement, printed: string): Reading;
}
