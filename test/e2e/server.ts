import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { killSession, sessionOf } from './session.ts';

/** JSON as it came, not yet looked at. */
export type Json = Readonly<Record<string, unknown>>;

/** An event as a caller sends it. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly user: string;
  readonly item: string;
  readonly time: string;
  readonly source?: string;
}

/** An answer with its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

/** A part of `/v1/state-hash`. */
export interface Stand {
  readonly hash: string;
  readonly positions: readonly string[];
  readonly events: number;
}

/** How long a server may take to end after Ctrl-C. */
export const endMsMax = 10_000;

/** Long enough for the barrier that many partitions meet at after their last events. */
const quietMs = 1_500;

/** A server that runs in a session of its own. */
export class Server {
  url = '';
  stderr = '';
  /** Resolves to the exit code when the process and everything that holds its output has ended. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  get pid(): number {
    const { pid } = this.#child;
    assert.ok(pid !== undefined);
    return pid;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Sends a request and reads the whole answer. */
  async call(method: string, path: string, body?: string, type?: string): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(body: unknown): Promise<Answer> {
    return this.call('POST', '/v1/events', JSON.stringify(body), 'application/json');
  }

  /** Posts events as NDJSON; they have to be accepted. */
  async postAll(events: readonly SentEvent[]): Promise<Json> {
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    const answer = await this.call('POST', '/v1/events', body, 'application/x-ndjson');
    assert.equal(answer.status, 202, answer.text);
    return answer.json;
  }

  /** The state at the journal's head of now: its hash, positions and counts. */
  async stand(): Promise<Stand> {
    const heads = await this.#settledHeads();
    const after = heads.filter((head) => !head.endsWith(':-1')).map((head) => `after=${head}`);
    for (;;) {
      const answer = await this.get(`/v1/state-hash?${after.join('&')}`);
      // A wait for the follower is bounded; on a busy machine it takes several.
      if (answer.status === 504) continue;
      assert.equal(answer.status, 200, answer.text);
      return answer.json as unknown as Stand;
    }
  }

  /** Where the journal ends once it stands still: many partitions get a barrier soon after their last events. */
  async #settledHeads(): Promise<readonly string[]> {
    let before = '';
    for (;;) {
      const { json } = await this.get('/v1/status');
      const { heads } = json['journal'] as { readonly heads: readonly string[] };
      if (heads.length === 1 || heads.join() === before) return heads;
      before = heads.join();
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }

  /** Kills the whole family at once, as a power cut would. */
  async kill(): Promise<void> {
    killSession(this.pid);
    await this.ended;
  }

  /** Presses Ctrl-C; resolves to the exit code and how long it took, with nothing left in the session. */
  async interrupt(): Promise<{ readonly exit: number | null; readonly ms: number }> {
    const startedMs = performance.now();
    process.kill(-this.pid, 'SIGINT');
    const late = sleep(endMsMax, 'late' as const, { ref: false });
    const exit = await Promise.race([this.ended, late]);
    assert.notEqual(exit, 'late', `still there 10 s after Ctrl-C: ${this.stderr}`);
    assert.deepEqual(sessionOf(this.pid), [], 'processes are left in the session');
    return { exit: exit as number | null, ms: performance.now() - startedMs };
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
