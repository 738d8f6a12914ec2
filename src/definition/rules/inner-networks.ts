import type { Problem } from '../../errors/lab-error.js';
import type { LabFile, NetworkFile } from '../../model/lab-file.js';
import { isStorage } from './storage.js';
import { exampleFunction, outerFunctions } from './outer-functions.js';
import { eachBackend, networkOf, unknownName, type Rule } from './rule.js';
import { vdpaUses } from './vdpa.js';

/** The networks that are written with settings, each with its name. */
function writtenNetworks(lab: LabFile): [string, NetworkFile][] {
  return Object.entries(lab.networks ?? {}).flatMap(([name, network]) =>
    network === null ? [] : [[name, network]],
  );
}

function networkNamed(lab: LabFile, name: string | undefined): NetworkFile | undefined {
  const networks = lab.networks ?? {};
  return name !== undefined && Object.hasOwn(networks, name) ? (networks[name] ?? {}) : undefined;
}

function placeName(on: string | undefined): string {
  return on === undefined ? 'on this computer' : `inside ${on}`;
}

function tapHint(lab: LabFile, machineOn: string | undefined): string {
  if (machineOn === undefined) return 'take a network without `on`, or let the machine run on the same one';
  const outer = exampleFunction(lab, machineOn);
  return `take a network in ${machineOn}, \`networks: { NAME: { on: ${machineOn}, uplink: ${outer} } }\`, or a function of it: { vdpa: ${outer} }`;
}

/** A bridge is at one place, and taps on it are there too. */
export const tapsAreWhereTheirNetworkIs: Rule = function* (lab, at) {
  for (const { backend, path, machine } of eachBackend(lab)) {
    const name = networkOf(backend);
    const network = networkNamed(lab, name);
    const machineOn = lab.machines[machine]?.on;
    if (network === undefined || network.on === machineOn) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `machine ${machine} runs ${placeName(machineOn)}, and the network ${name ?? ''} is ${placeName(network.on)}`,
      hint: tapHint(lab, machineOn),
      location: at.locate(path),
    };
  }
};

export const peersAreOutside: Rule = function* (lab, at) {
  for (const [name, peer] of Object.entries(lab.peers ?? {})) {
    const on = networkNamed(lab, peer.network)?.on;
    if (on === undefined) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `peer ${name} is a host outside the machines, and the network ${peer.network} is inside ${on}`,
      hint: 'put it on a network without `on`; what is inside reaches it by an `uplink`',
      location: at.locate(['peers', name, 'network']),
    };
  }
};

export const innerNetworksHaveAPlace: Rule = function* (lab, at) {
  const machines = Object.keys(lab.machines);
  for (const [name, { on, uplink }] of writtenNetworks(lab)) {
    if (on === undefined && uplink !== undefined) {
      yield {
        code: 'LAB-RULE-UPLINK',
        message: `\`${uplink}\` is a function of a machine, and the network ${name} is on this computer`,
        hint: 'say which machine the network is `on`, or leave `uplink` out',
        location: at.locate(['networks', name, 'uplink']),
      };
    }
    if (on !== undefined && !machines.includes(on)) {
      yield {
        code: 'LAB-RULE-MACHINE',
        ...unknownName('machine', on, machines),
        location: at.locate(['networks', name, 'on']),
      };
    }
  }
};

function* uplinkProblems(
  lab: LabFile,
  on: string,
  uplink: string,
  user: string | undefined,
): Iterable<Omit<Problem, 'location'>> {
  const known = outerFunctions(lab, on);
  const found = known.find(({ id }) => id === uplink);
  if (found === undefined) {
    const names = known.map(({ id }) => id);
    yield {
      code: 'LAB-RULE-UPLINK',
      ...unknownName('function', uplink, names),
      message: `machine ${on} has no function \`${uplink}\``,
    };
  } else if (isStorage(found.nic)) {
    yield {
      code: 'LAB-RULE-UPLINK',
      message: `${uplink} of machine ${on} is storage, and has no netdev to put on a bridge`,
      hint: 'name a function of a network card',
    };
  }
  if (user !== undefined) {
    yield {
      code: 'LAB-RULE-UPLINK',
      message: `${uplink} of machine ${on} is in use by ${user} already`,
      hint: 'a function serves one: name another, or give the NIC more `vfs`',
    };
  }
}

export const uplinksLeadOut: Rule = function* (lab, at) {
  const users = new Map<string, string>();
  for (const { of, machine, user } of vdpaUses(lab)) {
    const on = lab.machines[machine]?.on;
    if (on !== undefined) users.set(`${on} ${of}`, user);
  }
  for (const [name, { on, uplink }] of writtenNetworks(lab)) {
    if (on === undefined || uplink === undefined || !Object.hasOwn(lab.machines, on)) continue;
    const key = `${on} ${uplink}`;
    const location = at.locate(['networks', name, 'uplink']);
    for (const problem of uplinkProblems(lab, on, uplink, users.get(key))) yield { ...problem, location };
    users.set(key, `the network ${name}`);
  }
};

/** What a network has that is inside a machine and that only one on this computer can have. */
export const innerNetworksArePlain: Rule = function* (lab, at) {
  for (const [name, { on, uplink, subnet, vlans }] of writtenNetworks(lab)) {
    if (on !== undefined && vlans !== undefined) {
      yield {
        code: 'LAB-RULE-VLAN',
        message: `the network ${name} is a plain bridge inside ${on}: which VLAN its frames are on is decided where its \`uplink\` comes out`,
        hint: `leave \`vlans\` out; give each VLAN a function of ${on} whose backend names it, and a network with that function as its \`uplink\``,
        location: at.locate(['networks', name, 'vlans'], { key: true }),
      };
    }
    if (on !== undefined && uplink !== undefined && subnet !== undefined) {
      yield {
        code: 'LAB-RULE-SUBNET',
        message: `the network ${name} leads out by ${uplink}: its addresses are those of the network outside`,
        hint: 'leave `subnet` out, or `uplink`, if it is to be a network of its own',
        location: at.locate(['networks', name, 'subnet']),
      };
    }
  }
};
