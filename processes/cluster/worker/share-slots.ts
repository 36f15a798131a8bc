import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';
import { pauseFor } from '../servers/patience.ts';

/** How often a worker that has its share looks whether there is room for more. */
const LOOK_MS = 200;

/** A slot that was given, and whether a task came for it. */
interface Slot {
  isUsed: boolean;
}

/**
 * Gives slots for leases that any worker may take while there is room for another partition: without a slot nothing is
 * asked for, so that a worker with its share leaves what comes to the others.
 */
export class ShareSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  /** Partitions that fit beside those that are held. */
  readonly #room: () => number;
  readonly #slots = new Set<Slot>();

  constructor(room: () => number) {
    this.#room = room;
  }

  /** Resolves when there is room; rejects with an AbortError where nobody waits any more. */
  async reserveSlot(_: unknown, signal: AbortSignal): Promise<SlotPermit> {
    for (;;) {
      const permit = this.tryReserveSlot();
      if (permit !== null) return permit;
      await pauseFor(LOOK_MS, signal);
      signal.throwIfAborted();
    }
  }

  /** A slot where there is room at once. */
  tryReserveSlot(): SlotPermit | null {
    const waiting = [...this.#slots].filter(({ isUsed }) => !isUsed).length;
    if (this.#room() <= waiting) return null;
    const slot: Slot = { isUsed: false };
    this.#slots.add(slot);
    return slot;
  }

  /** From here on the partition counts, not the slot. */
  markSlotUsed({ permit }: { readonly permit: SlotPermit }): void {
    (permit as Slot).isUsed = true;
  }

  releaseSlot({ permit }: { readonly permit: SlotPermit }): void {
    this.#slots.delete(permit as Slot);
  }
}
