import { functionsKind } from './functions.js';
import { insideKind } from './inside.js';
import { machineKind } from './machine.js';
import { namespaceKind } from './namespace.js';
import { networkKind } from './network.js';
import type { Kind } from './part.js';
import { serviceKind } from './service.js';

/** What a lab may consist of. */
const kinds: Readonly<Record<string, Kind>> = {
  namespace: namespaceKind,
  functions: functionsKind,
  network: networkKind,
  machine: machineKind,
  inside: insideKind,
  service: serviceKind,
};

/** The kind of that name. Throws Error for a name that is not in the table: a record of this version holds none. */
export function kindNamed(name: string): Kind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no kind of part is called ${name}`);
  return kind;
}
