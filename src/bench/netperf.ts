import type { FigureName, Measurement } from './measurements.js';
import type { Reading, Tool } from './tool.js';

const USUAL_MSS = 1448;

/** Output selectors of netperf's omni tests (its manual, "Omni Output Selectors"). */
const COMMON = ['LOCAL_BYTES_SENT', 'LOCAL_BYTES_RECVD', 'REMOTE_BYTES_RECVD'];
const SELECTORS = {
  throughput: {
    tcp: ['THROUGHPUT', 'LOCAL_TRANSPORT_RETRANS', 'TRANSPORT_MSS'],
    udp: ['THROUGHPUT', 'LOCAL_SEND_CALLS', 'REMOTE_RECV_CALLS'],
  },
  latency: {
    tcp: ['MEAN_LATENCY', 'P50_LATENCY', 'P90_LATENCY', 'P99_LATENCY', 'LOCAL_TRANSPORT_RETRANS'],
    udp: ['MEAN_LATENCY', 'P50_LATENCY', 'P90_LATENCY', 'P99_LATENCY'],
  },
} as const;

const LATENCIES: readonly (readonly [FigureName, string])[] = [
  ['mean', 'MEAN_LATENCY'],
  ['p50', 'P50_LATENCY'],
  ['p90', 'P90_LATENCY'],
  ['p99', 'P99_LATENCY'],
];

function testOf({ kind, protocol }: Measurement): string {
  return `${protocol.toUpperCase()}_${kind === 'throughput' ? 'STREAM' : 'RR'}`;
}

function client(measurement: Measurement, address: string, seconds: number): [string, ...string[]] {
  const { kind, protocol, messageBytes } = measurement;
  const selectors = [...SELECTORS[kind][protocol], ...COMMON];
  return [
    ...(['netperf', '-4', '-P', '0', '-H', address, '-t', testOf(measurement)] as const),
    ...['-l', String(seconds)],
    // netperf prints percentiles only with -j.
    ...(kind === 'latency' ? ['-j'] : []),
    ...['--', '-k', selectors.join(',')],
    ...(kind === 'throughput' && messageBytes !== null ? ['-m', String(messageBytes)] : []),
    // Allow routing. By default netperf does not route UDP, so that a mistake cannot flood other networks.
    ...(kind === 'throughput' && protocol === 'udp' ? ['-R', '1'] : []),
  ];
}

/** Its `KEY=VALUE` lines. */
class Output {
  readonly #values: ReadonlyMap<string, string>;

  constructor(private readonly printed: string) {
    this.#values = new Map(
      printed.split('\n').flatMap((line) => {
        const [key, value] = line.split('=');
        return key === undefined || value === undefined ? [] : [[key.trim(), value.trim()] as const];
      }),
    );
  }

  number(key: string): number {
    const value = Number(this.#values.get(key) ?? NaN);
    if (Number.isFinite(value)) return value;
    throw new Error(`netperf printed no ${key}: ${this.printed.trim()}`);
  }
}

function parse({ kind, protocol }: Measurement, printed: string): Reading {
  const output = new Output(printed);
  const sent = output.number('LOCAL_BYTES_SENT');
  if (kind === 'latency') {
    const figures = Object.fromEntries(LATENCIES.map(([figure, key]) => [figure, output.number(key)]));
    const payloadBytes = sent + output.number('LOCAL_BYTES_RECVD');
    // After a lost request, UDP_RR waits until the end of the run; TCP_RR retransmits it. Each request is one segment.
    const retransmitPercent =
      protocol === 'tcp' ? percent(output.number('LOCAL_TRANSPORT_RETRANS'), sent) : null;
    return { figures, payloadBytes, lossPercent: null, retransmitPercent };
  }
  const figures = { throughput: output.number('THROUGHPUT') };
  const payloadBytes = output.number('REMOTE_BYTES_RECVD');
  if (protocol === 'udp') {
    const [calls, received] = [output.number('LOCAL_SEND_CALLS'), output.number('REMOTE_RECV_CALLS')];
    return { figures, payloadBytes, lossPercent: percent(calls - received, calls), retransmitPercent: null };
  }
  const mss = output.number('TRANSPORT_MSS');
  const segments = Math.ceil(sent / (mss > 0 ? mss : USUAL_MSS));
  const retransmitPercent = percent(output.number('LOCAL_TRANSPORT_RETRANS'), segments);
  return { figures, payloadBytes, lossPercent: null, retransmitPercent };
}

function percent(part: number, whole: number): number {
  return whole > 0 ? (100 * Math.max(0, part)) / whole : 0;
}

export const netperf: Tool = {
  name: 'netperf',
  client,
  parse,
};
