import type { Component } from './component.js';

/** What throughput and latency are measured with. */
export const measure: Component = {
  name: 'measure',
  summary: 'netperf and iperf3',
  families: {
    debian: {
      packages: ['netperf', 'iperf3'],
      // Servers that nobody has asked for would be one more thing that listens.
      script: 'systemctl disable netperf.service iperf3.service || true\n',
    },
  },
  verify: `
netperf -V
iperf3 --server --one-off --daemon --bind 127.0.0.1
tries=50
until iperf3 --client 127.0.0.1 --bytes 1M >/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ]
    sleep 0.2
done
iperf3 --version | head -n 1
`,
};
