import { decodeHeader } from '../../events/blocks/block-header.ts';

/** A block as its writer tells of it once it is durable. */
export interface AppendedBlock {
  readonly header: Uint8Array;
  /** Absent where it is too large to be told. */
  readonly content?: Uint8Array;
  /** The first transport offset of the partition that neither this block nor one before covers. */
  readonly uncovered: number;
}

/** Blocks that were heard of and are kept for whoever reads them next, the oldest going first. */
export const heardBlocksMax = 2_048;

/** The bytes of the blocks that are kept after they were heard of. */
export const heardBytesMax = 16_777_216;

/** The newest blocks as they were told, so that whoever follows the journal need not ask the store for each. */
export class HeardBlocks {
  readonly #blocks = new Map<string, AppendedBlock>();
  #bytes = 0;

  /** Keeps a block under its id; what comes without content is not kept. */
  put(id: string, block: AppendedBlock): void {
    this.drop(id);
    if (block.content === undefined) return;
    this.#blocks.set(id, block);
    this.#bytes += block.content.length;
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= heardBlocksMax && this.#bytes <= heardBytesMax) return;
      this.drop(oldest);
    }
  }

  get(id: string): AppendedBlock | undefined {
    return this.#blocks.get(id);
  }

  drop(id: string): void {
    this.#bytes -= this.#blocks.get(id)?.content?.length ?? 0;
    this.#blocks.delete(id);
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}

/** The header of a block that was told; undefined where it does not hold: the store has it as it is. */
export function headerOf({ header }: AppendedBlock): ReturnType<typeof decodeHeader> | undefined {
  try {
    return decodeHeader(header);
  } catch {
    return undefined;
  }
}
