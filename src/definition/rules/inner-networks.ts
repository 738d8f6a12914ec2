import type { Problem } from '../../errors/lab-error.js';
import type { Draft } from '../draft.js';
import {
  allBackends,
  functionNamed,
  functionsOfMachine,
  isStorage,
  machineNamed,
  networkNamed,
  vdpaUses,
} from '../relations.js';
import { exampleFunction } from './example-function.js';
import { namesOf, unknownName, type Rule } from './rule.js';

function placeName(on: string | null): string {
  return on === null ? 'on this computer' : `inside ${on}`;
}

function tapHint(draft: Draft, machineOn: string | null): string {
  if (machineOn === null) return 'choose a network without `on`, or run the machine on the same one';
  const outer = exampleFunction(draft, machineOn);
  return `choose a network in ${machineOn}, \`networks: { NAME: { on: ${machineOn}, uplink: ${outer} } }\`, or a function of it: { vdpa: ${outer} }`;
}

/** A tap is where its bridge is. */
export const tapsAreWhereTheirNetworkIs: Rule = function* (draft, at) {
  for (const { machine, backend } of allBackends(draft)) {
    if (backend.type !== 'tap') continue;
    const network = networkNamed(draft, backend.network);
    const machineOn = machineNamed(draft, machine)?.on ?? null;
    if (network === undefined || network.on === machineOn) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `machine ${machine} runs ${placeName(machineOn)}, but the network ${network.name} is ${placeName(network.on)}`,
      hint: tapHint(draft, machineOn),
      location: at.locate(backend.path),
    };
  }
};

export const peersAreOutside: Rule = function* (draft, at) {
  for (const peer of draft.peers) {
    const on = networkNamed(draft, peer.network)?.on ?? null;
    if (on === null) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `peer ${peer.name} is a host outside the machines, but the network ${peer.network} is inside ${on}`,
      hint: 'choose a network without `on`; nested machines reach the peer through an `uplink`',
      location: at.locate([...peer.path, 'network']),
    };
  }
};

export const innerNetworksHaveAPlace: Rule = function* (draft, at) {
  const machines = namesOf(draft.machines);
  for (const { name, on, uplink, path } of draft.networks) {
    if (on === null && uplink !== null) {
      yield {
        code: 'LAB-RULE-UPLINK',
        message: `\`${uplink}\` is a function of a machine, but the network ${name} is on this computer`,
        hint: 'say which machine the network is `on`, or leave `uplink` out',
        location: at.locate([...path, 'uplink']),
      };
    }
    if (on !== null && machineNamed(draft, on) === undefined) {
      yield {
        code: 'LAB-RULE-MACHINE',
        ...unknownName('machine', on, machines),
        location: at.locate([...path, 'on']),
      };
    }
  }
};

function* uplinkProblems(
  draft: Draft,
  on: string,
  uplink: string,
  user: string | undefined,
): Iterable<Pick<Problem, 'message' | 'hint'>> {
  const found = functionNamed(draft, on, uplink);
  if (found === undefined) {
    const known = functionsOfMachine(draft, on).map(({ pciFunction }) => pciFunction.id);
    yield {
      ...unknownName('function', uplink, known),
      message: `machine ${on} has no function \`${uplink}\``,
    };
  } else if (isStorage(found.nic)) {
    yield {
      message: `${uplink} of machine ${on} is storage, so it has no netdev for a bridge`,
      hint: 'name a function of a network card',
    };
  }
  if (user !== undefined) {
    yield {
      message: `${user} already uses ${uplink} of machine ${on}`,
      hint: 'a function serves one: name another, or give the NIC more `vfs`',
    };
  }
}

export const uplinksLeadOut: Rule = function* (draft, at) {
  const users = new Map<string, string>();
  for (const { outer, name, user } of vdpaUses(draft))
    if (outer !== null) users.set(`${outer} ${name}`, user);
  for (const { name, on, uplink, path } of draft.networks) {
    if (on === null || uplink === null || machineNamed(draft, on) === undefined) continue;
    const key = `${on} ${uplink}`;
    const location = at.locate([...path, 'uplink']);
    for (const problem of uplinkProblems(draft, on, uplink, users.get(key)))
      yield { code: 'LAB-RULE-UPLINK', ...problem, location };
    users.set(key, `the network ${name}`);
  }
};

/** Settings that only a network on this computer can have. */
export const innerNetworksArePlain: Rule = function* (draft, at) {
  for (const { name, on, uplink, keys, path } of draft.networks) {
    if (on !== null && keys.includes('vlans')) {
      yield {
        code: 'LAB-RULE-VLAN',
        message: `the network ${name} is a plain bridge inside ${on}: its frames are on the VLAN that its \`uplink\` has outside`,
        hint: `leave \`vlans\` out; give each VLAN a function of ${on} whose backend names it, and a network with that function as its \`uplink\``,
        location: at.locate([...path, 'vlans'], { key: true }),
      };
    }
    if (on !== null && uplink !== null && keys.includes('subnet')) {
      yield {
        code: 'LAB-RULE-SUBNET',
        message: `the network ${name} leads out through ${uplink}: it uses the addresses of the network outside`,
        hint: 'leave `subnet` out, or leave `uplink` out for a network of its own',
        location: at.locate([...path, 'subnet']),
      };
    }
  }
};
