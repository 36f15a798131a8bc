import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createDoor } from '../../events/door.ts';
import { tellEvents } from '../../events/export-events.ts';
import { RepriseError } from '../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { countingBytes } from '../doubles/counting-bytes.ts';
import { createMemoryIdentities } from '../doubles/memory-identities.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import {
  CLICK_THROUGH,
  DEAD_LETTERS,
  ERASURE,
  EXPERIMENT,
  EXPLORED,
  ITEM_EVENT,
  LINEAGE,
  LISTED,
  NEARBY,
  NEWEST,
  PAGE,
  PLACE,
  PROOF,
  QUARANTINE,
  RECOMMENDATION,
  SCHEDULE,
  RUN,
  SAMPLE,
  SCORED,
  TRAVEL,
  VERIFIED,
  WHAT_IF,
} from './fixed-answers.ts';
import { memoryScenarios } from './memory-scenarios.ts';

/** The clock of the fake instance: 2026-01-01. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/** What the fake instance was asked and logged. */
export interface Recorded {
  readonly calls: unknown[][];
  readonly logged: Readonly<Record<string, unknown>>[];
  readonly journal: Journal;
  readonly identities: IdentityStore;
}

async function* linesOf(user: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  yield await Promise.resolve({ user, events: 1 });
  yield { id: 'a', position: '0:0' };
}

/** The read side, models, runs and maintenance of an instance that always says the same. */
function fixedPorts(
  calls: unknown[][],
  { journal, identities }: Pick<Recorded, 'journal' | 'identities'>,
): Omit<ApiDeps, 'door' | 'access' | 'logger' | 'newRequestId'> {
  const note = <T>(answer: T, ...call: unknown[]): T => {
    calls.push(call);
    return answer;
  };
  const started = { workflowId: 'train-1', url: 'http://127.0.0.1:8233/train-1' };
  return {
    queries: {
      recommend: (query) => note(RECOMMENDATION, 'recommend', query),
      similar: async (item, n) =>
        note(
          item === 'unknown'
            ? undefined
            : { item, position: PLACE, model: 'first', items: [SCORED] },
          'similar',
          item,
          n,
        ),
      popular: async (n, rules) =>
        note({ position: PLACE, items: [SCORED] }, 'popular', n, ...(rules ? [rules] : [])),
      user: async (id) =>
        id === 'unknown'
          ? undefined
          : { id, events: 3, seenItems: 2, lastTime: '2026-01-01T00:00:00.000Z', position: PLACE },
      item: async (id, after) =>
        note(
          id === 'unknown' ? undefined : { id, metadata: { title: 'A song' }, position: PLACE },
          'item',
          id,
          after,
        ),
      listItems: async (ids) => note([LISTED], 'list', ids),
      searchItems: async (search, n) => note([LISTED], 'search', search, n),
      latest: async (n, category) => note([NEWEST], 'latest', n, category),
      deadLetters: async () => DEAD_LETTERS,
    },
    travel: {
      recommend: async (query) => {
        calls.push(['travel', query]);
        return query.user === 'far' ? { travel: TRAVEL } : { answer: RECOMMENDATION };
      },
      events: async (user, position, ...eventsMax) => {
        calls.push(['events', user, position, ...eventsMax]);
        return [{ position: '0:3', type: 'play', item: 'song', time: null }];
      },
      whatIf: async (query) => note({ answer: WHAT_IF }, 'whatIf', query),
      session: async (query) => {
        const { basedOn, position, model, items } = RECOMMENDATION;
        return note({ answer: { basedOn, position, model, items } }, 'session', query);
      },
      lineage: async (recommendationId) =>
        recommendationId === 'foreign'
          ? undefined
          : recommendationId === 'far'
            ? { travel: TRAVEL }
            : { answer: LINEAGE },
      verify: async (recommendationId) =>
        recommendationId === 'foreign' ? undefined : { answer: PROOF },
      describe: (travelId) => (travelId === TRAVEL.travelId ? TRAVEL : undefined),
    },
    models: {
      list: async () => ({
        live: 'first',
        models: [{ version: 'first', live: true, learner: 'gmf', start: ['0:-1'] }],
      }),
    },
    promotions: {
      promote: async (version, gate) =>
        note(
          { version, previous: 'first', positions: PLACE, switchMs: 1.5 },
          ...['promote', version, ...(gate === undefined ? [] : [gate])],
        ),
      rollback: async (version) =>
        note(
          { version: 'first', previous: version, positions: PLACE, switchMs: 1.5 },
          'rollback',
          version,
        ),
    },
    comparisons: {
      compare: async (a, b) => {
        const figure = { a: 0.25, b: 0.5, difference: 0.25, low: 0.125, high: 0.375 };
        const cohort = { cohort: 'all' as const, events: 8, recall10: figure, mrr10: figure };
        const answer = {
          ...{ a, b, method: 'how', positions: { a: PLACE, b: PLACE }, cohorts: [cohort] },
          overlap10: { users: 2, mean: 0.5, histogram: [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0] },
          drift: { items: 3, alignment: 0.75 },
          stream: [{ events: 8, a: 0.25, b: 0.5 }],
        };
        return note(answer, 'compare', a, b);
      },
    },
    prequential: {
      tell: async (query) => {
        calls.push(['prequential', query]);
        const figures = { recall: { 10: 0.5 }, precision: { 10: 0.05 }, mrr: { 10: 0.25 } };
        const first = { version: 'first', sampled: 40, events: 4, ...figures };
        return { share: 0.01, window: query.window, models: query.model === 'gone' ? [] : [first] };
      },
    },
    experiments: {
      list: () => [EXPERIMENT],
      get: (name) => (name === 'front' ? EXPERIMENT : undefined),
      put: async (name, wish) => note(EXPERIMENT, 'experiment', name, wish),
      remove: async (name) => note(name === 'front' ? EXPERIMENT : undefined, 'end', name),
      assign: (experiment, user) =>
        experiment === 'front' ? { scenario: '', experiment, arm: `arm of ${user}` } : undefined,
    },
    clickThrough: { tell: () => CLICK_THROUGH },
    runs: {
      startTraining: async (body) => note(started, 'train', body),
      startIndexBuild: async (body) => note(started, 'index', body),
      startBackfill: async (body) => note(started, 'backfill', body),
      controlBackfill: async (workflowId, control) =>
        note(workflowId !== 'unknown', 'control', workflowId, control),
      list: async () => [RUN],
      describe: async (kind, workflowId) =>
        note(
          workflowId === 'unknown' ? undefined : { ...started, workflowId, state: 'running' },
          'describe',
          kind,
          workflowId,
        ),
    },
    erasures: {
      request: async (users, { now, purge }) => {
        if (users.includes('unknown')) throw new RepriseError('NOT_FOUND', 'user 0 is not known');
        return note(ERASURE, 'erase', users, now, ...(purge ? ['purge'] : []));
      },
      get: async (erasureId) => (erasureId === 'e1' ? ERASURE : undefined),
      list: async () => [ERASURE],
    },
    quarantines: {
      request: async (query) => note(QUARANTINE, 'quarantine', query),
      lift: async (id) => note({ ...QUARANTINE, state: 'lifting' }, 'lift', id),
      get: async (id) => (id === 'q1' ? QUARANTINE : undefined),
      list: async () => [QUARANTINE],
    },
    explored: EXPLORED,
    userExport: {
      open: async (user) => (user === 'unknown' ? undefined : linesOf(user)),
    },
    scenarios: memoryScenarios({
      ...{ scenario: 'evening', definition: { diversity: 0.5 } },
      changedAt: '2026-01-01T00:00:00.000Z',
    }),
    schedules: {
      list: async () => [SCHEDULE],
      control: async (name, control) => note({ ...SCHEDULE, name }, 'schedule', name, control),
    },
    maintenance: {
      rebuild: async (projections, onProgress) => {
        onProgress(1, 2);
        return note({ projections, positions: PLACE, events: 8 }, 'rebuild', projections);
      },
      verify: async (request, onProgress) => {
        onProgress(4, 8);
        return note(VERIFIED, 'verify', request);
      },
      stateHash: async (version, after) =>
        note(
          { version: 'first', hash: 'ab', positions: PLACE, events: 8, users: 1, items: 1 },
          'stateHash',
          version,
          after,
        ),
      async *exportEvents(after) {
        calls.push(['export', after]);
        yield { id: 'a', position: '0:0' };
        yield { id: 'b', position: '0:1' };
      },
      tellEvents: (after) => tellEvents(journal, identities, after),
    },
    metrics: { exposition: async () => ({ contentType: 'text/plain', text: 'seen_total 1\n' }) },
    live: { samples: () => [SAMPLE] },
    activity: {
      recentUsers: async (n) => note([{ id: 'u', lastTime: null }], 'recentUsers', n),
      itemEvents: async (item, n, type) => note([ITEM_EVENT], 'itemEvents', item, n, type),
      neighbours: async (id, n) => note(id === 'unknown' ? undefined : NEARBY, 'neighbours', id, n),
    },
    page: PAGE,
    health: {
      awaited: () => [],
      status: async () => ({
        release: '0.1.0',
        profile: 'embedded',
        partitions: 1,
        uptimeSeconds: 1,
        residentBytes: 1,
        awaited: [],
        journal: { heads: PLACE, bytes: 10, full: false },
        model: { version: 'first', learner: 'gmf', positions: PLACE },
        replay: { leased: false, reason: 'no Temporal', behind: 0 },
        projections: [{ name: 'users', positions: PLACE }],
        search: { mode: 'exact' },
        counts: { events: 8, users: 1, items: 1, refused: 0 },
        parts: [{ name: 'training', on: false, reason: 'not installed' }],
      }),
    },
  };
}

/** Makes the API's ports: a real door before a journal in memory, and a read side that always says the same. */
export function fakeDeps(overrides: Partial<ApiDeps> = {}): ApiDeps & Recorded {
  const calls: unknown[][] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];
  const random = countingBytes();
  const journal = createMemoryJournal(1, () => NOW_MS);
  const identities = createMemoryIdentities(random);
  const door = createDoor({
    journal,
    identities,
    types: DEFAULT_INTERACTION_TYPES,
    clock: () => NOW_MS,
    random,
  });
  const log = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    logged.push({ ...fields, message });
  };
  return {
    door,
    ...fixedPorts(calls, { journal, identities }),
    access: { kind: 'loopback' },
    logger: { info: log, warn: log, error: log },
    newRequestId: () => 'request-1',
    ...overrides,
    calls,
    logged,
    journal,
    identities,
  };
}

/** What a caller gets. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as a JSON object; empty where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A request as a test writes it: an object as body goes as JSON, unless the headers say otherwise. */
export interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | object;
}

/** A running API and the way to call it. */
export interface Api {
  readonly port: number;
  readonly deps: ApiDeps & Recorded;
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  close(): Promise<void>;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Leaves out headers that a test takes away by giving them undefined. */
function present(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

/** Sends one request exactly as written: a client library would mend paths and headers. */
export async function send(
  target: { readonly port: number } | { readonly socketPath: string },
  method: string,
  path: string,
  { headers = {}, body }: Sent = {},
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = isRaw ? body : JSON.stringify(body);
  const type = bytes === undefined ? {} : { 'content-type': 'application/json' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const place = 'port' in target ? { host: '127.0.0.1', port: target.port } : target;
    const request = httpRequest({
      ...place,
      method,
      path,
      agent: false,
      headers: present({
        ...type,
        ...(bytes === undefined ? {} : { 'content-length': Buffer.byteLength(bytes) }),
        ...headers,
      }),
    });
    request.on('response', resolve).on('error', reject).end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) };
}

/** Serves the API on a free port of this machine. */
export async function startApi(overrides: Partial<ApiDeps> = {}): Promise<Api> {
  const deps = fakeDeps(overrides);
  const handle = createApp(deps).callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    deps,
    call: (method, path, sent) => send({ port }, method, path, sent),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Sends one request to an API of its own, which is closed whatever becomes of it. */
export async function callOnce(
  overrides: Partial<ApiDeps>,
  method: string,
  path: string,
  sent?: Sent,
): Promise<Answer & { readonly deps: ApiDeps & Recorded }> {
  const api = await startApi(overrides);
  try {
    return { ...(await api.call(method, path, sent)), deps: api.deps };
  } finally {
    await api.close();
  }
}
