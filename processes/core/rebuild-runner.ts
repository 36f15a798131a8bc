import { setTimeout as sleep } from 'node:timers/promises';
import type { RebuildPlan } from '../../activities/replay/rebuilding.ts';
import type { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { StartedRun } from '../../api/schema/answers.ts';
import { sequence } from '../../events/position.ts';
import type { Logger } from '../logger.ts';
import type { DurableHost } from './durable-host.ts';
import type { Warnings } from './warnings.ts';

/** The pause after a failure here, before it is tried again. */
const RETRY_MS = 10_000;

/** What a runner is made with. */
export interface RebuildRunnerDeps<Plan extends RebuildPlan> {
  /** What warnings call it: `an erasure`. */
  readonly name: string;
  readonly durable: Pick<DurableHost, 'isPossible'>;
  /** Tells the workflow that something is pending. */
  readonly start: (now: boolean) => Promise<StartedRun>;
  /** The steps that the workflow takes, for where there is none. */
  readonly begin: () => Promise<Plan | undefined>;
  readonly finish: (plan: Plan, signal: AbortSignal) => Promise<unknown>;
  readonly versions: Pick<VersionRuntimes, 'advanceShadow'>;
  /** How long it waits for more to come before a version is built. */
  readonly delayMsMax: number;
  /** Aborts when the core ends. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly warnings: Warnings;
}

/**
 * Sees that versions that leave events out are built: by a workflow, or, where Temporal is off, by the core itself in the
 * same steps.
 */
export class RebuildRunner<Plan extends RebuildPlan> {
  readonly #deps: RebuildRunnerDeps<Plan>;
  #url: string | undefined;
  #failure: string | undefined;
  #asked = false;
  #hurry = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: RebuildRunnerDeps<Plan>) {
    this.#deps = deps;
  }

  /** Where to watch it, and why the last try here failed. */
  get about(): { readonly url: string | undefined; readonly failure: string | undefined } {
    return { url: this.#url, failure: this.#failure };
  }

  /** Says that something is pending: it begins at once, or when more may have come. */
  wake(now: boolean): void {
    const { durable, start, signal, logger, name } = this.#deps;
    if (!durable.isPossible) {
      this.#runHere(now);
      return;
    }
    start(now).then(
      ({ url }) => {
        this.#url = url;
      },
      (error: unknown) => {
        if (signal.aborted) return;
        logger.warn({ err: error }, `no workflow carries out ${name}: the core does it itself`);
        this.#runHere(now);
      },
    );
  }

  /** Resolves when nothing of it runs here any more. */
  async close(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  #runHere(now: boolean): void {
    this.#asked = true;
    if (now) this.#hurry.abort();
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { signal, delayMsMax } = this.#deps;
    while (this.#asked && !signal.aborted) {
      this.#asked = false;
      await pause(delayMsMax, AbortSignal.any([signal, this.#hurry.signal]));
      this.#hurry = new AbortController();
      try {
        await this.#buildAll();
        this.#failure = undefined;
      } catch (error) {
        if (isAborted(signal)) return;
        this.#tell(error);
        await pause(RETRY_MS, signal);
        this.#asked = true;
        this.#hurry.abort();
      }
    }
  }

  async #buildAll(): Promise<void> {
    const { begin, finish, signal } = this.#deps;
    for (;;) {
      const plan = await begin();
      if (plan === undefined) return;
      await this.#replay(plan);
      await finish(plan, signal);
    }
  }

  /** All partitions side by side: they meet at barriers. */
  async #replay({ version, heads }: RebuildPlan): Promise<void> {
    const { versions, signal } = this.#deps;
    await Promise.all(
      heads.map((head, partition) =>
        versions.advanceShadow(version, partition, sequence(head), { signal }),
      ),
    );
    signal.throwIfAborted();
  }

  #tell(error: unknown): void {
    const { logger, warnings, name } = this.#deps;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = reason;
    logger.error({ err: error }, `${name} failed and is tried again`);
    warnings.add(`${name} failed and is tried again: ${reason}`);
  }
}

/** Resolves after a time, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}
