import type { Network } from '../model/lab.js';
import { AddressPool } from './addresses.js';
import type { Draft } from './draft.js';
import { InterfaceNames } from './interface-names.js';
import { MacPool } from './macs.js';

/** What hands out names and addresses within one lab. */
export interface Naming {
  readonly draft: Draft;
  readonly macs: MacPool;
  readonly interfaces: InterfaceNames;
  readonly addresses: ReadonlyMap<string, AddressPool>;
  readonly networks: readonly Network[];
  /** The same, by name. */
  readonly networkNamed: ReadonlyMap<string | undefined, Network>;
}

/** Names for a definition: `interfaces` may have given some already; functions have addresses on the `networks` that are given. */
export function namingFor(
  draft: Draft,
  networks: readonly Network[] = [],
  interfaces = new InterfaceNames(),
): Naming {
  return {
    draft,
    macs: new MacPool(draft),
    interfaces,
    addresses: new Map(networks.map(({ name, subnet }) => [name, new AddressPool(subnet)])),
    networks,
    networkNamed: new Map(networks.map((network) => [network.name, network])),
  };
}
