import type { Measurement } from './measurements.js';
import type { Reading, Tool } from './tool.js';

const BITS_PER_MEGABIT = 1e6;
const USUAL_MSS = 1448;

/** The parts of the output of `iperf3 --json` that are used. */
interface Output {
  readonly error?: string;
  readonly start?: { readonly tcp_mss_default?: number };
  readonly end?: {
    readonly sum_sent?: { readonly bytes?: number; readonly retransmits?: number; readonly packets?: number };
    readonly sum_received?: { readonly bytes?: number; readonly bits_per_second?: number };
    readonly sum?: { readonly packets?: number; readonly lost_packets?: number };
  };
}

function client(measurement: Measurement, address: string, seconds: number): [string, ...string[]] {
  const { protocol, messageBytes } = measurement;
  return [
    ...(['iperf3', '-4', '--json', '--client', address, '--time', String(seconds)] as const),
    ...(messageBytes === null ? [] : ['--length', String(messageBytes)]),
    // As fast as possible, like netperf. By default iperf3 sends UDP at 1 Mbit/s.
    ...(protocol === 'udp' ? ['--udp', '--bitrate', '0'] : []),
  ];
}

function read(printed: string): Output {
  try {
    return JSON.parse(printed) as Output;
  } catch {
    throw new Error(`iperf3 printed no JSON: ${printed.trim().slice(0, 200)}`);
  }
}

function parse({ protocol }: Measurement, printed: string): Reading {
  const { error, start, end } = read(printed);
  const received = end?.sum_received;
  if (error !== undefined || received?.bits_per_second === undefined)
    throw new Error(`iperf3 measured nothing: ${error ?? 'it printed no throughput'}`);
  const figures = { throughput: received.bits_per_second / BITS_PER_MEGABIT };
  const payloadBytes = received.bytes ?? 0;
  if (protocol === 'udp') {
    const { packets = 0, lost_packets: lost = 0 } = end?.sum ?? {};
    return {
      figures,
      payloadBytes,
      lossPercent: packets > 0 ? (100 * lost) / packets : 0,
      retransmitPercent: null,
    };
  }
  const { bytes = 0, retransmits = 0 } = end?.sum_sent ?? {};
  const segments = Math.max(1, Math.ceil(bytes / (start?.tcp_mss_default ?? USUAL_MSS)));
  return { figures, payloadBytes, lossPercent: null, retransmitPercent: (100 * retransmits) / segments };
}

/** Measures throughput only: iperf3 has no request/response test. */
export const iperf3: Tool = {
  name: 'iperf3',
  client,
  parse,
};
