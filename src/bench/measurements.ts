/** The two sides that a bench compares, in the order in which they take turns. */
export const sides = ['offload', 'software'] as const;
export type Side = (typeof sides)[number];

export function otherSide(side: Side): Side {
  return side === 'offload' ? 'software' : 'offload';
}

export const figureNames = ['throughput', 'mean', 'p50', 'p90', 'p99'] as const;
export type FigureName = (typeof figureNames)[number];

export const measurementNames = [
  'tcp-stream',
  'udp-stream-64',
  'udp-stream-1400',
  'udp-stream-max',
  'tcp-rr',
  'udp-rr',
] as const;
export type MeasurementName = (typeof measurementNames)[number];

/** One thing that is measured on both sides. */
export interface Measurement {
  /** As options and results name it. */
  readonly name: MeasurementName;
  readonly title: string;
  readonly kind: 'throughput' | 'latency';
  readonly protocol: 'tcp' | 'udp';
  /** Bytes of each message that is sent; null: the tool's default. */
  readonly messageBytes: number | null;
  /** Whether it is part of a quick run. */
  readonly quick: boolean;
}

/** The largest payload of a UDP datagram on IPv4 (RFC 768, RFC 791): 65535 bytes without the headers of 20 and 8 bytes. */
const LARGEST_DATAGRAM_BYTES = 65_507;

function udpStream(
  name: MeasurementName,
  messageBytes: number,
  size: string,
  options: { quick: boolean },
): Measurement {
  const title = `UDP_STREAM, ${size}`;
  return { name, title, kind: 'throughput', protocol: 'udp', messageBytes, ...options };
}

/** In the order in which they are taken and shown. */
export const measurements: readonly Measurement[] = [
  {
    name: 'tcp-stream',
    title: 'TCP_STREAM',
    kind: 'throughput',
    protocol: 'tcp',
    messageBytes: null,
    quick: true,
  },
  udpStream('udp-stream-64', 64, '64 bytes', { quick: false }),
  udpStream('udp-stream-1400', 1400, '1400 bytes', { quick: true }),
  udpStream('udp-stream-max', LARGEST_DATAGRAM_BYTES, '65507 bytes', { quick: false }),
  { name: 'tcp-rr', title: 'TCP_RR', kind: 'latency', protocol: 'tcp', messageBytes: 1, quick: true },
  { name: 'udp-rr', title: 'UDP_RR', kind: 'latency', protocol: 'udp', messageBytes: 1, quick: true },
];
