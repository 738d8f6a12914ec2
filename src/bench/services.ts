import type { Bench } from '../model/bench.js';
import { findByName, hostAddress, type Lab } from '../model/lab.js';
import { listening, netserver, type Service } from '../model/service.js';

const IPERF3_PORT = 5201;

/** The servers at the far end, for every tool that the bench may use. */
export function benchServices(lab: Lab, bench: Bench): Service[] {
  const address = hostAddress(findByName(lab.peers, bench.peer).address);
  const on = { peer: bench.peer };
  return [
    netserver(on, address),
    {
      name: `iperf3-${bench.peer}`,
      on,
      argv: ['iperf3', '-4', '--server', '--bind', address],
      needs: [],
      madeFrom: '',
      ready: listening(on, address, IPERF3_PORT),
    },
  ];
}
