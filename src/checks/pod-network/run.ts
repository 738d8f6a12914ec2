import { hostAddress } from '../../model/lab.js';
import { netserver } from '../../model/service.js';
import { waitBriefly } from '../../process/wait-for.js';
import { renderTemplate, type Views } from '../../render/templates.js';
import type { Accelerator } from '../../toolchain/types.js';
import {
  allOf,
  assertion,
  failuresOf,
  type Check,
  type CheckScript,
  type CheckTarget,
  type Findings,
  type World,
} from '../check.js';
import { controlPlaneOf, nodeOf } from '../kubernetes-place.js';
import { carried, carriedOutside, payloadOf, podCounted, readOutside } from '../pod-exchange.js';
import { parametersOf } from '../spec.js';
import { connectedTo } from './connections.js';
import { podNetwork } from './spec.js';
import { NETSERVER_PORT, pathsOf, peerOf, podNetworkView, podsOf } from './view.js';

const SCRIPT_LIMIT_MS = 360_000;
const CONNECTION_LIMIT_MS = 60_000;
const CONNECTION_POLL_MS = 500;

function scripts(target: CheckTarget, accelerator: Accelerator): CheckScript[] {
  const paths = pathsOf(target);
  const peer = peerOf(target).name;
  const script = (
    path: string,
    template: keyof Views & `checks/pod-network-${string}`,
    title = '',
  ): CheckScript => ({
    path,
    content: renderTemplate(template, podNetworkView(target, accelerator, title)),
  });
  return [
    script(paths.begin, 'checks/pod-network-begin.sh'),
    script(paths.toPeer, 'checks/pod-network-to-peer.sh', toPeerTitle(target)),
    script(paths.toPods, 'checks/pod-network-to-pods.sh'),
    script(paths.connect, 'checks/pod-network-connect.sh', `pod 1 connects to ${peer} by TCP`),
    script(paths.cut, 'checks/pod-network-cut.sh'),
    script(
      paths.silent,
      'checks/pod-network-silent.sh',
      `with a rule of the node against it, ${peer} does not answer pod 1`,
    ),
    script(paths.restore, 'checks/pod-network-restore.sh'),
    {
      path: paths.end,
      content: renderTemplate('checks/pods-end.sh', podNetworkView(target, accelerator, '')),
    },
  ];
}

function toPeerTitle(target: CheckTarget): string {
  return `pod 1 to ${peerOf(target).name}`;
}

/** The first pod reaches the peer, and both counted it. */
async function* toPeer(world: World): Findings {
  const { target } = world;
  const { name: peer } = peerOf(target);
  const payload = payloadOf(target, parametersOf(podNetwork, target).count);
  const title = toPeerTitle(target);
  const before = await readOutside(world, peer);
  const output = await world.run(pathsOf(target).toPeer, controlPlaneOf(target));
  const after = await readOutside(world, peer);
  yield* allOf(output);
  yield carried(`${title}: eth0`, podCounted.parse(output.data.at(0)).eth0, payload);
  yield* carriedOutside(title, { peer, taps: [] }, before, after, payload);
}

/** The first pod reaches the others. */
async function* toPods(world: World): Findings {
  const { target } = world;
  const payload = payloadOf(target, parametersOf(podNetwork, target).count);
  const output = await world.run(pathsOf(target).toPods, controlPlaneOf(target));
  yield* allOf(output);
  const [, ...others] = podsOf(target);
  for (const [index, { name }] of others.entries())
    yield carried(`pod 1 to pod ${name}: eth0`, podCounted.parse(output.data.at(index)).eth0, payload);
}

/** What the peer sees of a connection from a pod comes from the node's address. */
async function* masqueraded(world: World): Findings {
  const { target, signal } = world;
  const { name: peer } = peerOf(target);
  const node = hostAddress(nodeOf(target).address);
  let seen: string[] = [];
  const ask = async (): Promise<true | undefined> => {
    const { stdout } = await world.peer(peer).run(['cat', '/proc/net/tcp'], { signal });
    seen = connectedTo(NETSERVER_PORT, stdout);
    return seen.length > 0 ? true : undefined;
  };
  const connecting = world.run(pathsOf(target).connect, controlPlaneOf(target));
  const [output] = await Promise.all([
    connecting,
    waitBriefly({ ask, everyMs: CONNECTION_POLL_MS, limitMs: CONNECTION_LIMIT_MS }, signal),
  ]);
  yield* allOf(output);
  yield assertion(
    seen.length === 1 && seen[0] === node,
    `${peer} sees pod 1 under the node’s address`,
    `it sees: ${seen.length === 0 ? 'nobody' : seen.join(', ')}`,
    `the node’s address: ${node}`,
  );
}

/** A firewall rule on the node cuts the pod off, and only as long as it is there. */
async function* cutOff(world: World): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  try {
    yield* world.script(paths.cut);
    yield* world.script(paths.silent, controlPlaneOf(target));
  } finally {
    yield* world.script(paths.restore);
  }
  const { assertions } = await world.run(paths.toPeer, controlPlaneOf(target));
  yield* assertions.map((one) => ({ ...one, title: `without the rule again: ${one.title}` }));
}

/** Pods reach a peer and each other over the network in software. */
export const check: Check = {
  scripts,
  services: (target) => {
    const { name, address } = peerOf(target);
    return [netserver({ peer: name }, hostAddress(address))];
  },
  scriptLimitMs: () => SCRIPT_LIMIT_MS,
  async *run(world) {
    const { target } = world;
    const paths = pathsOf(target);
    const place = controlPlaneOf(target);
    try {
      const begun = await world.run(paths.begin, place);
      yield* allOf(begun);
      if (failuresOf(begun).length > 0) return;
      yield* toPeer(world);
      yield* toPods(world);
      yield* masqueraded(world);
      yield* cutOff(world);
    } finally {
      yield* failuresOf(await world.run(paths.end, place));
    }
  },
};
