import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RedactedEvents } from '../../../events/journal.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import { redactBlock, redactedKey, rowsOfUsers } from '../../../events/redaction.ts';
import { blockKey } from './lmdb-block-keys.ts';
import type { BlockStore, StoredHere } from './lmdb-blocks.ts';
import type { LmdbEnvironment, LmdbTable } from './lmdb-environment.ts';
import { wholeSequence } from '../../../events/key-index.ts';
import { ENTRY_WORDS, decodeChunk, encodeChunk } from './lmdb-key-chunk.ts';

/** Bytes of blocks that one transaction of a redaction copies: between two of them other work runs. */
export const REDACTION_BYTES_MAX = 4_194_304;

/** What is copied, from where to where, and without whom. */
export interface RedactingCopy {
  readonly blocks: BlockStore;
  readonly from: LmdbEnvironment;
  readonly to: LmdbEnvironment;
  /** The users whose events are blanked, by surrogate as `binaryKey` writes it. */
  readonly users: ReadonlySet<string>;
  readonly timeMs: number;
  /** Throws where the copying is to end early. */
  readonly check: () => void;
}

interface Copied {
  readonly key: Uint8Array;
  readonly header: Uint8Array;
  readonly content: Uint8Array;
  readonly redaction: Uint8Array | undefined;
}

/** Counts the events of users that are not blanked yet, and the blocks that hold them. */
export async function countEvents(
  { blocks, users, check }: Pick<RedactingCopy, 'blocks' | 'users' | 'check'>,
  heads: readonly Sequence[],
): Promise<RedactedEvents> {
  let events = 0;
  let held = 0;
  for (const [partition, head] of heads.entries()) {
    for (let at: Sequence = ORIGIN; at < head;) {
      check();
      const { block } = blocks.stored(partition, at);
      const rows = rowsOfUsers(block, users);
      events += rows.length;
      if (rows.length > 0) held += 1;
      at = sequence(block.firstSequence + block.count - 1);
      await nextTurn();
    }
  }
  return { events, blocks: held };
}

/** Copies blocks with events of users blanked, and carries the keys of these on: an event is found by neither any more. */
export class RedactedCopy {
  readonly #deps: RedactingCopy;
  readonly #headers: [LmdbTable, LmdbTable];
  readonly #contents: [LmdbTable, LmdbTable];
  readonly #redactions: [LmdbTable, LmdbTable];
  /** The positions blanked, by partition. */
  readonly #blanked = new Map<Partition, Set<number>>();
  readonly #copied: Sequence[] = [];

  constructor(deps: RedactingCopy) {
    const { from, to } = deps;
    this.#deps = deps;
    const both = (name: string): [LmdbTable, LmdbTable] => [from.table(name), to.table(name)];
    this.#headers = both('headers');
    this.#contents = both('contents');
    this.#redactions = both('redactions');
  }

  /** Copies the blocks up to these heads that were not copied yet. */
  async copyBlocks(heads: readonly Sequence[]): Promise<void> {
    for (const [partition, head] of heads.entries()) {
      let batch: Copied[] = [];
      let bytes = 0;
      for (let at = this.#copied[partition] ?? ORIGIN; at < head;) {
        this.#deps.check();
        const stored = this.#deps.blocks.stored(partition, at);
        const copied = this.#copyOf(stored);
        batch.push(copied);
        bytes += copied.content.length;
        at = sequence(stored.block.firstSequence + stored.block.count - 1);
        this.#copied[partition] = at;
        if (bytes < REDACTION_BYTES_MAX && at < head) continue;
        await this.#write(batch);
        batch = [];
        bytes = 0;
        await nextTurn();
      }
    }
  }

  /** Copies the fingerprints of keys; those of blanked events become those of the keys that they have now. */
  async copyKeys(): Promise<void> {
    const { from, to } = this.#deps;
    const target = to.table('keys');
    for (const { key, value } of from.table('keys').range({})) {
      // A damaged chunk is left behind: the blocks have the same keys.
      const chunk = decodeChunk(value);
      if (chunk === undefined) continue;
      this.#blank(chunk.entries);
      const content = encodeChunk(chunk);
      await to.commit((writer) => {
        writer.put(target, key, content);
      });
    }
  }

  #copyOf(stored: StoredHere): Copied {
    const { header, block, redaction: before } = stored;
    const { partition, firstSequence } = header;
    const key = blockKey(partition, firstSequence);
    const rows = rowsOfUsers(block, this.#deps.users);
    const head = this.#headers[0].get(key) ?? new Uint8Array(0);
    if (rows.length === 0) {
      const content = this.#contents[0].get(key) ?? new Uint8Array(0);
      return { key, header: head, content, redaction: this.#redactions[0].get(key) };
    }
    const blanked = this.#blanked.get(partition) ?? new Set<number>();
    this.#blanked.set(partition, blanked);
    for (const row of rows) blanked.add((firstSequence + row) % 0x1_0000_0000);
    const { timeMs } = this.#deps;
    return { key, header: head, ...redactBlock(stored, rows, { before, timeMs }) };
  }

  #write(batch: readonly Copied[]): Promise<void> {
    return this.#deps.to.commit((writer) => {
      for (const { key, header, content, redaction } of batch) {
        writer.put(this.#headers[1], key, header);
        writer.put(this.#contents[1], key, content);
        if (redaction !== undefined) writer.put(this.#redactions[1], key, redaction);
      }
    });
  }

  #blank(entries: Uint32Array): void {
    for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
      const [partition = 0, low = 0] = entries.subarray(at + 2, at + 4);
      if (this.#blanked.get(partition)?.has(low) !== true) continue;
      const place = wholeSequence(low, this.#copied[partition] ?? ORIGIN);
      const key = redactedKey(partition, place);
      const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
      entries[at] = view.getUint32(0, true);
      entries[at + 1] = view.getUint32(4, true);
    }
  }
}
