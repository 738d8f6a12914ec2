import { subnetOf } from '../defaults.js';
import { isHostAddress, numberToAddress, parseSubnet } from '../../model/ipv4.js';
import { segmentBehind } from '../written-segment.js';
import { eachFunction, type Rule } from './rule.js';

export const peersFit: Rule = function* (lab, at) {
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

export const networksHaveRoom: Rule = function* (lab, at) {
  const wanted = new Map<string, number>();
  const count = (network: string, more: number): void => {
    wanted.set(network, (wanted.get(network) ?? 0) + more);
  };
  for (const peer of Object.values(lab.peers ?? {})) count(peer.network, 1);
  for (const { machine, nic, written } of eachFunction(lab)) {
    const network = segmentBehind(lab, machine, written.backend ?? nic.backend)?.network;
    if (network !== undefined) count(network, 1);
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

export const macsDiffer: Rule = function* (lab, at) {
  const owners = new Map<string, string>();
  for (const { written, at: place } of eachFunction(lab)) {
    if (written.mac === undefined) continue;
    const mac = written.mac.toLowerCase();
    const owner = owners.get(mac);
    if (owner !== undefined) {
      yield {
        code: 'LAB-RULE-MAC',
        message: `${mac} is the MAC of ${owner} already`,
        hint: 'leave it out, or give each function its own',
        location: at.locate([...place, 'mac']),
      };
    }
    owners.set(mac, place.join('.'));
  }
};
