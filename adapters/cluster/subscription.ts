import type { Redis } from 'ioredis';
import { RepriseError } from '../../events/error.ts';
import type { RedisLink } from './redis/redis.ts';

/** Settings of a subscription; all have defaults. */
export interface SubscriptionOptions {
  /** Told why nothing came for a while, once an outage. */
  readonly onTrouble?: (error: RepriseError) => void;
  /** How often a subscriber asks whether it is still connected. */
  readonly pingMsMax?: number;
  /** The longest pause before a broken subscription is made again. */
  readonly retryMsMax?: number;
}

const PING_MS_MAX = 1_000;
const RETRY_MS_MIN = 25;
const RETRY_MS_MAX = 1_000;

/** Hears a channel: a subscription that comes back by itself, over one connection after the other. */
export class Subscription {
  readonly #link: RedisLink;
  readonly #channel: string;
  readonly #options: SubscriptionOptions;
  readonly #onMessage: (message: Buffer) => void;
  #redis: Redis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isOver = false;

  constructor(
    link: RedisLink,
    channel: string,
    options: SubscriptionOptions,
    onMessage: (message: Buffer) => void,
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

  /** Subscribes until the signal aborts, and ends where that fails; throws UNAVAILABLE where Redis cannot be reached. */
  async startUntil(signal: AbortSignal): Promise<void> {
    const end = (): void => this.end();
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.start();
    } catch (error) {
      signal.removeEventListener('abort', end);
      end();
      throw error;
    }
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
    redis.on('messageBuffer', (_, message: Buffer) => {
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

function unavailable(channel: string, cause: unknown): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `the subscription to ${channel} broke: it is made again`,
    {},
    cause,
  );
}
