import { isHostAddress, numberToAddress, parseSubnet } from '../../model/ipv4.js';
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

export const macsDiffer: Rule = function* (draft, at) {
  const owners = new Map<string, string>();
  for (const { pciFunction } of allFunctions(draft)) {
    if (pciFunction.mac === null) continue;
    const mac = pciFunction.mac.toLowerCase();
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
