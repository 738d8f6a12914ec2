/** The largest payload of a UDP datagram on IPv4 (RFC 768, RFC 791): 65535 bytes without the headers of 20 and 8 bytes. */
const LARGEST_DATAGRAM_BYTES = 65_507;

export type Protocol = 'tcp' | 'udp';

/** One thing that is measured in both environments. */
export interface Measurement {
  /** As options and results name it. */
  readonly name: MeasurementName;
  readonly title: string;
  readonly kind: 'throughput' | 'latency';
  readonly protocol: Protocol;
  /** Bytes of each message that is sent; null: what the tool takes by itself. */
  readonly messageBytes: number | null;
  /** Whether it is part of a quick run. */
  readonly quick: boolean;
}

export const measurementNames = [
  'tcp-stream',
  'udp-stream-64',
  'udp-stream-1400',
  'udp-stream-max',
  'tcp-rr',
  'udp-rr',
] as const;

export type MeasurementName = (typeof measurementNames)[number];

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

/** Those of these names; of an empty list all, or those of a quick run. */
export function chosenMeasurements(names: readonly string[], quick: boolean): Measurement[] {
  if (names.length > 0) return measurements.filter(({ name }) => names.includes(name));
  return measurements.filter((measurement) => measurement.quick || !quick);
}
