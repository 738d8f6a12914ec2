import { controlPlaneKind } from './control-plane.js';
import { credentialsKind } from './credentials.js';
import { functionsKind } from './functions.js';
import { insideKind } from './inside.js';
import { machineKind } from './machine.js';
import { namespaceKind } from './namespace.js';
import { networkKind } from './network.js';
import { nodeKind } from './node.js';
import type { Kind } from './part.js';
import { serviceKind } from './service.js';

/** Everything that a lab can consist of. */
const kinds: Readonly<Record<string, Kind>> = {
  namespace: namespaceKind,
  functions: functionsKind,
  credentials: credentialsKind,
  network: networkKind,
  machine: machineKind,
  inside: insideKind,
  'control-plane': controlPlaneKind,
  service: serviceKind,
  node: nodeKind,
};

/** The kind of that name. Throws Error for an unknown name, which no record of this version contains. */
export function kindNamed(name: string): Kind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`unknown kind of part: ${name}`);
  return kind;
}
