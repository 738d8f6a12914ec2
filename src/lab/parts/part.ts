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
  /** A digest of everything that it is created from. */
  readonly digest: string;
  /** The parts that must exist before it. If one of them is replaced, so is this one. */
  readonly needs: readonly PartKey[];
  /** The part that must be replaced with it, as a network cannot be replaced without its namespace; null if it can be replaced alone. */
  readonly within: PartKey | null;
  /** What the user sees while it comes up. */
  readonly title: string;
  /** Begins to create it as soon as the parts that it needs are ready, and returns a function that waits until it is ready itself. */
  up(site: Site, task: Task): Promise<() => Promise<void>>;
}

/** Why a part is created, replaced or kept, in words for the plan. */
export interface PartWords {
  readonly absent: string;
  readonly kept: string;
  readonly ended: string;
  readonly changed: string;
  readonly interrupted: string;
}

/** How to find and end parts of one kind, from their record alone. */
export interface Kind {
  readonly words: PartWords;
  /** Whether it still exists, given that the parts it needs do. */
  isThere(part: RecordedPart, site: Site, signal?: AbortSignal): Promise<boolean>;
  /** Ends it. `host`: its place; null if the place is gone or about to end, and the part with it. */
  down(part: RecordedPart, site: Site, host: MachineHost | null): Promise<void>;
}
