import type { FenceStore, PartitionNote } from '../../../activities/replay/fences.ts';
import type { Partition } from '../../../events/position.ts';

/** How long a mover may say nothing before what it held is taken for away: it tells every second. */
export const HOLDER_SILENT_MS_MAX = 5_000;

/** What knowing who holds what needs. */
export interface HeldNotesDeps {
  readonly fences: Pick<FenceStore, 'notes'>;
  /** Milliseconds of this process that only go forwards: clocks of others may differ. */
  readonly clock: () => number;
}

interface Heard {
  readonly note: PartitionNote;
  /** When the note was first seen as it is. */
  readonly sinceMs: number;
}

/** Knows which versions movers hold beside the live one, by what they told within the last seconds. */
export class HeldNotes {
  readonly #deps: HeldNotesDeps;
  #heard: ReadonlyMap<Partition, Heard> = new Map();

  constructor(deps: HeldNotesDeps) {
    this.#deps = deps;
  }

  /** Asks what movers told by now; throws UNAVAILABLE where it can't be had, and what was heard grows old. */
  async look(): Promise<void> {
    const { fences, clock } = this.#deps;
    const before = this.#heard;
    const heard = new Map<Partition, Heard>();
    for (const note of await fences.notes()) {
      const { partition } = note.fence;
      const known = before.get(partition);
      const isSame =
        known?.note.toldMs === note.toldMs && known.note.fence.number === note.fence.number;
      heard.set(partition, { note, sinceMs: isSame ? known.sinceMs : clock() });
    }
    this.#heard = heard;
  }

  /** What a partition's mover told, unless it is silent. */
  of(partition: Partition): PartitionNote | undefined {
    const heard = this.#heard.get(partition);
    if (heard === undefined) return undefined;
    return this.#deps.clock() - heard.sinceMs <= HOLDER_SILENT_MS_MAX ? heard.note : undefined;
  }

  /** Tells whether the mover of a partition holds a version beside the live one. */
  isHeld(version: string, partition: Partition): boolean {
    const held = this.of(partition)?.held ?? [];
    return held.some((one) => one.version === version);
  }
}
