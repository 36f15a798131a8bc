import { HEADER_BYTES } from '../../events/blocks/block-header.ts';
import type { AppendedBlock } from './heard-blocks.ts';
import type { RedisLink } from './redis/redis.ts';
import { Subscription } from './subscription.ts';
import type { SubscriptionOptions } from './subscription.ts';

/** The content of a block that is told with it; of larger ones only the header is, and the store is read. */
export const toldContentBytesMax = 65_536;

/** Tellings on their way at a time; past it blocks are left out, and who follows asks the store. */
export const blockTellingsMax = 256;

/** Bytes of the first uncovered offset, before the header. */
const UNCOVERED_BYTES = 8;

/** What tells processes of the blocks that another one appended. */
export interface BlockNews {
  /** Tells of a durable block without waiting; where that fails, who follows finds it in the store a little later. */
  tell(block: AppendedBlock): void;
  /** Hears of blocks until the signal aborts; throws UNAVAILABLE where Redis cannot be reached at first. */
  hear(listener: (block: AppendedBlock) => void, signal: AbortSignal): Promise<void>;
}

/** Opens the news of a journal's blocks over a Redis channel: a hint, for the journal alone says what stands. */
export function openBlockNews(link: RedisLink, options: SubscriptionOptions = {}): BlockNews {
  const channel = `${link.prefix}blocks`;
  let inFlight = 0;
  return {
    tell(block) {
      if (inFlight >= blockTellingsMax) return;
      inFlight += 1;
      link
        .run((redis) => redis.publish(channel, packed(block)))
        // Whoever follows finds the block all the same: nothing is lost but milliseconds.
        .catch(() => undefined)
        .finally(() => {
          inFlight -= 1;
        });
    },
    async hear(listener, signal) {
      if (signal.aborted) return;
      const subscription = new Subscription(link, channel, options, (message) => {
        const block = unpacked(message);
        if (block !== undefined) listener(block);
      });
      await subscription.startUntil(signal);
    },
  };
}

function packed({ header, content, uncovered }: AppendedBlock): Buffer {
  const before = Buffer.alloc(UNCOVERED_BYTES);
  before.writeDoubleLE(uncovered);
  const isSmall = content !== undefined && content.length <= toldContentBytesMax;
  return Buffer.concat([before, header, ...(isSmall ? [content] : [])]);
}

function unpacked(message: Buffer): AppendedBlock | undefined {
  const contentAt = UNCOVERED_BYTES + HEADER_BYTES;
  if (message.length < contentAt) return undefined;
  const header = new Uint8Array(message.subarray(UNCOVERED_BYTES, contentAt));
  const uncovered = message.readDoubleLE(0);
  if (!Number.isSafeInteger(uncovered)) return undefined;
  if (message.length === contentAt) return { header, uncovered };
  return { header, uncovered, content: new Uint8Array(message.subarray(contentAt)) };
}
