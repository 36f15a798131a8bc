import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { RepriseError } from '../../events/error.ts';
import type { SearchOutcome } from '../../projections/searcher.ts';
import { faissEnvironment, scriptArguments } from './child-script.ts';
import { FOUND, FrameReader, READY_ID, decodeReply, encodeRequest } from './search-frames.ts';

/** Bounds of one searcher process. */
export interface SearcherBounds {
  readonly searchesInFlightMax: number;
  /** How long a search may take before the caller scans exactly. */
  readonly searchWaitMsMax: number;
  /** How long a process may take until it can answer. */
  readonly readyWaitMsMax: number;
  /** Searches in a row that may time out before the process counts as hung and is ended. */
  readonly timeoutsInRowMax: number;
}

interface Pending {
  readonly settle: (outcome: SearchOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

const STDERR_CHARACTERS_MAX = 2_000;

/** One child that searches one release, and the searches that are under way in it. */
export class SearcherProcess {
  readonly release: string;
  /** Resolves when the process can answer; rejects with UNAVAILABLE, and what it said, where it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #bounds: SearcherBounds;
  readonly #pending = new Map<number, Pending>();
  readonly #frames = new FrameReader();
  #outgoing: Buffer[] = [];
  #nextId = 0;
  #timeoutsInRow = 0;
  #said = '';
  #onIdle: () => void = () => undefined;
  #isReady = false;
  #isEnded = false;
  searches = 0;
  timeouts = 0;

  constructor(script: URL, release: string, folder: string, bounds: SearcherBounds) {
    this.release = release;
    this.#bounds = bounds;
    this.#child = spawn(process.execPath, scriptArguments(script, folder), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: faissEnvironment(),
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-STDERR_CHARACTERS_MAX);
    });
    // What could not be written is answered by the process's end, which follows.
    this.#child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#end();
        resolve();
      };
      this.#child.once('error', end);
      this.#child.once('close', end);
    });
    this.ready = this.#untilReady();
    this.ready.catch(() => undefined);
  }

  /** Tells whether searches can be sent. */
  get isReady(): boolean {
    return this.#isReady && !this.#isEnded;
  }

  /** Searches under way. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** The id of the child, for status and for tests that end it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a search with all others of this turn of the event loop; never rejects. */
  search(partition: number, query: Float32Array, k: number): Promise<SearchOutcome> {
    if (!this.isReady) return Promise.resolve({ why: 'the searcher is not ready' });
    if (this.#pending.size >= this.#bounds.searchesInFlightMax) {
      return Promise.resolve({ why: 'too many searches are under way' });
    }
    const id = this.#nextId;
    this.#nextId = (id + 1) % READY_ID;
    this.searches += 1;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#timeOut(id), this.#bounds.searchWaitMsMax);
      this.#pending.set(id, { settle, timer });
      if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
      this.#outgoing.push(encodeRequest({ id, partition, k, query }));
    });
  }

  /**
   * Takes no more searches, waits for those under way, each of which has a bound, and closes the child's input, which
   * ends it; by force where it does not end in time.
   */
  async close(): Promise<void> {
    this.#isReady = false;
    this.#flush();
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 1_000);
    await this.ended;
    clearTimeout(timer);
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new RepriseError('UNAVAILABLE', `the searcher ${why}: ${this.#said.trim()}`));
      };
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        fail(`was not ready after ${this.#bounds.readyWaitMsMax} ms`);
      }, this.#bounds.readyWaitMsMax);
      void this.ended.then(() => fail('ended before it was ready'));
      this.#child.stdout.on('data', (chunk: Buffer) => {
        this.#receive(chunk, () => {
          clearTimeout(timer);
          this.#isReady = true;
          resolve();
        });
      });
    });
  }

  #receive(chunk: Buffer, onReady: () => void): void {
    try {
      for (const frame of this.#frames.push(chunk)) {
        const reply = decodeReply(frame);
        if (reply.id === READY_ID) onReady();
        else if (reply.status === FOUND) this.#settle(reply.id, { labels: reply.labels });
        else this.#settle(reply.id, { why: 'the release has no index of this partition' });
      }
    } catch {
      // A stream that lost its frames cannot be read on; the supervisor starts another process.
      this.#child.kill('SIGKILL');
    }
  }

  #settle(id: number, outcome: SearchOutcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#timeoutsInRow = 0;
    this.#finish(id, pending, outcome);
  }

  #timeOut(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.timeouts += 1;
    this.#timeoutsInRow += 1;
    const why = `the searcher took longer than ${this.#bounds.searchWaitMsMax} ms`;
    this.#finish(id, pending, { why });
    if (this.#timeoutsInRow >= this.#bounds.timeoutsInRowMax) this.#child.kill('SIGKILL');
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    const [first] = outgoing;
    if (first === undefined || this.#isEnded) return;
    this.#child.stdin.write(outgoing.length === 1 ? first : Buffer.concat(outgoing));
  }

  #end(): void {
    this.#isEnded = true;
    for (const [id, pending] of [...this.#pending]) {
      clearTimeout(pending.timer);
      this.#finish(id, pending, { why: 'the searcher ended' });
    }
  }

  #finish(id: number, pending: Pending, outcome: SearchOutcome): void {
    this.#pending.delete(id);
    pending.settle(outcome);
    if (this.#pending.size === 0) this.#onIdle();
  }
}
