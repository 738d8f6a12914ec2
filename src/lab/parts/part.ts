import type { MachineHost } from '../../hosts/host.js';
import type { Task } from '../../model/task.js';
import type { PartKey, PartPlace, RecordedPart } from '../record.js';
import type { Site } from '../site.js';

/** Something that has to exist. */
export interface Part {
  /** A key of `kinds`. */
  readonly kind: string;
  readonly name: string;
  readonly place: PartPlace;
  /** Over everything that it is made from. */
  readonly digest: string;
  /** What must be there before it. When one of these is made anew, so is this. */
  readonly needs: readonly PartKey[];
  /** What it cannot be made anew without: a network goes only with its namespace. */
  readonly within: PartKey | null;
  /** What the user reads while it comes up. */
  readonly title: string;
  /**
   * Begins to make it. What it returns waits until it is ready: parts that do not need each other all begin before the first of
   * them is awaited.
   */
  up(site: Site, task: Task): Promise<() => Promise<void>>;
}

/** Why a part is made or kept, in words for the plan. */
export interface PartWords {
  readonly absent: string;
  readonly kept: string;
  readonly ended: string;
  readonly changed: string;
  readonly interrupted: string;
}

/** How parts of one kind are seen and ended, from their record alone. */
export interface Kind {
  readonly words: PartWords;
  /** Whether it is still there; what it needs is. */
  isThere(part: RecordedPart, site: Site, signal?: AbortSignal): Promise<boolean>;
  /** Ends it. `host`: its place; null when that has gone or is about to go, and the part with it. */
  down(part: RecordedPart, site: Site, host: MachineHost | null): Promise<void>;
}
