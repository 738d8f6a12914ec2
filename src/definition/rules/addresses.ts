import { isHostAddress, numberToAddress, overlap, parseSubnet } from '../../model/ipv4.js';
import { DEFAULT_SUBNETS } from '../defaults.js';
import type { Draft } from '../draft.js';
import type { Path } from '../path.js';
import { allFunctions, functionsByNetwork, networkNamed } from '../relations.js';
import type { Rule } from './rule.js';

export const peersFit: Rule = function* (draft, at) {
  const taken = new Map<string, string>();
  for (const { name, network: networkName, address, path } of draft.peers) {
    const network = networkNamed(draft, networkName);
    if (network === undefined || address === null) continue;
    const location = at.locate([...path, 'address']);
    const { first, size } = parseSubnet(network.subnet);
    if (!isHostAddress(parseSubnet(network.subnet), address)) {
      yield {
        code: 'LAB-RULE-ADDRESS',
        message: `${address} is not a host address in ${network.subnet}, the subnet of ${network.name}`,
        hint: `choose one from ${numberToAddress(first + 1)} to ${numberToAddress(first + size - 2)}`,
        location,
      };
    }
    const other = taken.get(address);
    if (other !== undefined) {
      yield {
        code: 'LAB-RULE-ADDRESS',
        message: `peer ${other} already has the address ${address}`,
        hint: 'give each peer its own, or leave it out',
        location,
      };
    }
    taken.set(address, name);
  }
};

export const networksHaveRoom: Rule = function* (draft, at) {
  const functions = functionsByNetwork(draft);
  const peers = new Map<string, number>();
  for (const { network } of draft.peers) peers.set(network, (peers.get(network) ?? 0) + 1);
  for (const { name, subnet, path } of draft.networks) {
    const room = parseSubnet(subnet).size - 2;
    const needed = (peers.get(name) ?? 0) + (functions.get(name) ?? 0);
    if (needed > room) {
      yield {
        code: 'LAB-RULE-SUBNET',
        message: `network ${name} has ${room} addresses in ${subnet} for ${needed} peers and functions`,
        hint: 'give it a larger subnet: a smaller number after the /',
        location: at.locate(path),
      };
    }
  }
};

/** Networks whose addresses nothing can have: Linux sends no packet to them by way of a NIC. */
const UNUSABLE = [
  { cidr: '127.0.0.0/8', what: 'loopback addresses' },
  { cidr: '224.0.0.0/4', what: 'multicast addresses' },
];

/** Each subnet that is written, and where. */
function writtenSubnets({ networks, bench, kubernetes }: Draft): { subnet: string; path: Path }[] {
  const containers = bench?.containerSubnet ?? null;
  return [
    ...networks
      .filter(({ keys }) => keys.includes('subnet'))
      .map(({ subnet, path }) => ({ subnet, path: [...path, 'subnet'] })),
    ...(bench === null || containers === null
      ? []
      : [{ subnet: containers, path: [...bench.path, 'containerSubnet'] }]),
    ...(kubernetes === null ? [] : [{ subnet: kubernetes.pods, path: [...kubernetes.path, 'pods'] }]),
  ];
}

export const subnetsCanBeUsed: Rule = function* (draft, at) {
  for (const { subnet, path } of writtenSubnets(draft)) {
    const unusable = UNUSABLE.find(({ cidr }) => overlap(parseSubnet(subnet), parseSubnet(cidr)));
    if (unusable === undefined) continue;
    yield {
      code: 'LAB-RULE-SUBNET',
      message: `${subnet} contains ${unusable.what} (${unusable.cidr}), which no host on a network can have`,
      hint: 'choose a private subnet, such as 10.0.0.0/16 or 192.168.0.0/24',
      location: at.locate(path),
    };
  }
};

export const networksHaveSubnets: Rule = function* ({ networks }, at) {
  for (const { name, on, uplink, keys, path } of networks.slice(DEFAULT_SUBNETS)) {
    const isOutside = on !== null && uplink !== null;
    if (isOutside || keys.includes('subnet')) continue;
    yield {
      code: 'LAB-RULE-SUBNET',
      message: `no subnet is left for network ${name}: only the first ${DEFAULT_SUBNETS} networks have one without \`subnet\``,
      hint: 'add `subnet`, such as 172.16.0.0/24',
      location: at.locate(path, { key: true }),
    };
  }
};

const ZERO_MAC = '00:00:00:00:00:00';

/** Linux refuses it for a NIC, and QEMU takes it for none at all. */
export const macsAreOfNics: Rule = function* (draft, at) {
  for (const { pciFunction } of allFunctions(draft)) {
    if (pciFunction.mac !== ZERO_MAC) continue;
    yield {
      code: 'LAB-RULE-MAC',
      message: `${ZERO_MAC} cannot be the MAC of a NIC`,
      hint: 'leave it out, or write a unicast address such as 52:54:00:12:34:56',
      location: at.locate([...pciFunction.path, 'mac']),
    };
  }
};

export const macsDiffer: Rule = function* (draft, at) {
  const owners = new Map<string, string>();
  for (const { pciFunction } of allFunctions(draft)) {
    if (pciFunction.mac === null) continue;
    const mac = pciFunction.mac.toLowerCase();
    if (mac === ZERO_MAC) continue;
    const owner = owners.get(mac);
    if (owner !== undefined) {
      yield {
        code: 'LAB-RULE-MAC',
        message: `${owner} already has the MAC ${mac}`,
        hint: 'leave it out, or give each function its own',
        location: at.locate([...pciFunction.path, 'mac']),
      };
    }
    owners.set(mac, pciFunction.path.join('.'));
  }
};
