import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { hasCode, RepriseError } from '../../../events/error.ts';

/** How Redis is reached; every field but the address has a default. */
export interface RedisSettings {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://…` for TLS. */
  readonly url: string;
  /** Goes over the password of the address. */
  readonly password?: string | undefined;
  /** PEM texts for TLS; the system's authorities where `ca` is absent. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** What the names of all keys and channels start with: one for each instance that shares a Redis. */
  readonly prefix?: string;
  /** How long a command may take, connecting included. */
  readonly commandMsMax?: number;
  /** Commands under way at a time; past it they are refused. */
  readonly pendingCommandsMax?: number;
}

/** How long a command may take where nothing else is set. */
export const REDIS_COMMAND_MS_MAX = 2_000;

const PENDING_COMMANDS_MAX = 10_000;
const RETRIES_PER_COMMAND_MAX = 5;
const RECONNECT_MS_MAX = 1_000;
const PORT = 6379;

/** Reaches a Redis: commands over one connection that comes back by itself, and connections of one's own. */
export class RedisLink {
  /** Host and port, for messages: never a password. */
  readonly name: string;
  readonly prefix: string;
  readonly commandMsMax: number;
  readonly #options: RedisOptions;
  readonly #pendingCommandsMax: number;
  readonly #redis: Redis;
  #pending = 0;
  #lastError: Error | undefined;

  constructor(settings: RedisSettings) {
    this.prefix = settings.prefix ?? 'reprise:';
    this.commandMsMax = settings.commandMsMax ?? REDIS_COMMAND_MS_MAX;
    this.#pendingCommandsMax = settings.pendingCommandsMax ?? PENDING_COMMANDS_MAX;
    this.#options = optionsOf(settings);
    this.name = `${this.#options.host ?? ''}:${String(this.#options.port)}`;
    this.#redis = this.#watched({
      commandTimeout: this.commandMsMax,
      maxRetriesPerRequest: RETRIES_PER_COMMAND_MAX,
      retryStrategy: (tries) => Math.min(25 * 2 ** tries, RECONNECT_MS_MAX),
    });
  }

  /** Runs a command; throws UNAVAILABLE, with the remedy, where Redis does not do it in time. */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#pending >= this.#pendingCommandsMax) {
      throw new RepriseError('UNAVAILABLE', `too many commands wait for redis: try again`, {
        redis: this.name,
      });
    }
    this.#pending += 1;
    try {
      return await command(this.#redis);
    } catch (error) {
      throw this.explain(error);
    } finally {
      this.#pending -= 1;
    }
  }

  /** Throws UNAVAILABLE where Redis does not answer, and INVALID where it refuses the credentials: no wait mends them. */
  async check(): Promise<void> {
    try {
      await this.run((redis) => redis.ping());
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE') || !isCredentials(error.cause)) throw error;
      throw new RepriseError('INVALID', error.message, error.fields, error);
    }
  }

  /**
   * Opens a connection of one's own, for commands that block or subscribe. It connects with its first command, does
   * not come back by itself, and its owner disconnects it.
   */
  open(commandMsMax = this.commandMsMax): Redis {
    return this.#watched({
      commandTimeout: commandMsMax,
      maxRetriesPerRequest: 0,
      retryStrategy: null,
      autoResubscribe: false,
    });
  }

  /** The error as UNAVAILABLE with its remedy, where Redis is down, refuses or is full; as it is otherwise. */
  explain(error: unknown): unknown {
    if (!(error instanceof Error) || error instanceof RepriseError) return error;
    const said = (remedy: string, cause: Error = error): RepriseError =>
      new RepriseError(
        'UNAVAILABLE',
        `redis at ${this.name} ${remedy}`,
        { redis: this.name },
        cause,
      );
    const refusal = refusalOf(error.message);
    if (refusal !== undefined) return said(refusal);
    if (error.name === 'ReplyError') return error;
    const cause = this.#lastError ?? error;
    const own = refusalOf(cause.message);
    if (own !== undefined) return said(own, cause);
    return said(`does not answer (${cause.message}): start it, or check its address`, cause);
  }

  /** Ends the connection at once: commands under way are refused. */
  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  /** A connection whose errors are kept for messages: an 'error' event that nobody hears would end the process. */
  #watched(options: RedisOptions): Redis {
    const redis = new Redis({ ...this.#options, ...options, replyMapping: 'legacy' });
    redis.on('error', (error: Error) => (this.#lastError = error));
    redis.on('ready', () => (this.#lastError = undefined));
    return redis;
  }
}

/** Replies that say what a person has to mend, and how. */
const REFUSALS: readonly (readonly [string, string])[] = [
  ['WRONGPASS', 'refuses the password: set the one that it was given'],
  ['NOAUTH', 'asks for a password: set the one that it was given'],
  ['NOPERM', 'does not let this user do what is needed: extend its access list'],
  ['OOM ', 'is full: raise its maxmemory, or make room'],
  ['READONLY', 'is a replica that takes no writes: name the primary'],
  ['MISCONF', 'takes no writes as it cannot save: look at its disk'],
  ['LOADING', 'is loading its data: try again in a moment'],
  ['BUSY ', 'is held by a script: try again in a moment'],
];

/** Replies that refuse who asks. */
const CREDENTIALS: readonly string[] = ['WRONGPASS', 'NOAUTH', 'NOPERM'];

function isCredentials(cause: unknown): boolean {
  return cause instanceof Error && CREDENTIALS.some((start) => cause.message.startsWith(start));
}

function refusalOf(message: string): string | undefined {
  return REFUSALS.find(([start]) => message.startsWith(start))?.[1];
}

function optionsOf(settings: RedisSettings): RedisOptions {
  const url = parsed(settings.url);
  const password = settings.password ?? decodeURIComponent(url.password);
  const database = Number(url.pathname.slice(1) || 0);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || PORT),
    db: database,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(password === '' ? {} : { password }),
    ...(url.protocol === 'rediss:' ? { tls: { ...settings.tls } } : {}),
    lazyConnect: true,
    // Replies have one shape with this protocol, whatever the server's age.
    protocol: 2,
    connectTimeout: settings.commandMsMax ?? REDIS_COMMAND_MS_MAX,
    connectionName: 'reprise',
  };
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fits =
    url !== undefined &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^(\/\d{0,5})?$/.test(url.pathname);
  // The address is not repeated: it may hold a password.
  if (!fits) {
    throw new RepriseError(
      'INVALID',
      'the address of redis is not of the form redis://user:password@host:port/database: mend it',
    );
  }
  return url;
}
