import type { ServerResponse } from 'node:http';

import type { ApiDeps } from './deps.ts';
import type { StreamEnd } from './schema/live.ts';
import { eventFrame, HEARTBEAT_FRAME, openEventStream } from './sse.ts';

/** Streams that are open at a time; one more ends the oldest, which is told so. */
export const liveStreamsMax = 64;
/** Bytes that wait for a slow reader of a stream; past them it is cut off. */
export const liveBufferBytesMax = 1_048_576;
/** How often streams look for what is new. */
export const LIVE_TICK_MS = 250;

/** Ticks from one look at a thing to the next. */
const SAMPLE_TICKS = 4;
const MODEL_TICKS = 8;
const HEARTBEAT_TICKS = 60;

/** What one stream follows beside the figures of the instance. */
export interface Following {
  readonly user?: string;
  readonly travel?: string;
}

/** The ports that streams read. */
export type StreamedDeps = Pick<
  ApiDeps,
  'live' | 'models' | 'runs' | 'queries' | 'travel' | 'logger'
>;

interface Stream {
  readonly response: ServerResponse;
  /** Undefined for a stream that somebody else writes. */
  readonly following: Following | undefined;
  readonly ending: AbortController;
  /** What it was told last, by event: the same again is not sent. */
  readonly told: Map<string, string>;
  quietTicks: number;
}

/**
 * The streams of server-sent events: `history` and then `sample` once a second, `models` and `runs` where they changed,
 * `user` and `travel` of what is followed, and `end` before a stream is ended. Nothing is looked at while none is open.
 */
export class LiveStreams {
  readonly #deps: StreamedDeps;
  readonly #tickMs: number;
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #toldModel: string | undefined;
  #isTicking = false;
  /** Whether the last look failed. */
  #isTroubled = false;
  #isOver = false;

  constructor(deps: StreamedDeps, tickMs = LIVE_TICK_MS) {
    this.#deps = deps;
    this.#tickMs = tickMs;
  }

  /** Streams that are open. */
  get count(): number {
    return this.#streams.size;
  }

  /** Opens a stream on an answer; it ends when the caller goes, when it is displaced or when the server stops. */
  open(response: ServerResponse, following: Following): void {
    const stream = this.#admit(response, following);
    if (stream.ending.signal.aborted) return;
    const samples = this.#deps.live?.samples();
    if (samples !== undefined) this.#write(stream, eventFrame('history', samples));
    void this.#tellAll([stream], true);
  }

  /** Opens a stream that the caller writes: it counts among the others, and its signal aborts when it has to end or has ended. */
  hold(response: ServerResponse): AbortSignal {
    return this.#admit(response, undefined).ending.signal;
  }

  #admit(response: ServerResponse, following: Following | undefined): Stream {
    const ending = new AbortController();
    const stream: Stream = { response, following, ending, told: new Map(), quietTicks: 0 };
    openEventStream(response);
    if (this.#isOver) {
      this.#end(stream, STOPPING);
      return stream;
    }
    const [oldest] = this.#streams;
    if (this.#streams.size >= liveStreamsMax && oldest !== undefined) this.#end(oldest, DISPLACED);
    this.#streams.add(stream);
    response.once('close', () => this.#forget(stream));
    response.on('error', () => this.#forget(stream));
    this.#timer ??= setInterval(() => void this.#tick(), this.#tickMs).unref();
    return stream;
  }

  /** Ends every stream: the server stops. */
  close(): void {
    this.#isOver = true;
    for (const stream of [...this.#streams]) this.#end(stream, STOPPING);
  }

  /** The version that the newest figures name: where it has changed, the list of versions has. */
  get #model(): string | undefined {
    return this.#deps.live?.samples().at(-1)?.model;
  }

  async #tick(): Promise<void> {
    // A look that takes long is not begun twice.
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#ticks += 1;
    try {
      for (const stream of this.#streams) this.#beat(stream);
      const streams = [...this.#streams].filter(({ following }) => following !== undefined);
      if (streams.length === 0) return;
      if (this.#ticks % SAMPLE_TICKS === 0) {
        const sample = this.#deps.live?.samples().at(-1);
        if (sample !== undefined) this.#tellEach(streams, 'sample', sample);
      }
      const isSwitched = this.#model !== this.#toldModel;
      this.#toldModel = this.#model;
      await this.#tellAll(streams, isSwitched || this.#ticks % MODEL_TICKS === 0);
    } finally {
      this.#isTicking = false;
    }
  }

  /** Tells streams what is new of what they follow and, where these are due, of models and runs. */
  async #tellAll(streams: readonly Stream[], isDue: boolean): Promise<void> {
    const { models, runs } = this.#deps;
    const looks = streams.map((stream) => this.#tellFollowed(stream));
    if (isDue) {
      looks.push(
        models.list().then((known) => this.#tellEach(streams, 'models', known)),
        runs.list().then((started) => this.#tellEach(streams, 'runs', { runs: started })),
      );
    }
    const failed = (await Promise.allSettled(looks)).find(({ status }) => status === 'rejected');
    // What can't be told now is told at a later look, and that is said once.
    if (failed?.status === 'rejected' && !this.#isTroubled) {
      const err: unknown = failed.reason;
      this.#deps.logger.warn({ err }, 'live streams could not be told what is new');
    }
    if (failed !== undefined || isDue) this.#isTroubled = failed !== undefined;
  }

  #tellEach(streams: readonly Stream[], name: string, data: unknown): void {
    for (const stream of streams) this.#tell(stream, name, data);
  }

  async #tellFollowed(stream: Stream): Promise<void> {
    const { user, travel } = stream.following ?? {};
    if (user !== undefined) {
      const known = await this.#deps.queries.user(user);
      this.#tell(stream, 'user', { id: user, events: known?.events ?? 0 });
    }
    if (travel === undefined) return;
    const found = this.#deps.travel?.describe(travel);
    if (found !== undefined) this.#tell(stream, 'travel', found);
  }

  #tell(stream: Stream, name: string, data: unknown): void {
    const frame = eventFrame(name, data);
    if (stream.told.get(name) === frame) return;
    if (this.#write(stream, frame)) stream.told.set(name, frame);
  }

  /** Writes to a stream; what a slow reader doesn't take is passed over, for the next look tells what is new then. */
  #write(stream: Stream, frame: string): boolean {
    const { response } = stream;
    if (!this.#streams.has(stream)) return false;
    if (response.writableLength > liveBufferBytesMax) {
      response.destroy();
      return false;
    }
    if (response.writableNeedDrain) return false;
    response.write(frame);
    stream.quietTicks = 0;
    return true;
  }

  #beat(stream: Stream): void {
    stream.quietTicks += 1;
    if (stream.quietTicks >= HEARTBEAT_TICKS) this.#write(stream, HEARTBEAT_FRAME);
  }

  #end(stream: Stream, end: StreamEnd): void {
    this.#forget(stream);
    if (!stream.response.writableEnded) stream.response.end(eventFrame('end', end));
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    stream.ending.abort();
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const DISPLACED: StreamEnd = {
  code: 'displaced',
  why: `more than ${String(liveStreamsMax)} pages follow this instance: close some, then resume`,
};
const STOPPING: StreamEnd = { code: 'stopping', why: 'the server stops' };
