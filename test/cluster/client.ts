import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Json, SentEvent, Stand } from '../e2e/server.ts';

/** How long one request may take. */
const requestMsMax = 15_000;

/** How long a run or a wait may take on a machine that is busy. */
const runMsMax = 180_000;

/** Calls the APIs of a cluster, the next one where one cannot be had, as a load balancer would. */
export class ClusterClient {
  readonly #urls: readonly string[];
  #next = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** Sends a request and reads the whole answer; throws where no API took the connection. */
  async call(
    method: string,
    path: string,
    body?: string,
    type?: string,
    msMax = requestMsMax,
  ): Promise<Answer> {
    let failure: unknown;
    let unavailable: Answer | undefined;
    const first = this.#next++ % this.#urls.length;
    for (const url of [...this.#urls.slice(first), ...this.#urls.slice(0, first)]) {
      try {
        const answer = await request(url, { method, path, body, type, msMax });
        // An API that is just starting says so by its probe: a load balancer would not send it anything yet.
        if (answer.status !== 503 || method !== 'GET' || this.#urls.length === 1) return answer;
        unavailable = answer;
      } catch (error) {
        failure = error;
        // What was sent may have been done: only what changes nothing is sent again.
        if (method !== 'GET' && !isRefused(error)) throw error;
      }
    }
    if (unavailable !== undefined) return unavailable;
    throw failure;
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  /** Posts JSON. */
  post(path: string, body: unknown): Promise<Answer> {
    return this.call('POST', path, JSON.stringify(body), 'application/json');
  }

  /** Calls, and fails where the answer is a refusal; what is asked for may be a run, and take as long as one. */
  async json(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      body === undefined ? undefined : 'application/json',
      runMsMax,
    );
    assert.ok(answer.status < 300, `${method} ${path}: ${String(answer.status)} ${answer.text}`);
    return answer.json;
  }

  /** Posts events as NDJSON; they have to be taken. Tells the places to wait for: positions and what is pending. */
  async postAll(events: readonly SentEvent[]): Promise<readonly string[]> {
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    const answer = await this.call('POST', '/v1/events', body, 'application/x-ndjson');
    assert.equal(answer.status, 202, answer.text);
    const { positions, pending } = answer.json as {
      readonly positions: readonly string[];
      readonly pending: readonly string[];
    };
    return [...lastOf(positions, ':'), ...lastOf(pending, '@')];
  }

  /** The state when all that the places name is in it. */
  async stand(after: readonly string[]): Promise<Stand> {
    const query = after.map((place) => `after=${place}`).join('&');
    const endMs = performance.now() + runMsMax;
    for (;;) {
      const answer = await this.get(`/v1/state-hash?${query}`);
      if (answer.status === 200) return answer.json as unknown as Stand;
      // A wait is bounded; on a busy machine it takes several.
      const isToCome = answer.status === 504 || answer.status === 503;
      assert.ok(isToCome && performance.now() < endMs, answer.text);
      await sleep(100);
    }
  }

  /** Polls a run to its end. */
  async ended(path: string): Promise<Json> {
    const endMs = performance.now() + runMsMax;
    for (;;) {
      const { status, json, text } = await this.get(path);
      if (status === 200 && json['state'] !== 'running') return json;
      assert.ok(performance.now() < endMs, `${path} does not end: ${text}`);
      await sleep(250);
    }
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly type: string | undefined;
  readonly msMax: number;
}

async function request(url: string, { method, path, body, type, msMax }: Request): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    signal: AbortSignal.timeout(msMax),
    ...(body === undefined ? {} : { body }),
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function isRefused(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return cause?.code === 'ECONNREFUSED';
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** The last place of each partition: a wait for it is a wait for those before. */
function lastOf(places: readonly string[], mark: string): readonly string[] {
  const last = new Map<string, number>();
  for (const place of places) {
    const [partition = '', number = ''] = place.split(mark);
    last.set(partition, Math.max(last.get(partition) ?? -1, Number(number)));
  }
  return [...last].map(([partition, number]) => `${partition}${mark}${String(number)}`);
}
