import { sameSegment } from '../../checks/segment.js';
import type { Problem } from '../../errors/lab-error.js';
import { isInitramfsImage } from '../../images/names.js';
import { overlap, parseSubnet } from '../../model/ipv4.js';
import { benchContainersOf } from '../cluster.js';
import type { Draft, DraftPeer } from '../draft.js';
import {
  functionNamed,
  functionsOfMachine,
  imageOf,
  isStorage,
  machineNamed,
  segmentBehind,
  type OfNic,
} from '../relations.js';
import { hasComponent } from './images.js';
import { namesOf, unknownName, type Rule } from './rule.js';

const SIDES = ['offload', 'software'] as const;

export const benchNamesExist: Rule = function* (draft, at) {
  const { bench, machines, peers } = draft;
  if (bench === null) return;
  if (machineNamed(draft, bench.machine) === undefined) {
    yield {
      code: 'LAB-RULE-MACHINE',
      ...unknownName('machine', bench.machine, namesOf(machines)),
      location: at.locate(['bench', 'machine']),
    };
  } else {
    const known = functionsOfMachine(draft, bench.machine).map(({ pciFunction }) => pciFunction.id);
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
  if (!namesOf(peers).includes(bench.peer)) {
    yield {
      code: 'LAB-RULE-BENCH',
      ...unknownName('peer', bench.peer, namesOf(peers)),
      location: at.locate(['bench', 'peer']),
    };
  }
};

/** Why packets of a function cannot reach the peer; undefined if they can, or if its backend does not tell. */
function obstacle(
  { nic, pciFunction: { backend } }: OfNic,
  peer: DraftPeer,
  draft: Draft,
): Pick<Problem, 'message' | 'hint'> | undefined {
  if (isStorage(nic))
    return { message: 'is a storage device, which carries no packets', hint: 'name a function of a NIC' };
  if (backend === null || (backend.type === 'vdpa' && backend.device !== null)) return undefined;
  if (backend.type === 'user')
    return {
      message: 'is on a user network, which reaches no peer directly',
      hint: `give it a backend that leads to ${peer.network}`,
    };
  if (sameSegment(segmentBehind(draft, nic.machine, backend), peer)) return undefined;
  const vlan = peer.vlan === null ? '' : `, VLAN ${peer.vlan}`;
  return {
    message: 'is not on the network of the peer',
    hint: `give it a backend that leads to ${peer.network}${vlan}, or name a peer that it can reach`,
  };
}

export const benchCompares: Rule = function* (draft, at) {
  const { bench, peers } = draft;
  if (bench === null) return;
  if (bench.offload === bench.software) {
    yield {
      code: 'LAB-RULE-BENCH',
      message: `\`offload\` and \`software\` are both ${bench.software}`,
      hint: 'name another function of the machine for one of them',
      location: at.locate(['bench', 'software']),
    };
  }
  const peer = peers.find(({ name }) => name === bench.peer);
  for (const side of SIDES) {
    const end = functionNamed(draft, bench.machine, bench[side]);
    const found = end === undefined || peer === undefined ? undefined : obstacle(end, peer, draft);
    if (found === undefined) continue;
    yield {
      code: 'LAB-RULE-BENCH',
      message: `${bench[side]} ${found.message}`,
      hint: found.hint,
      location: at.locate(['bench', side]),
    };
  }
};

export const benchSubnetIsFree: Rule = function* (draft, at) {
  const { bench, networks } = draft;
  const containers = bench === null ? null : benchContainersOf(draft, bench);
  if (containers?.kind !== 'namespaces') return;
  const own = parseSubnet(containers.subnet);
  const key = bench?.containerSubnet === null ? 'machine' : 'containerSubnet';
  for (const { name, subnet } of networks) {
    if (!overlap(own, parseSubnet(subnet))) continue;
    yield {
      code: 'LAB-RULE-BENCH',
      message: `the container network ${containers.subnet} overlaps with ${subnet}, the subnet of ${name}`,
      hint: 'set `containerSubnet` to a network of its own: packets that it routes must leave it',
      location: at.locate(['bench', key]),
    };
  }
};

/** What the containers run comes with the machine's image. The images without a disk have it. */
export const benchImageMeasures: Rule = function* (draft, at) {
  const machine = machineNamed(draft, draft.bench?.machine ?? null);
  if (machine === undefined) return;
  const image = imageOf(draft, machine);
  if (isInitramfsImage(image) || hasComponent(draft, image, 'measure') !== false) return;
  yield {
    code: 'LAB-RULE-IMAGE',
    message: `\`bench\` measures on machine ${machine.name}, but its image ${image} lacks measure: netperf and iperf3`,
    hint: 'add `measure` to the components of the image, or leave `image` out',
    location: at.locate([...machine.path, 'image']),
  };
};
