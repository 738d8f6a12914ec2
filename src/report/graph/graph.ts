/** What a box stands for; the formats give each kind its look. */
export type BoxKind =
  | 'computer'
  | 'namespace'
  | 'machine'
  | 'nic'
  | 'pf'
  | 'vf'
  | 'vf-group'
  | 'backend'
  | 'network'
  | 'peer'
  | 'control-plane'
  | 'cluster-node'
  /** Only holds boxes together; it is not drawn. */
  | 'frame';

/** A box of the picture, with the boxes in it: the tree is as deep as machines are nested. */
export interface Box {
  /** Letters, digits and underscores, unique in the graph. */
  readonly id: string;
  readonly kind: BoxKind;
  readonly title: string;
  readonly lines: readonly string[];
  readonly arrangement: 'row' | 'column' | 'grid';
  readonly boxes: readonly Box[];
}

/** A connection that packets take, drawn from left to right. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

/** The topology of a lab, before any format. */
export interface Graph {
  readonly title: string;
  readonly summary: string;
  readonly root: Box;
  readonly links: readonly Link[];
}

/** The boxes of a tree that are drawn, a box before those in it. */
export function* drawnBoxes(box: Box): Iterable<Box> {
  if (box.kind !== 'frame') yield box;
  for (const inner of box.boxes) yield* drawnBoxes(inner);
}
