import { describe, expect, it } from 'vitest';
import { iperf3 } from '../../../src/bench/iperf3.js';
import { netperf } from '../../../src/bench/netperf.js';
import { benchPlan } from '../../../src/bench/plan.js';
import { measurement } from '../../support/bench.js';

// What netperf 2.7 and iperf3 3.18 printed in a guest.
const TCP_STREAM = `THROUGHPUT=608.39
LOCAL_TRANSPORT_RETRANS=3
TRANSPORT_MSS=1448
LOCAL_BYTES_SENT=1448000
LOCAL_BYTES_RECVD=0
REMOTE_BYTES_RECVD=1447000
`;
const UDP_STREAM = `THROUGHPUT=215.58
LOCAL_SEND_CALLS=20717
REMOTE_RECV_CALLS=19382
LOCAL_BYTES_SENT=29003800
LOCAL_BYTES_RECVD=0
REMOTE_BYTES_RECVD=27134800
`;
const UDP_RR = `MEAN_LATENCY=467.09
P50_LATENCY=213
P90_LATENCY=386
P99_LATENCY=5320
LOCAL_BYTES_SENT=2126
LOCAL_BYTES_RECVD=2126
REMOTE_BYTES_RECVD=2126
`;

describe('netperf', () => {
  it('tells throughput, payload, and what was retransmitted', () => {
    const { figures, payloadBytes, lossPercent, retransmitPercent } = netperf.parse(
      measurement('tcp-stream'),
      TCP_STREAM,
    );
    expect({ figures, payloadBytes, lossPercent }).toEqual({
      figures: { throughput: 608.39 },
      payloadBytes: 1_447_000,
      lossPercent: null,
    });
    expect(retransmitPercent).toBeCloseTo(0.3, 6);
  });

  it('tells the datagrams that did not arrive', () => {
    const { figures, lossPercent } = netperf.parse(measurement('udp-stream-1400'), UDP_STREAM);
    expect(figures).toEqual({ throughput: 215.58 });
    expect(lossPercent).toBeCloseTo(6.44, 2);
  });

  it('tells latency with its percentiles', () => {
    expect(netperf.parse(measurement('udp-rr'), UDP_RR)).toEqual({
      figures: { mean: 467.09, p50: 213, p90: 386, p99: 5320 },
      payloadBytes: 4252,
      lossPercent: null,
      retransmitPercent: null,
    });
  });

  it.each(['', 'netperf: connection refused', 'THROUGHPUT=abc'])('says that %j is no result', (printed) => {
    expect(() => netperf.parse(measurement('tcp-stream'), printed)).toThrow('netperf printed no');
  });

  it('counts the segments of TCP_RR that were retransmitted', () => {
    const { retransmitPercent, payloadBytes } = netperf.parse(
      measurement('tcp-rr'),
      `${UDP_RR}LOCAL_TRANSPORT_RETRANS=1063\n`,
    );
    expect({ retransmitPercent, payloadBytes }).toEqual({ retransmitPercent: 50, payloadBytes: 4252 });
  });

  it('takes the usual segment where the MSS is not known, and no part of nothing', () => {
    const tcp = measurement('tcp-stream');
    const withoutMss = TCP_STREAM.replace('TRANSPORT_MSS=1448', 'TRANSPORT_MSS=0');
    expect(netperf.parse(tcp, withoutMss).retransmitPercent).toBeCloseTo(0.3, 6);
    const halfMss = TCP_STREAM.replace('TRANSPORT_MSS=1448', 'TRANSPORT_MSS=724');
    expect(netperf.parse(tcp, halfMss).retransmitPercent).toBeCloseTo(0.15, 6);
    const nothing = TCP_STREAM.replace('LOCAL_BYTES_SENT=1448000', 'LOCAL_BYTES_SENT=0');
    expect(netperf.parse(tcp, nothing).retransmitPercent).toBe(0);
    const more = UDP_STREAM.replace('REMOTE_RECV_CALLS=19382', 'REMOTE_RECV_CALLS=20718');
    expect(netperf.parse(measurement('udp-stream-1400'), more).lossPercent).toBe(0);
    expect(netperf.parse(measurement('udp-stream-1400'), UDP_STREAM)).toMatchObject({
      payloadBytes: 27_134_800,
      retransmitPercent: null,
    });
  });

  it('is read whatever else it prints, and names what it did not print', () => {
    const chatty = `MIGRATED TCP STREAM TEST\n\n THROUGHPUT = 7 \n${TCP_STREAM.replace('THROUGHPUT=608.39\n', '')}`;
    expect(netperf.parse(measurement('tcp-stream'), chatty).figures).toEqual({ throughput: 7 });
    expect(() => netperf.parse(measurement('udp-rr'), 'LOCAL_BYTES_SENT=1\n')).toThrow(
      'netperf printed no MEAN_LATENCY: LOCAL_BYTES_SENT=1',
    );
  });

  it.each([
    [
      'tcp-stream',
      '-t TCP_STREAM -l 3 -- -k THROUGHPUT,LOCAL_TRANSPORT_RETRANS,TRANSPORT_MSS,LOCAL_BYTES_SENT,LOCAL_BYTES_RECVD,REMOTE_BYTES_RECVD',
    ],
    [
      'tcp-rr',
      '-t TCP_RR -l 3 -j -- -k MEAN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,LOCAL_TRANSPORT_RETRANS,LOCAL_BYTES_SENT,LOCAL_BYTES_RECVD,REMOTE_BYTES_RECVD',
    ],
    [
      'udp-rr',
      '-t UDP_RR -l 3 -j -- -k MEAN_LATENCY,P50_LATENCY,P90_LATENCY,P99_LATENCY,LOCAL_BYTES_SENT,LOCAL_BYTES_RECVD,REMOTE_BYTES_RECVD',
    ],
  ] as const)('measures %s with the arguments for it', (name, args) => {
    expect(netperf.client(measurement(name), '10.0.0.1', 3).join(' ')).toBe(
      `netperf -4 -P 0 -H 10.0.0.1 ${args}`,
    );
  });

  it('is asked for what is measured', () => {
    expect(netperf.client(measurement('udp-stream-64'), '10.0.0.1', 3).join(' ')).toBe(
      'netperf -4 -P 0 -H 10.0.0.1 -t UDP_STREAM -l 3 -- -k THROUGHPUT,LOCAL_SEND_CALLS,REMOTE_RECV_CALLS,LOCAL_BYTES_SENT,LOCAL_BYTES_RECVD,REMOTE_BYTES_RECVD -m 64 -R 1',
    );
    expect(netperf.client(measurement('tcp-rr'), '10.0.0.1', 1)).toContain('-j');
  });
});

describe('iperf3', () => {
  const printed = (end: object): string => JSON.stringify({ start: { tcp_mss_default: 1448 }, end });

  it('tells throughput in Mbit/s, payload, and what was retransmitted', () => {
    const reading = iperf3.parse(
      measurement('tcp-stream'),
      printed({
        sum_sent: { bytes: 1_448_000, retransmits: 5 },
        sum_received: { bytes: 1_440_000, bits_per_second: 5e8 },
      }),
    );
    expect(reading).toEqual({
      figures: { throughput: 500 },
      payloadBytes: 1_440_000,
      lossPercent: null,
      retransmitPercent: 0.5,
    });
  });

  it('tells the datagrams that did not arrive', () => {
    const { lossPercent } = iperf3.parse(
      measurement('udp-stream-64'),
      printed({ sum: { packets: 200, lost_packets: 3 }, sum_received: { bytes: 10, bits_per_second: 80 } }),
    );
    expect(lossPercent).toBe(1.5);
  });

  it.each(['', '{}', '{"error":"unable to connect"}', 'iperf3: error'])(
    'says that %j is no result',
    (text) => {
      expect(() => iperf3.parse(measurement('tcp-stream'), text)).toThrow(
        /iperf3 (printed no JSON|measured nothing)/,
      );
    },
  );

  it('counts nothing lost and nothing retransmitted where it does not say so', () => {
    const received = { sum_received: { bits_per_second: 80 } };
    expect(iperf3.parse(measurement('udp-stream-64'), printed(received))).toEqual({
      figures: { throughput: 0.000_08 },
      payloadBytes: 0,
      lossPercent: 0,
      retransmitPercent: null,
    });
    expect(iperf3.parse(measurement('tcp-stream'), printed(received)).retransmitPercent).toBe(0);
    expect(
      iperf3.parse(
        measurement('tcp-stream'),
        JSON.stringify({ end: { ...received, sum_sent: { bytes: 14_480, retransmits: 1 } } }),
      ).retransmitPercent,
    ).toBe(10);
  });

  it('says what went wrong in its own words', () => {
    const parse = (text: string) => () => iperf3.parse(measurement('tcp-stream'), text);
    expect(parse('{"error":"unable to connect"}')).toThrow('iperf3 measured nothing: unable to connect');
    expect(parse(printed({ sum_received: { bytes: 1 } }))).toThrow('it printed no throughput');
    expect(parse(JSON.stringify({ error: 'late', end: { sum_received: { bits_per_second: 1 } } }))).toThrow(
      'late',
    );
    expect(parse(` ${'x'.repeat(300)} `)).toThrow(new RegExp(`iperf3 printed no JSON: x{200}$`));
  });

  it('measures TCP with its own message size', () => {
    expect(iperf3.client(measurement('tcp-stream'), '10.0.0.1', 2).join(' ')).toBe(
      'iperf3 -4 --json --client 10.0.0.1 --time 2',
    );
  });

  it('sends datagrams as fast as it goes', () => {
    expect(iperf3.client(measurement('udp-stream-1400'), '10.0.0.1', 2).join(' ')).toContain(
      '--length 1400 --udp --bitrate 0',
    );
  });
});

describe('the plan of a bench', () => {
  const planned = (only: readonly string[], tool: 'netperf' | 'iperf3', quick: boolean): string[] =>
    benchPlan(only, { tool, quick }).map((part) => `${part.measurement.name} ${part.tool.name}`);

  it('is all six measurements, or four for a quick run', () => {
    expect(planned([], 'netperf', false)).toEqual([
      'tcp-stream netperf',
      'udp-stream-64 netperf',
      'udp-stream-1400 netperf',
      'udp-stream-max netperf',
      'tcp-rr netperf',
      'udp-rr netperf',
    ]);
    expect(planned([], 'netperf', true)).toEqual([
      'tcp-stream netperf',
      'udp-stream-1400 netperf',
      'tcp-rr netperf',
      'udp-rr netperf',
    ]);
  });

  it('is the measurements that are named, in their own order, also those that are not in a quick run', () => {
    expect(planned(['udp-rr', 'udp-stream-64', 'tcp-stream'], 'netperf', true)).toEqual([
      'tcp-stream netperf',
      'udp-stream-64 netperf',
      'udp-rr netperf',
    ]);
  });

  it('leaves latency to netperf', () => {
    expect(planned(['tcp-stream', 'tcp-rr'], 'iperf3', false)).toEqual([
      'tcp-stream iperf3',
      'tcp-rr netperf',
    ]);
  });
});
