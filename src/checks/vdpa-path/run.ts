import { netdevId } from '../../devices/backends.js';
import type { Peer } from '../../model/lab.js';
import { waitBriefly } from '../../process/wait-for.js';
import { renderTemplate } from '../../render/templates.js';
import {
  assertion,
  look,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckScript,
  type CheckTarget,
} from '../check.js';
import { endsOf, endsView, mtusToPeer, peersOf, workingEnds, type End } from '../ends.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from '../link-counters.js';
import { outermostTap } from '../outermost-tap.js';
import { sizeThatFitsAll } from '../packet-size.js';
import { readQemuIo, type ProcessIo } from '../qemu-io.js';
import { parametersOf } from '../spec.js';
import { noneLost } from '../ping-replies.js';
import { vdpaPath } from './spec.js';
import { netdevType, readIndex, receiveIndex, usedBetween } from './virtqueue.js';

const SCRIPT_LIMIT_MS = 120_000;
const LIMIT_PER_FUNCTION_MS = 5_000;
const ICMP_HEADER_BYTES = 8;
/** `ping` gives up after so long, and ends as soon as all replies are there: emulation inside emulation may keep one for seconds. */
const PING_SECONDS = 60;
/** While QEMU is stopped: few enough for the receive queue, which nobody refills then. */
const FROZEN_PACKETS = 8;
/** A server that is emulated itself delivers them with a delay. */
const ARRIVAL_LIMIT_MS = 10_000;
const VDPA_NETDEV = 'vhost-vdpa';

/** A function of the NIC, and the peer that sends to it. */
interface Path {
  readonly end: End;
  readonly peer: Peer;
  /** Id of the function. */
  readonly id: string;
  /** The tap on this computer where its packets come out; null if there is none. */
  readonly outerTap: string | null;
}

function pathsOf(target: CheckTarget): { start: string; end: string } {
  const folder = scriptFolder(target);
  return { start: `${folder}/vdpa-path-start.sh`, end: `${folder}/vdpa-path-end.sh` };
}

/** Each function that a peer can send to, including the PF of a NIC with VFs. */
function measuredPaths(target: CheckTarget): Path[] {
  const { lab, machine, nic } = target;
  return endsOf(target).flatMap((end) => {
    const [peer] = peersOf(lab, end);
    if (peer === undefined) return [];
    const id = [nic.pf, ...nic.vfs, ...nic.siblings].find(({ name }) => name === end.name)?.id ?? nic.pf.id;
    return [{ end, peer, id, outerTap: outermostTap(lab, machine.name, id) ?? null }];
  });
}

/** The payload of each packet, in bytes. */
function sizeOf(target: CheckTarget): number {
  const ways = measuredPaths(target).map(({ end, peer }) => mtusToPeer(target.lab, end, peer));
  return sizeThatFitsAll(parametersOf(vdpaPath, target).size, ways);
}

/** Bytes of ICMP that go each way over each function. */
function payloadOf(target: CheckTarget): number {
  return parametersOf(vdpaPath, target).count * (sizeOf(target) + ICMP_HEADER_BYTES);
}

/** The counters along the packets' path, at one moment. */
interface Reading {
  /** Interfaces of the lab's namespace on this computer. */
  readonly outside: ReadonlyMap<string, LinkBytes>;
  /** Interfaces where QEMU runs. */
  readonly besideQemu: ReadonlyMap<string, LinkBytes>;
  readonly io: ProcessIo;
}

async function read({ host, outside, qemu }: CheckContext): Promise<Reading> {
  return {
    outside: await readLinkBytes(outside),
    besideQemu: await readLinkBytes(host),
    io: await readQemuIo(host, qemu),
  };
}

/** Judges the counters before and after `payload` bytes went each way over each function. `separate`: QEMU runs inside a machine. */
export function judge(
  paths: readonly Pick<Path, 'end' | 'outerTap'>[],
  payload: number,
  before: Reading,
  after: Reading,
  separate: boolean,
): Assertion[] {
  const all = payload * paths.length;
  const moved = paths.flatMap(({ end, outerTap }) => {
    if (outerTap === null) return [];
    const { rx, tx } = bytesBetween(before.outside, after.outside, outerTap);
    return [
      assertion(
        Math.min(rx, tx) >= payload,
        `${end.name}: the interface outside, ${outerTap}, counted the payload both ways`,
        `counted: ${rx} and ${tx} bytes; payload: ${payload} bytes`,
      ),
    ];
  });
  // If QEMU runs on this computer, the interfaces beside it are those outside, which should carry the payload.
  const carriers = separate
    ? [...after.besideQemu.keys()].filter((ifname) => {
        const { rx, tx } = bytesBetween(before.besideQemu, after.besideQemu, ifname);
        return Math.max(rx, tx) >= payload;
      })
    : [];
  const ioRead = after.io.read - before.io.read;
  const ioWritten = after.io.written - before.io.written;
  return [
    ...moved,
    assertion(
      carriers.length === 0,
      'no interface of the system that QEMU runs on carried the payload',
      `carried it: ${carriers.join(', ')}`,
    ),
    assertion(
      ioRead < all && ioWritten < all,
      'QEMU itself neither read nor wrote the payload',
      `QEMU read ${ioRead} and wrote ${ioWritten} bytes meanwhile; payload: ${all} bytes each way`,
    ),
  ];
}

async function judgeControl({ qmp, target }: CheckContext, paths: readonly Path[]): Promise<Assertion[]> {
  const { nic } = target;
  const assertions: Assertion[] = [];
  for (const { end, id } of paths) {
    const owner = [nic.pf, ...nic.vfs, ...nic.siblings].find((one) => one.id === id) ?? nic.pf;
    const type = await netdevType(qmp, netdevId(owner));
    assertions.push(
      assertion(
        type === VDPA_NETDEV,
        `${end.name}: its netdev in QEMU is a vDPA device`,
        `its type: ${type}`,
      ),
    );
  }
  return assertions;
}

async function pingFrom(context: CheckContext, path: Path, count: number, size: number): Promise<boolean> {
  const { end, peer } = path;
  const { stdout } = await context
    .peer(peer.name)
    .run(
      [
        'ping',
        '-n',
        '-c',
        `${count}`,
        '-s',
        `${size}`,
        '-i',
        '0.2',
        '-w',
        `${PING_SECONDS + count}`,
        end.address,
      ],
      {
        signal: context.signal,
      },
    );
  return noneLost(count, stdout);
}

async function exchange(context: CheckContext, paths: readonly Path[]): Promise<Assertion[]> {
  const { count } = parametersOf(vdpaPath, context.target);
  const size = sizeOf(context.target);
  const assertions: Assertion[] = [];
  for (const path of paths) {
    assertions.push(
      assertion(
        await pingFrom(context, path, count, size),
        `${path.peer.name} to ${path.end.name}: ${count} packets, none lost`,
      ),
    );
  }
  return assertions;
}

/**
 * With every thread of QEMU stopped, packets that a peer sends still arrive in the guest's memory, because the device writes them there
 * and QEMU is only the control path. The evidence is the used index of the receive queue, which the device increments.
 */
async function arrivesWithoutQemu(context: CheckContext, path: Path): Promise<Assertion> {
  const { qmp, qemu, host, signal } = context;
  const title = `${path.end.name}: with QEMU stopped, packets still arrive in the guest’s memory`;
  const index = await receiveIndex(qmp, path.id);
  const send = async (name: string): Promise<void> => {
    await host.run(['kill', `-${name}`, String(qemu.pid)]);
  };
  await send('STOP');
  try {
    const before = await readIndex(host, qemu, index);
    await context
      .peer(path.peer.name)
      .run(['ping', '-q', '-n', '-c', String(FROZEN_PACKETS), '-i', '0.2', '-W', '1', path.end.address], {
        signal,
      });
    let arrived = 0;
    await waitBriefly(
      {
        ask: async () => {
          arrived = usedBetween(before, await readIndex(host, qemu, index));
          return arrived >= FROZEN_PACKETS ? arrived : undefined;
        },
        everyMs: 500,
        limitMs: ARRIVAL_LIMIT_MS,
      },
      signal,
    );
    return assertion(
      arrived >= FROZEN_PACKETS,
      title,
      `sent: ${FROZEN_PACKETS} packets; arrived: ${arrived}`,
    );
  } finally {
    await send('CONT');
  }
}

function startScript(target: CheckTarget): CheckScript {
  const view = { ...endsView(target), check: 'vdpa-path', quiet: false };
  return {
    path: pathsOf(target).start,
    content: renderTemplate('checks/namespaces-start.sh', view),
  };
}

function endScript(target: CheckTarget): CheckScript {
  const view = { ...endsView(target), check: 'vdpa-path', quiet: false };
  return { path: pathsOf(target).end, content: renderTemplate('checks/namespaces-end.sh', view) };
}

/** Packets travel between the guest and the device behind vDPA, bypassing QEMU and the system that it runs on. */
export const check: Check = {
  scripts: (target) => [startScript(target), endScript(target)],
  scriptLimitMs: (target) => SCRIPT_LIMIT_MS + workingEnds(target).length * LIMIT_PER_FUNCTION_MS,
  async *run(world) {
    const { target } = world;
    const paths = measuredPaths(target);
    const scripts = pathsOf(target);
    try {
      yield* world.script(scripts.start);
      yield* look(world, async () => judgeControl(world, paths));
      yield* look(world, async () => {
        const before = await read(world);
        const lost = await exchange(world, paths);
        const after = await read(world);
        return [...lost, ...judge(paths, payloadOf(target), before, after, target.machine.on !== null)];
      });
      for (const path of paths) yield* look(world, async () => [await arrivesWithoutQemu(world, path)]);
    } finally {
      yield* world.takeBack(scripts.end);
    }
  },
};
