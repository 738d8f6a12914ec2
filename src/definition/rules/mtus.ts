import { DEFAULT_MTU } from '../defaults.js';
import type { Draft, DraftFunction } from '../draft.js';
import { allFunctions, networkNamed, networkOutside, segmentBehind } from '../relations.js';
import type { Rule } from './rule.js';

/** The MTU of a network: what is written, otherwise that of the network that it leads to. */
function mtuOf(draft: Draft, name: string): number {
  const outside = networkOutside(draft, name);
  return networkNamed(draft, name)?.mtu ?? networkNamed(draft, outside)?.mtu ?? DEFAULT_MTU;
}

/** The networks that the packets of a function cross: the one of its tap, and the one where they come out. */
function networksOf(draft: Draft, { machine, backend }: DraftFunction): string[] {
  const direct = backend?.type === 'tap' ? [backend.network] : [];
  const outside = segmentBehind(draft, machine, backend)?.network;
  return [...new Set([...direct, ...(outside === undefined ? [] : [outside])])].filter(
    (name) => networkNamed(draft, name) !== undefined,
  );
}

/** A bridge drops packets that are larger than its MTU, and nobody is told. */
export const mtusFitTheNetwork: Rule = function* (draft, at) {
  const seen = new Set<string>();
  for (const { nic, pciFunction } of allFunctions(draft)) {
    const { mtu } = pciFunction;
    if (mtu === null) continue;
    const owner = pciFunction.keys.includes('mtu') ? pciFunction : nic;
    for (const network of networksOf(draft, pciFunction)) {
      const limit = mtuOf(draft, network);
      const key = JSON.stringify([owner.path, network]);
      if (mtu <= limit || seen.has(key)) continue;
      seen.add(key);
      yield {
        code: 'LAB-RULE-MTU',
        message: `an MTU of ${mtu} on the network ${network}, whose MTU is ${limit}: larger packets would be lost there`,
        hint: `set \`networks.${network}.mtu: ${mtu}\`, or leave this MTU out`,
        location: at.locate([...owner.path, 'mtu']),
      };
    }
  }
};

/** The same for a network inside a machine that leads out to one with a smaller MTU. */
export const innerMtusFitOutside: Rule = function* (draft, at) {
  for (const { name, mtu, path } of draft.networks) {
    const outside = networkOutside(draft, name);
    if (mtu === null || outside === null) continue;
    const limit = mtuOf(draft, outside);
    if (mtu <= limit) continue;
    yield {
      code: 'LAB-RULE-MTU',
      message: `the network ${name} has an MTU of ${mtu} and leads out to ${outside}, whose MTU is ${limit}: larger packets would be lost there`,
      hint: `set \`networks.${outside}.mtu: ${mtu}\`, or leave this MTU out`,
      location: at.locate([...path, 'mtu']),
    };
  }
};
