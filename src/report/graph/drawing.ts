import type { Topology } from '../../results/topology.js';
import type { Box, Link } from './graph.js';

/** Makes ids that are plain words in every format, each of them once. */
export class Ids {
  readonly #taken = new Set<string>();

  take(...parts: readonly string[]): string {
    const wanted = parts.join('_').replace(/[^A-Za-z0-9]+/g, '_');
    let id = wanted;
    for (let count = 2; this.#taken.has(id); count += 1) id = `${wanted}_${count}`;
    this.#taken.add(id);
    return id;
  }
}

/** What the drawing of one place (this computer, or the inside of a machine) adds to, and looks up. */
export interface Drawing {
  readonly ids: Ids;
  readonly links: Link[];
  /** The networks of this place. */
  readonly networks: ReadonlyMap<
    string,
    { readonly network: Topology['networks'][number]; readonly id: string }
  >;
  /** The MTU of every network of the lab: a function may lead out to one of another place. */
  readonly mtus: ReadonlyMap<string, number>;
  /** The backends of the machines of this place. */
  readonly backends: Box[];
  /** The boxes of the functions of the machine that this place is the inside of; none for this computer. */
  readonly outerFunctions: ReadonlyMap<string, string>;
}
