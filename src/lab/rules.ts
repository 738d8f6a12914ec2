import { checkNames, checkParameters } from '../checks/names.js';
import { nicModelNames, nicModel, DEFAULT_NIC_MODEL } from '../devices/catalog.js';
import type { Location, Problem } from '../errors/lab-error.js';
import { imageNames } from '../images/names.js';
import type { BackendFile, LabFile, NicFile } from '../model/lab-file.js';
import { isHostAddress, numberToAddress, parseSubnet } from './ipv4.js';
import { DEFAULT_IMAGE, subnetOf } from './defaults.js';
import type { Path } from './load.js';
import { nearest } from './nearest.js';

/** What rules need of a definition: the place of each part. */
export interface Locator {
  locate(path: Path, options?: { key?: boolean }): Location;
}

/** A rule looks at the whole definition and yields what breaks it. */
export type Rule = (lab: LabFile, at: Locator) => Iterable<Problem>;

function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
): Pick<Problem, 'message' | 'hint'> {
  const meant = nearest(name, known);
  const choice = known.length === 0 ? `define the ${kind} first` : `choose from: ${known.join(', ')}`;
  return {
    message: `there is no ${kind} \`${name}\``,
    hint: meant === undefined ? choice : `did you mean \`${meant}\`?`,
  };
}

function* eachNic(lab: LabFile): Iterable<{ nic: NicFile; path: (string | number)[] }> {
  for (const [machine, { nics }] of Object.entries(lab.machines)) {
    for (const [name, nic] of Object.entries(nics ?? {}))
      yield { nic, path: ['machines', machine, 'nics', name] };
  }
}

function* eachBackend(lab: LabFile): Iterable<{ backend: BackendFile; path: (string | number)[] }> {
  for (const { nic, path } of eachNic(lab)) {
    yield { backend: nic.backend, path: [...path, 'backend'] };
    if (!Array.isArray(nic.vfs)) continue;
    for (const [index, vf] of (nic.vfs as { backend?: BackendFile }[]).entries()) {
      if (vf.backend !== undefined) yield { backend: vf.backend, path: [...path, 'vfs', index, 'backend'] };
    }
  }
}

const networksExist: Rule = function* (lab, at) {
  const known = Object.keys(lab.networks ?? {});
  const references: { name: string; path: Path }[] = [
    ...Object.entries(lab.peers ?? {}).map(([name, peer]) => ({
      name: peer.network,
      path: ['peers', name, 'network'],
    })),
    ...[...eachBackend(lab)].flatMap(({ backend, path }) =>
      typeof backend === 'object' && 'tap' in backend ? [{ name: backend.tap, path: [...path, 'tap'] }] : [],
    ),
  ];
  for (const { name, path } of references) {
    if (!known.includes(name))
      yield { code: 'LAB-RULE-NETWORK', ...unknownName('network', name, known), location: at.locate(path) };
  }
};

const modelsExist: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    if (nic.model !== undefined && !nicModelNames().includes(nic.model)) {
      yield {
        code: 'LAB-RULE-MODEL',
        ...unknownName('NIC model', nic.model, nicModelNames()),
        location: at.locate([...path, 'model']),
      };
    }
  }
};

const imagesExist: Rule = function* (lab, at) {
  for (const [name, { image = DEFAULT_IMAGE }] of Object.entries(lab.machines)) {
    if (!(imageNames as readonly string[]).includes(image)) {
      yield {
        code: 'LAB-RULE-IMAGE',
        ...unknownName('image', image, imageNames),
        location: at.locate(['machines', name, 'image']),
      };
    }
  }
};

const checksExist: Rule = function* (lab, at) {
  for (const [index, check] of (lab.checks ?? []).entries()) {
    const entries = typeof check === 'string' ? [[check, null] as const] : Object.entries(check);
    const location = at.locate(['checks', index]);
    if (entries.length !== 1) {
      yield {
        code: 'LAB-RULE-CHECK',
        message: 'each entry of `checks` names one check',
        hint: 'write one list entry for each check',
        location,
      };
      continue;
    }
    for (const [name, parameters] of entries) {
      if (!checkNames.includes(name)) {
        yield { code: 'LAB-RULE-CHECK', ...unknownName('check', name, checkNames), location };
        continue;
      }
      yield* parameterProblems(name, parameters ?? {}, index, lab, at);
    }
  }
};

function* parameterProblems(
  check: string,
  parameters: Readonly<Record<string, number | string>>,
  index: number,
  lab: LabFile,
  at: Locator,
): Iterable<Problem> {
  const known = checkParameters[check] ?? {};
  for (const [key, value] of Object.entries(parameters)) {
    const path = ['checks', index, check, key];
    const location = at.locate(path);
    if (key === 'machine') {
      const machines = Object.keys(lab.machines);
      if (!machines.includes(String(value)))
        yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', String(value), machines), location };
      continue;
    }
    const range = known[key];
    if (range === undefined) {
      yield {
        code: 'LAB-RULE-PARAMETER',
        ...unknownName('parameter', key, ['machine', ...Object.keys(known)]),
        message: `${check} has no parameter \`${key}\``,
        location: at.locate(path, { key: true }),
      };
    } else if (
      typeof value !== 'number' ||
      !Number.isInteger(value) ||
      value < range.min ||
      value > range.max
    ) {
      yield {
        code: 'LAB-RULE-PARAMETER',
        message: `\`${key}\` of ${check} is ${JSON.stringify(value)}`,
        hint: `it must be a whole number from ${range.min} to ${range.max}`,
        location,
      };
    }
  }
}

const vfCountsFit: Rule = function* (lab, at) {
  for (const { nic, path } of eachNic(lab)) {
    const name = nic.model ?? DEFAULT_NIC_MODEL;
    if (!nicModelNames().includes(name)) continue;
    const count = typeof nic.vfs === 'number' ? nic.vfs : (nic.vfs?.length ?? 0);
    const { maxVfs } = nicModel(name);
    if (count > maxVfs) {
      yield {
        code: 'LAB-RULE-VF-COUNT',
        message: `${count} VFs on a NIC of model ${name}`,
        hint: `it allows at most ${maxVfs}`,
        location: at.locate([...path, 'vfs']),
      };
    }
  }
};

const peersFit: Rule = function* (lab, at) {
  const taken = new Map<string, string>();
  const networks = Object.keys(lab.networks ?? {});
  for (const [name, peer] of Object.entries(lab.peers ?? {})) {
    const index = networks.indexOf(peer.network);
    if (index < 0 || peer.address === undefined) continue;
    const location = at.locate(['peers', name, 'address']);
    const subnet = subnetOf(lab.networks?.[peer.network] ?? null, index);
    const { first, size } = parseSubnet(subnet);
    if (!isHostAddress(parseSubnet(subnet), peer.address)) {
      yield {
        code: 'LAB-RULE-ADDRESS',
        message: `${peer.address} is no host's address in ${subnet}, the subnet of ${peer.network}`,
        hint: `choose one from ${numberToAddress(first + 1)} to ${numberToAddress(first + size - 2)}`,
        location,
      };
    }
    const other = taken.get(peer.address);
    if (other !== undefined) {
      yield {
        code: 'LAB-RULE-ADDRESS',
        message: `${peer.address} is the address of peer ${other} already`,
        hint: 'give each peer its own, or leave it out',
        location,
      };
    }
    taken.set(peer.address, name);
  }
};

const networksHaveRoom: Rule = function* (lab, at) {
  const wanted = new Map<string, number>();
  const count = (network: string, more: number): void => {
    wanted.set(network, (wanted.get(network) ?? 0) + more);
  };
  for (const peer of Object.values(lab.peers ?? {})) count(peer.network, 1);
  for (const { nic } of eachNic(lab)) {
    const vfs = Array.isArray(nic.vfs)
      ? (nic.vfs as { backend?: BackendFile }[])
      : Array.from({ length: Number(nic.vfs ?? 0) }, () => ({}));
    for (const { backend = nic.backend } of [{}, ...vfs] as { backend?: BackendFile }[]) {
      if (typeof backend === 'object' && 'tap' in backend) count(backend.tap, 1);
    }
  }
  for (const [index, [name, network]] of Object.entries(lab.networks ?? {}).entries()) {
    const subnet = subnetOf(network, index);
    const room = parseSubnet(subnet).size - 2;
    const needed = wanted.get(name) ?? 0;
    if (needed > room) {
      yield {
        code: 'LAB-RULE-SUBNET',
        message: `network ${name} has ${room} addresses in ${subnet} for ${needed} peers and functions`,
        hint: 'give it a larger subnet: a smaller number after the /',
        location: at.locate(['networks', name]),
      };
    }
  }
};

const trafficHasSomewhereToGo: Rule = function* (lab, at) {
  const tapped = [...eachBackend(lab)].some(({ backend }) => typeof backend === 'object' && 'tap' in backend);
  if (tapped) return;
  for (const [index, check] of (lab.checks ?? []).entries()) {
    if ((typeof check === 'string' ? check : Object.keys(check)[0]) !== 'traffic') continue;
    yield {
      code: 'LAB-RULE-TRAFFIC',
      message: 'traffic is to be checked, but no function is on a network',
      hint: 'give a NIC the backend `{ tap: NETWORK }`, or leave the check out',
      location: at.locate(['checks', index]),
    };
  }
};

const macsDiffer: Rule = function* (lab, at) {
  const owners = new Map<string, string>();
  for (const { nic, path } of eachNic(lab)) {
    const functions = Array.isArray(nic.vfs) ? (nic.vfs as { mac?: string }[]) : [];
    const macs: { mac: string | undefined; path: Path }[] = [
      { mac: nic.mac, path: [...path, 'mac'] },
      ...functions.map(({ mac }, index) => ({ mac, path: [...path, 'vfs', index, 'mac'] })),
    ];
    for (const entry of macs) {
      if (entry.mac === undefined) continue;
      const mac = entry.mac.toLowerCase();
      const owner = owners.get(mac);
      if (owner !== undefined) {
        yield {
          code: 'LAB-RULE-MAC',
          message: `${mac} is the MAC of ${owner} already`,
          hint: 'leave it out, or give each function its own',
          location: at.locate(entry.path),
        };
      }
      owners.set(mac, entry.path.slice(0, -1).join('.'));
    }
  }
};

const hasMachines: Rule = function* (lab, at) {
  if (Object.keys(lab.machines).length === 0) {
    yield {
      code: 'LAB-RULE-EMPTY',
      message: 'the lab has no machine',
      hint: 'add one under `machines`',
      location: at.locate(['machines'], { key: true }),
    };
  }
};

export const rules: readonly Rule[] = [
  hasMachines,
  networksExist,
  modelsExist,
  imagesExist,
  checksExist,
  vfCountsFit,
  peersFit,
  networksHaveRoom,
  macsDiffer,
  trafficHasSomewhereToGo,
];

/** Those that miss something: they say nothing of a definition from which a wrong part had to be taken out. */
export const rulesAboutAbsence: ReadonlySet<Rule> = new Set([hasMachines, trafficHasSomewhereToGo]);
