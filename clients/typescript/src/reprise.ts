import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';

import { problemOf, RepriseApiError } from './api-error.ts';
import { attemptsMax, requestMsMax, waitByTimer, withRetries } from './retrying.ts';
import type { Retrying } from './retrying.ts';
import type {
  Accepted,
  Event,
  Item,
  paths,
  PopularItems,
  Published,
  Recommendation,
  SimilarItems,
} from './schema.ts';

export { RepriseApiError } from './api-error.ts';
export { attemptsMax, requestMsMax, retryWaitMsMax } from './retrying.ts';
export type { Client } from 'openapi-fetch';
export type * from './schema.ts';

/** Where a Reprise is and how it is called. */
export interface RepriseOptions {
  /** Such as `http://127.0.0.1:7070`; a path in it is kept. */
  readonly baseUrl: string;
  /** Sent as bearer; a server on this machine asks for none. */
  readonly apiKey?: string;
  /** How often one call is tried; {@link attemptsMax} where absent. */
  readonly attempts?: number;
  /** How long one try may take, in milliseconds; {@link requestMsMax} where absent. */
  readonly requestMs?: number;
  /** Sends one request; the machine's own where absent. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Draws the id of an event that has none; a random UUID where absent. */
  readonly newId?: () => string;
  /** Waits before a call is tried again; the machine's timers where absent. */
  readonly wait?: Retrying['wait'];
}

/** What every call may be given. */
export interface CallOptions {
  /** Ends the call when it aborts. */
  readonly signal?: AbortSignal;
}

/** How many items a list has at most; 10 where absent, up to 100. */
export interface ListOptions extends CallOptions {
  readonly n?: number;
}

/** How a recommendation is asked for. */
export interface RecommendOptions extends ListOptions {
  /** What `send` gave, or positions: the answer waits until it has learned from those events. */
  readonly after?: Pick<Accepted, 'positions' | 'pending'> | readonly string[];
  /** Whether items that the user has seen are left out; they are where absent. */
  readonly exclude?: 'seen' | 'none';
  /** Whether each item says why it is there. */
  readonly explain?: boolean;
  /** The item at hand: an unknown user gets the items similar to it. */
  readonly item?: string;
}

/**
 * A Reprise over HTTP. What stands here may be sent twice and is: an event without an id is given one before it is
 * sent. Every call rejects with a {@link RepriseApiError} where the server refuses it.
 */
export interface Reprise {
  /** Every route there is, typed by the server's own document; nothing is tried again here. */
  readonly api: Client<paths>;
  /** Sends events, whole or not at all; resolves when they are durable. */
  send(events: Event | readonly Event[], options?: CallOptions): Promise<Accepted>;
  /** Recommends items to a user, best first. */
  recommend(user: string, options?: RecommendOptions): Promise<Recommendation>;
  /** Lists the items most similar to one. */
  similar(item: string, options?: ListOptions): Promise<SimilarItems>;
  /** Lists the items that are popular now. */
  popular(options?: ListOptions): Promise<PopularItems>;
  /** Publishes an item's metadata, or replaces them. */
  publish(
    item: string,
    metadata: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Published>;
  /** Withdraws an item: it is recommended no more until it is published again. */
  withdraw(item: string, options?: CallOptions): Promise<Published>;
  /** Tells what is known of an item. */
  item(item: string, options?: CallOptions): Promise<Item>;
}

/** What openapi-fetch gives for a call. */
interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** Calls a Reprise server. No request is sent before the first call. */
export function createReprise(options: RepriseOptions): Reprise {
  const { baseUrl, apiKey, fetch } = options;
  const newId = options.newId ?? (() => globalThis.crypto.randomUUID());
  const api = createClient<paths>({
    baseUrl,
    ...(apiKey !== undefined && { headers: { authorization: `Bearer ${apiKey}` } }),
    ...(fetch !== undefined && { fetch }),
  });
  const call = callerOf(options);
  return {
    api,
    send: (events, { signal } = {}) => {
      const list: readonly Event[] = Array.isArray(events) ? events : [events as Event];
      const body = list.map((event) => ({ ...event, id: event.id ?? newId() }));
      return call(signal, (tried) => api.POST('/v1/events', { body, signal: tried }));
    },
    ...listsOf(api, call),
    ...itemsOf(api, call, newId),
  };
}

type Caller = <T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Answered<T>>,
) => Promise<T>;

function callerOf({ attempts, requestMs, wait }: RepriseOptions): Caller {
  const retrying = {
    attempts: attempts ?? attemptsMax,
    requestMs: requestMs ?? requestMsMax,
    wait: wait ?? waitByTimer,
  };
  return (signal, work) =>
    withRetries(retrying, signal, async (tried) => {
      const { data, error, response } = await work(tried);
      if (response.ok && data !== undefined) return data;
      throw new RepriseApiError(response, problemOf(error));
    });
}

function listsOf(
  api: Client<paths>,
  call: Caller,
): Pick<Reprise, 'recommend' | 'similar' | 'popular'> {
  return {
    recommend: async (user, { signal, after, explain, ...rest } = {}) => {
      const query = {
        ...rest,
        ...(after !== undefined && { after: placesOf(after) }),
        ...(explain === true && { explain: 'true' as const }),
      };
      const params = { path: { id: segment(user) }, query };
      // Only what asks for the past is told to come again later.
      return call(signal, (tried) =>
        api.GET('/v1/users/{id}/recommendations', { params, signal: tried }),
      ) as Promise<Recommendation>;
    },
    similar: async (item, { signal, ...query } = {}) => {
      const params = { path: { id: segment(item) }, query };
      return call(signal, (tried) => api.GET('/v1/items/{id}/similar', { params, signal: tried }));
    },
    popular: ({ signal, ...query } = {}) =>
      call(signal, (tried) => api.GET('/v1/items/popular', { params: { query }, signal: tried })),
  };
}

function itemsOf(
  api: Client<paths>,
  call: Caller,
  newId: () => string,
): Pick<Reprise, 'publish' | 'withdraw' | 'item'> {
  return {
    publish: async (item, metadata, { signal } = {}) => {
      const params = { path: { id: segment(item) }, query: { eventId: newId() } };
      return call(signal, (tried) =>
        api.PUT('/v1/items/{id}', { params, body: metadata, signal: tried }),
      );
    },
    withdraw: async (item, { signal } = {}) => {
      const params = { path: { id: segment(item) }, query: { eventId: newId() } };
      return call(signal, (tried) => api.DELETE('/v1/items/{id}', { params, signal: tried }));
    },
    item: async (item, { signal } = {}) => {
      const params = { path: { id: segment(item) } };
      return call(signal, (tried) => api.GET('/v1/items/{id}', { params, signal: tried }));
    },
  };
}

/** Every URL library takes the segments `.` and `..` away, however they are written: another path would be asked for. */
function segment(id: string): string {
  if (id !== '.' && id !== '..' && id !== '') return id;
  throw new RangeError(`the id ${JSON.stringify(id)} can't stand in a path: use another id`);
}

function placesOf(after: NonNullable<RecommendOptions['after']>): string[] {
  if (!('positions' in after)) return [...after];
  return [...furthest(after.positions, ':'), ...furthest(after.pending, '@')];
}

/** Keeps the furthest place of each partition: who waits for it has waited for those before. */
function furthest(places: readonly string[], mark: string): string[] {
  const heads = new Map<string, number>();
  for (const place of places) {
    const [partition = '', at = ''] = place.split(mark);
    heads.set(partition, Math.max(heads.get(partition) ?? 0, Number(at)));
  }
  return [...heads].map(([partition, at]) => `${partition}${mark}${String(at)}`);
}
