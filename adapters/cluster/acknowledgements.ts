import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';
import { RepriseError } from '../../events/error.ts';
import type { RedisLink } from './redis/redis.ts';
import { Subscription } from './subscription.ts';
import type { SubscriptionOptions } from './subscription.ts';

/** Settings of a feed of acknowledgements; its troubles are outages and messages that could not be read. */
export type AcknowledgementOptions = SubscriptionOptions;

/** Opens the feed that tells the processes of the API what became of what they sent. */
export function openAcknowledgements(
  link: RedisLink,
  options: AcknowledgementOptions = {},
): AcknowledgementFeed {
  const channel = `${link.prefix}acknowledgements`;
  const open = new Set<Subscription>();
  return {
    async publish(acknowledgement) {
      const message = JSON.stringify(packed(acknowledgement));
      await link.run((redis) => redis.publish(channel, message));
    },
    async subscribe(listener, signal) {
      if (signal.aborted) return;
      const subscription = new Subscription(link, channel, options, (message) => {
        const acknowledgement = unpacked(message.toString());
        if (acknowledgement === undefined) options.onTrouble?.(unreadable());
        else listener(acknowledgement);
      });
      open.add(subscription);
      const end = (): void => {
        subscription.end();
        open.delete(subscription);
      };
      signal.addEventListener('abort', end, { once: true });
      try {
        await subscription.start();
      } catch (error) {
        signal.removeEventListener('abort', end);
        end();
        throw error;
      }
    },
    close() {
      for (const subscription of open) subscription.end();
      open.clear();
      return Promise.resolve();
    },
  };
}

/** An acknowledgement as it is sent: partition, first offset, sequences, and a 1 for each duplicate. */
type Packed = readonly [number, number, readonly number[], string];

function packed({ partition, from, sequences, duplicates }: Acknowledgement): Packed {
  return [partition, from, sequences, duplicates.map((one) => (one ? '1' : '0')).join('')];
}

function unpacked(message: string): Acknowledgement | undefined {
  const read = parsed(message);
  if (!Array.isArray(read)) return undefined;
  const [partition, from, sequences, duplicates] = read as readonly unknown[];
  if (!isWhole(partition) || !isWhole(from) || typeof duplicates !== 'string') return undefined;
  if (!Array.isArray(sequences) || sequences.length !== duplicates.length) return undefined;
  if (!sequences.every(isWhole)) return undefined;
  return { partition, from, sequences, duplicates: Array.from(duplicates, (one) => one === '1') };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined; // Told as unreadable by the caller.
  }
}

function unreadable(): RepriseError {
  return new RepriseError(
    'DAMAGED',
    'an acknowledgement could not be read: does another program write to its channel?',
  );
}
