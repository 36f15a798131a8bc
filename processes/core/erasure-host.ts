import { setTimeout as sleep } from 'node:timers/promises';
import { beginErasure, finishErasure } from '../../activities/erasing.ts';
import type { ErasingDeps, ErasurePlan } from '../../activities/erasing.ts';
import type { ErasureRecord } from '../../activities/erasure-record.ts';
import type { Erasures } from '../../activities/erasures.ts';
import { promoteVersion } from '../../activities/training.ts';
import type { VersionRuntimes } from '../../activities/version-runtimes.ts';
import type { ErasuresPort } from '../../api/deps.ts';
import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { ErasureAnswer } from '../../api/schema/erasures.ts';
import { RepriseError } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import type { Logger } from '../logger.ts';
import type { DurableHost } from './durable-host.ts';
import { erasureAnswer } from './erasure-answer.ts';
import type { Warnings } from './warnings.ts';

/** The pause after an erasure that failed here, before it is tried again. */
const RETRY_MS = 10_000;

/** What the host of erasures is made with. */
export interface ErasureHostDeps {
  readonly erasures: Erasures;
  readonly erasing: ErasingDeps;
  readonly promotion: Parameters<typeof promoteVersion>[0];
  readonly versions: Pick<VersionRuntimes, 'advanceShadow'>;
  readonly durable: Pick<DurableHost, 'isPossible' | 'startErasures'>;
  /** How long an erasure gathers users before their version is built. */
  readonly delayMsMax: number;
  /** Aborts when the core ends. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly warnings: Warnings;
}

/**
 * Takes erasures in and sees that the versions without the users are built: by a workflow, or, where Temporal is off, by
 * the core itself in the same steps.
 */
export class ErasureHost implements ErasuresPort {
  readonly #deps: ErasureHostDeps;
  #url: string | undefined;
  #failure: string | undefined;
  #asked = false;
  #hurry = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: ErasureHostDeps) {
    this.#deps = deps;
  }

  async request(users: readonly string[], now: boolean): Promise<ErasureAnswer> {
    const record = await this.#deps.erasures.request(users);
    this.#wake(now);
    return this.#answer(record);
  }

  async get(erasure: string): Promise<ErasureAnswer | undefined> {
    const record = await this.#deps.erasures.get(erasure);
    return record && this.#answer(record);
  }

  async list(): Promise<readonly ErasureAnswer[]> {
    return (await this.#deps.erasures.list()).map((record) => this.#answer(record));
  }

  /** Goes on with what was pending when the core before ended. */
  async resume(): Promise<void> {
    if ((await this.#deps.erasures.pending()).length > 0) this.#wake(true);
  }

  /** What status says of erasures: nothing where none is pending. */
  async statusOfPending(): Promise<Pick<StatusAnswer, 'erasures'>> {
    const pending = await this.#deps.erasures.pending();
    if (pending.length === 0) return {};
    return {
      erasures: pending.map(({ erasure, state, users }) => ({ erasureId: erasure, state, users })),
    };
  }

  /** Throws CONFLICT while an erasure is pending: what serves still knows users whom no replay knows. */
  async refusePending(): Promise<void> {
    const pending = await this.#deps.erasures.pending();
    if (pending.length === 0) return;
    const names = pending.map(({ erasure }) => erasure);
    throw new RepriseError(
      'CONFLICT',
      `erasure ${names.join(', ')} is pending, so the live state still knows users whom a replay passes over: ` +
        'verify again when it is done (GET /v1/erasures)',
      { erasures: names },
    );
  }

  /** Resolves when nothing of it runs here any more. */
  async close(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  #answer(record: ErasureRecord): ErasureAnswer {
    return erasureAnswer(record, { url: this.#url, failure: this.#failure });
  }

  #wake(now: boolean): void {
    if (!this.#deps.durable.isPossible) {
      this.#runHere(now);
      return;
    }
    this.#deps.durable.startErasures(now).then(
      ({ url }) => {
        this.#url = url;
      },
      (error: unknown) => {
        if (this.#deps.signal.aborted) return;
        this.#deps.logger.warn({ err: error }, 'no workflow erases: the core does it itself');
        this.#runHere(now);
      },
    );
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
        await this.#eraseAll();
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

  async #eraseAll(): Promise<void> {
    const { erasing, promotion, signal } = this.#deps;
    for (;;) {
      const plan = await beginErasure(erasing);
      if (plan === undefined) return;
      await this.#replay(plan);
      const { positions } = await promoteVersion(promotion, plan.version, { signal });
      await finishErasure(erasing, { erasure: plan.erasure, promotedAt: positions });
    }
  }

  /** All partitions side by side: they meet at barriers. */
  async #replay({ version, heads }: ErasurePlan): Promise<void> {
    const { versions, signal } = this.#deps;
    await Promise.all(
      heads.map((head, partition) =>
        versions.advanceShadow(version, partition, sequence(head), { signal }),
      ),
    );
    signal.throwIfAborted();
  }

  #tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = reason;
    this.#deps.logger.error({ err: error }, 'an erasure failed and is tried again');
    this.#deps.warnings.add(`an erasure failed and is tried again: ${reason}`);
  }
}

/** Resolves after a time, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}
