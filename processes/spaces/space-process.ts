import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { scriptArguments } from '../../adapters/embedded/child-script.ts';
import type { SpaceAnswer } from '../../api/schema/spaces.ts';
import type { Logger } from '../logger.ts';
import { isAnswering } from './answering.ts';

/** The first wait before a space that ended is started again, in milliseconds; it doubles with each. */
export const spaceRestartMsMin = 500;
/** The longest such wait in milliseconds; a space that ran for longer than this begins with the first again. */
export const spaceRestartMsMax = 30_000;
/** How long a space may take to end before it is ended by force. */
export const spaceStopMsMax = 8_500;
/** How long a space may answer nothing before it counts as hung, is ended by force and started again. */
export const spaceHungMsMax = 60_000;
/** How often a space is asked whether it answers. */
const LOOK_MS = 5_000;

/** How a space is started. */
export interface SpaceProcessOptions {
  readonly name: string;
  /** The script, `processes/space.ts`. */
  readonly script: URL;
  /** What it is started with: its data folder, its name, the file of keys. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where it listens. */
  readonly socketPath: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** How often it is asked whether it answers, in milliseconds; {@link LOOK_MS} where absent. */
  readonly lookMs?: number;
  /** {@link spaceHungMsMax} where absent. */
  readonly hungMsMax?: number;
}

/** What a space says on its standard output, a line each: that it listens, or why it ends. */
export interface SpaceLine {
  readonly up?: true;
  readonly why?: string;
}

/** A space's core as a supervised child: started again with back-off when it ends by itself or hangs. */
export class SpaceProcess {
  readonly #options: SpaceProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #ended: Promise<void> = Promise.resolve();
  #state: SpaceAnswer['state'] = 'starting';
  #why: string | null = null;
  #sinceMs: number;
  #restarts = 0;
  #backoffMs = spaceRestartMsMin;

  constructor(options: SpaceProcessOptions) {
    this.#options = options;
    this.#sinceMs = options.clock();
  }

  get name(): string {
    return this.#options.name;
  }

  get socketPath(): string {
    return this.#options.socketPath;
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** The id of the child, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How it stands, for whoever runs the server. */
  stand(): SpaceAnswer {
    const since = new Date(this.#sinceMs).toISOString();
    const { name } = this.#options;
    return { name, state: this.#state, restarts: this.#restarts, why: this.#why, since };
  }

  /** Starts it, and goes on doing so; what becomes of it is in {@link stand}. */
  start(): void {
    const { script, args, env } = this.#options;
    this.#turn('starting');
    const beganMs = performance.now();
    const child = spawn(process.execPath, scriptArguments(script, ...args), {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    this.#child = child;
    let why: string | undefined;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = lineOf(text);
      why = line.why ?? why;
      if (line.up === true && !this.#stopping.signal.aborted) this.#turn('up');
    });
    const over = new AbortController();
    void this.#watch(child, over.signal);
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (over.signal.aborted) return;
        over.abort();
        resolve();
        if (this.#stopping.signal.aborted) return;
        void this.#restart(why ?? how, performance.now() - beganMs);
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, signal) => end(`it ended (${signal ?? String(code)})`));
    });
  }

  /** Ends it, by force where it takes too long. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.stdin.end();
    const timer = setTimeout(() => child?.kill('SIGKILL'), spaceStopMsMax);
    await this.#ended;
    clearTimeout(timer);
    this.#turn('stopped');
  }

  #turn(state: SpaceAnswer['state']): void {
    this.#state = state;
    this.#sinceMs = this.#options.clock();
  }

  async #restart(why: string, ranMs: number): Promise<void> {
    const { signal } = this.#stopping;
    this.#turn('down');
    this.#why = why;
    this.#options.logger.warn({ space: this.name, why }, 'a space ended and is started again');
    if (ranMs > spaceRestartMsMax) this.#backoffMs = spaceRestartMsMin;
    const waitMs = this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, spaceRestartMsMax);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    this.#restarts += 1;
    this.start();
  }

  /** Ends a child that is up and answers nothing any more; its requests break off then, and are answered by 503. */
  async #watch(child: { kill(signal: 'SIGKILL'): boolean }, over: AbortSignal): Promise<void> {
    const { lookMs = LOOK_MS, hungMsMax = spaceHungMsMax } = this.#options;
    let answeredMs = performance.now();
    for (;;) {
      await sleep(lookMs, undefined, { signal: over, ref: false }).catch(() => undefined);
      if (over.aborted) return;
      const isWell = !this.isUp || (await isAnswering(this.socketPath, lookMs));
      if (isWell) answeredMs = performance.now();
      else if (performance.now() - answeredMs > hungMsMax) child.kill('SIGKILL');
    }
  }
}

function lineOf(text: string): SpaceLine {
  try {
    return JSON.parse(text) as SpaceLine;
  } catch {
    return {};
  }
}
