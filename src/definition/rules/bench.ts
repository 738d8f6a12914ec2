import { sameSegment } from '../../checks/segment.js';
import type { Problem } from '../../errors/lab-error.js';
import type { BackendFile, BenchFile, LabFile, NicFile, PeerFile } from '../../model/lab-file.js';
import { DEFAULT_CONTAINER_SUBNET, subnetOf } from '../defaults.js';
import { parseSubnet } from '../../model/ipv4.js';
import { backendType, isChardev, vdpaOf } from '../written-backend.js';
import { writtenFunctions, writtenVfs } from '../written-functions.js';
import { segmentBehind } from '../written-segment.js';
import { unknownName, type Locator, type Rule } from './rule.js';
import { isStorage } from './storage.js';

const SIDES = ['offload', 'software'] as const;

interface WrittenEnd {
  readonly nic: NicFile;
  readonly backend: BackendFile | undefined;
}

/** The functions of a machine, by the name that a bench gives them. */
function functionsOf(machine: string, lab: LabFile): Map<string, WrittenEnd> {
  const nics = Object.entries(lab.machines[machine]?.nics ?? {});
  return new Map(
    nics.flatMap(([name, nic]) => {
      const siblings = writtenFunctions(nic);
      const below = [...siblings, ...writtenVfs(nic)].map(
        ({ name: inner, written }) =>
          [`${name}.${inner}`, { nic, backend: written.backend ?? nic.backend }] as const,
      );
      return siblings.length > 0 ? below : [[name, { nic, backend: nic.backend }] as const, ...below];
    }),
  );
}

export const benchNamesExist: Rule = function* (lab, at) {
  const { bench } = lab;
  if (bench === undefined) return;
  const machines = Object.keys(lab.machines);
  if (!machines.includes(bench.machine)) {
    yield {
      code: 'LAB-RULE-MACHINE',
      ...unknownName('machine', bench.machine, machines),
      location: at.locate(['bench', 'machine']),
    };
  } else {
    const known = [...functionsOf(bench.machine, lab).keys()];
    for (const side of SIDES) {
      if (known.includes(bench[side])) continue;
      yield {
        code: 'LAB-RULE-BENCH',
        ...unknownName('function', bench[side], known),
        message: `machine ${bench.machine} has no function \`${bench[side]}\``,
        location: at.locate(['bench', side]),
      };
    }
  }
  const peers = Object.keys(lab.peers ?? {});
  if (!peers.includes(bench.peer)) {
    yield {
      code: 'LAB-RULE-BENCH',
      ...unknownName('peer', bench.peer, peers),
      location: at.locate(['bench', 'peer']),
    };
  }
};

/** Why packets of a function cannot reach the peer; undefined when they can, or when its backend does not tell. */
function obstacle(
  { nic, backend }: WrittenEnd,
  machine: string,
  peer: PeerFile,
  lab: LabFile,
): Pick<Problem, 'message' | 'hint'> | undefined {
  if (isStorage(nic))
    return { message: 'is a storage device, which carries no packets', hint: 'name a function of a NIC' };
  const vdpa = vdpaOf(backend);
  if (backend === undefined || (vdpa !== undefined && isChardev(vdpa))) return undefined;
  if (backendType(backend) === 'user')
    return {
      message: 'is on a user network, from which no peer is reached directly',
      hint: `give it a backend that leads to ${peer.network}`,
    };
  const segment = segmentBehind(lab, machine, backend);
  if (sameSegment(segment, { network: peer.network, vlan: peer.vlan ?? null })) return undefined;
  const vlan = peer.vlan === undefined ? '' : `, VLAN ${peer.vlan}`;
  return {
    message: 'is not where the peer is',
    hint: `let it lead to ${peer.network}${vlan}, or name a peer that it can reach`,
  };
}

function* obstacles(bench: BenchFile, lab: LabFile, at: Locator): Iterable<Problem> {
  const functions = functionsOf(bench.machine, lab);
  const peer = lab.peers?.[bench.peer];
  for (const side of SIDES) {
    const end = functions.get(bench[side]);
    const found =
      end === undefined || peer === undefined ? undefined : obstacle(end, bench.machine, peer, lab);
    if (found === undefined) continue;
    yield {
      code: 'LAB-RULE-BENCH',
      message: `${bench[side]} ${found.message}`,
      hint: found.hint,
      location: at.locate(['bench', side]),
    };
  }
}

export const benchCompares: Rule = function* (lab, at) {
  const { bench } = lab;
  if (bench === undefined) return;
  if (bench.offload === bench.software) {
    yield {
      code: 'LAB-RULE-BENCH',
      message: `\`offload\` and \`software\` are both ${bench.software}`,
      hint: 'a comparison needs two ways: name another function of the machine for one of them',
      location: at.locate(['bench', 'software']),
    };
  }
  yield* obstacles(bench, lab, at);
};

export const benchSubnetIsFree: Rule = function* (lab, at) {
  const { bench } = lab;
  if (bench === undefined) return;
  const containers = bench.containerSubnet ?? DEFAULT_CONTAINER_SUBNET;
  const own = parseSubnet(containers);
  for (const [index, [name, network]] of Object.entries(lab.networks ?? {}).entries()) {
    const other = parseSubnet(subnetOf(network, index));
    if (own.first >= other.first + other.size || other.first >= own.first + own.size) continue;
    yield {
      code: 'LAB-RULE-BENCH',
      message: `the container network ${containers} overlaps with ${subnetOf(network, index)}, the subnet of ${name}`,
      hint: 'give `containerSubnet` a network of its own: packets that it routes must leave it',
      location: at.locate(['bench', bench.containerSubnet === undefined ? 'machine' : 'containerSubnet']),
    };
  }
};
