import type { EventBlock } from '../../events/blocks/block.ts';
import type { InteractionType } from '../../events/interaction-type.ts';

/** In a prepared block's `userRows`: the user has no row yet. */
export const NO_ROW = -1;

/** In a prepared block's `userRows`: the user was erased, their events are passed over. */
export const ERASED = -2;

/** In a prepared block's `types`: an impression, which changes no state. */
export const SHOWN = 'shown';

/** A block whose users are resolved, with the rows that its dictionaries' entries have, as far as known. */
export interface PreparedBlock {
  readonly block: EventBlock;
  /** By number in the block's dictionary: a row, {@link NO_ROW} or {@link ERASED}. */
  readonly userRows: Int32Array;
  /** Seeds of the users who have no row yet, two words each by number in the dictionary; empty where all have one. */
  readonly seeds: Uint32Array;
  readonly itemRows: Int32Array;
  readonly types: readonly (InteractionType | typeof SHOWN | undefined)[];
  /** 1 by row whose interaction the version leaves out; undefined where it leaves none out. */
  readonly leftOut: Uint8Array | undefined;
  /** The block's row that is run next. */
  next: number;
}

/** Prepared blocks that wait to be run, in journal order, within a bound on their events. */
export class Mailbox {
  readonly #messagesMax: number;
  readonly #blocks: PreparedBlock[] = [];
  #messages = 0;

  constructor(mailboxMessagesMax: number) {
    this.#messagesMax = mailboxMessagesMax;
  }

  /** The block to run next. */
  get first(): PreparedBlock | undefined {
    return this.#blocks[0];
  }

  /** Events that wait, those of the first block counted whole. */
  get messages(): number {
    return this.#messages;
  }

  /** Tells whether so many more events fit; an empty mailbox takes a block of any size. */
  hasRoom(messages: number): boolean {
    return this.#messages === 0 || this.#messages + messages <= this.#messagesMax;
  }

  push(prepared: PreparedBlock): void {
    this.#blocks.push(prepared);
    this.#messages += prepared.block.count;
  }

  shift(): void {
    this.#messages -= this.#blocks.shift()?.block.count ?? 0;
  }
}
