import type { Redis } from 'ioredis';
import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';
import { RepriseError } from '../../events/error.ts';
import type { RedisLink } from './redis.ts';

/** Settings of a feed of acknowledgements; all have defaults. */
export interface AcknowledgementOptions {
  /** Told why nothing came for a while, once an outage, and of every message that could not be read. */
  readonly onTrouble?: (error: RepriseError) => void;
  /** How often a subscriber asks whether it is still connected. */
  readonly pingMsMax?: number;
  /** The longest pause before a broken subscription is made again. */
  readonly retryMsMax?: number;
}

const PING_MS_MAX = 1_000;
const RETRY_MS_MIN = 25;
const RETRY_MS_MAX = 1_000;

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
        const acknowledgement = unpacked(message);
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

/** A subscription that comes back by itself, over one connection after the other. */
class Subscription {
  readonly #link: RedisLink;
  readonly #channel: string;
  readonly #options: AcknowledgementOptions;
  readonly #onMessage: (message: string) => void;
  #redis: Redis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isOver = false;

  constructor(
    link: RedisLink,
    channel: string,
    options: AcknowledgementOptions,
    onMessage: (message: string) => void,
  ) {
    this.#link = link;
    this.#channel = channel;
    this.#options = options;
    this.#onMessage = onMessage;
  }

  /** Subscribes; throws UNAVAILABLE where Redis cannot be reached. */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      if (this.#isOver) return;
      throw this.#link.explain(error);
    }
    this.#watch();
  }

  /** Ends the subscription at once. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#redis?.disconnect();
  }

  async #connect(): Promise<void> {
    this.#redis?.disconnect();
    const redis = this.#link.open();
    this.#redis = redis;
    redis.on('message', (_, message: string) => {
      if (!this.#isOver) this.#onMessage(message);
    });
    await redis.subscribe(this.#channel);
  }

  /** Asks now and then whether the connection is there: one that broke silently would bring nothing for ever. */
  #watch(): void {
    if (this.#isOver) return;
    const most = this.#options.retryMsMax ?? RETRY_MS_MAX;
    const delay =
      this.#failures === 0
        ? (this.#options.pingMsMax ?? PING_MS_MAX)
        : Math.min(RETRY_MS_MIN * 2 ** Math.min(this.#failures, 16), most);
    this.#timer = setTimeout(() => void this.#look(), delay);
  }

  async #look(): Promise<void> {
    try {
      if (this.#failures === 0) await this.#redis?.ping();
      else await this.#connect();
      this.#failures = 0;
    } catch (error) {
      if (this.#isOver) return;
      const explained = this.#link.explain(error);
      // What is no outage would be a defect; it is told as well, for nobody awaits this.
      const told =
        explained instanceof RepriseError ? explained : unavailable(this.#channel, explained);
      if (this.#failures === 0) this.#options.onTrouble?.(told);
      this.#failures += 1;
    }
    this.#watch();
  }
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

function unavailable(channel: string, cause: unknown): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `the subscription to ${channel} broke: it is made again`,
    {},
    cause,
  );
}
