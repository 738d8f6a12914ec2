import type { Box, Graph } from './graph.js';
import { LINE_HEIGHT, LINE_SIZE, TITLE_HEIGHT, TITLE_SIZE, textWidth } from './svg-text.js';

/** A box with its place, from the picture's top left corner. */
export interface Placed {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inner: readonly Placed[];
}

export const PADDING = 10;
const GAP = 14;
/** Between columns: room for the links. */
const COLUMN_GAP = 56;
const GRID_GAP = 6;
const MAX_GRID_COLUMNS = 8;

interface Sized {
  readonly width: number;
  readonly height: number;
}

/** What a box needs for its own text. */
function textSize({ kind, title, lines }: Box): Sized {
  if (kind === 'frame') return { width: 0, height: 0 };
  const widths = [textWidth(title, TITLE_SIZE), ...lines.map((line) => textWidth(line, LINE_SIZE))];
  return {
    width: Math.max(...widths) + 2 * PADDING,
    height: TITLE_HEIGHT + lines.length * LINE_HEIGHT + 2 * PADDING,
  };
}

function edgeOf({ kind }: Box): number {
  return kind === 'frame' ? 0 : PADDING;
}

/** Makes a box as wide as its neighbours above and below, and so the boxes in it. */
function widen(placed: Placed, width: number): Placed {
  if (placed.box.arrangement !== 'column') return { ...placed, width };
  const inside = width - 2 * edgeOf(placed.box);
  return { ...placed, width, inner: placed.inner.map((one) => widen(one, inside)) };
}

/** Lays boxes out from left to right, each beside those that it is linked from as far as there is room. */
class Layout {
  readonly #sources = new Map<string, string[]>();
  readonly #middles = new Map<string, number>();

  constructor(graph: Graph) {
    for (const { from, to } of graph.links) {
      const sources = this.#sources.get(to);
      if (sources === undefined) this.#sources.set(to, [from]);
      else sources.push(from);
    }
  }

  place(box: Box, x: number, y: number): Placed {
    const text = textSize(box);
    const edge = edgeOf(box);
    const inner = this.#inner(box, x + edge, y + text.height);
    const right = Math.max(x, ...inner.map((one) => one.x + one.width));
    const bottom = Math.max(y, ...inner.map((one) => one.y + one.height));
    const width = Math.max(text.width, right + edge - x);
    const height = Math.max(text.height, inner.length === 0 ? 0 : bottom + edge - y);
    this.#middles.set(box.id, y + height / 2);
    return { box, x, y, width, height, inner };
  }

  #inner(box: Box, x: number, y: number): readonly Placed[] {
    if (box.arrangement === 'grid') return this.#grid(box.boxes, x, y);
    return box.arrangement === 'row' ? this.#row(box.boxes, x, y) : this.#column(box.boxes, x, y);
  }

  #row(boxes: readonly Box[], x: number, y: number): readonly Placed[] {
    let left = x;
    return boxes.map((box) => {
      const placed = this.place(box, left, y);
      left += placed.width + COLUMN_GAP;
      return placed;
    });
  }

  #column(boxes: readonly Box[], x: number, y: number): readonly Placed[] {
    let top = y;
    const placed = this.#inOrder(boxes).map((box) => {
      const one = this.place(box, x, Math.max(top, this.#wantedTop(box) ?? top));
      top = one.y + one.height + GAP;
      return one;
    });
    const width = Math.max(0, ...placed.map((one) => one.width));
    return placed.map((one) => widen(one, width));
  }

  /** Sorted by where they would stand, when all have such a place: their links then cross least. */
  #inOrder(boxes: readonly Box[]): readonly Box[] {
    const wanted = boxes.flatMap((box) => {
      const top = this.#wantedTop(box);
      return top === undefined ? [] : [{ box, top }];
    });
    if (wanted.length < boxes.length) return boxes;
    return wanted.sort((one, other) => one.top - other.top).map(({ box }) => box);
  }

  #grid(boxes: readonly Box[], x: number, y: number): readonly Placed[] {
    const sizes = boxes.map(textSize);
    const width = Math.max(0, ...sizes.map((size) => size.width));
    const height = Math.max(0, ...sizes.map((size) => size.height));
    const columns = Math.min(MAX_GRID_COLUMNS, Math.ceil(Math.sqrt(boxes.length)));
    return boxes.map((box, index) => ({
      ...this.place(
        box,
        x + (index % columns) * (width + GRID_GAP),
        y + Math.floor(index / columns) * (height + GRID_GAP),
      ),
      width,
      height,
    }));
  }

  /** Where the box would stand level with the boxes that lead to it; undefined when none does. */
  #wantedTop(box: Box): number | undefined {
    const middles = (this.#sources.get(box.id) ?? []).flatMap((id) => this.#middles.get(id) ?? []);
    if (middles.length === 0 || box.boxes.length > 0) return undefined;
    const middle = middles.reduce((sum, one) => sum + one, 0) / middles.length;
    return Math.round(middle - textSize(box).height / 2);
  }
}

/** Places every box of the graph, the root's corner at (x, y). */
export function layOut(graph: Graph, x: number, y: number): Placed {
  return new Layout(graph).place(graph.root, x, y);
}

/** A placed box and all within it, a box before those in it. */
export function* allPlaced(placed: Placed): Iterable<Placed> {
  yield placed;
  for (const inner of placed.inner) yield* allPlaced(inner);
}
