import type { Network } from '../../model/lab.js';
import type { Box, Link } from './graph.js';
import type { Ids } from './ids.js';

/** What the drawing of one place (this computer, or the inside of a machine) adds to, and looks up. */
export interface Drawing {
  readonly ids: Ids;
  readonly links: Link[];
  /** The networks of this place. */
  readonly networks: ReadonlyMap<string, { readonly network: Network; readonly id: string }>;
  /** The MTU of every network of the lab: a function may lead out to one of another place. */
  readonly mtus: ReadonlyMap<string, number>;
  /** The backends of the machines of this place. */
  readonly backends: Box[];
  /** The boxes of the functions of the machine that this place is the inside of; none for this computer. */
  readonly outerFunctions: ReadonlyMap<string, string>;
}
