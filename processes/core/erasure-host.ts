import type { ErasurePlan } from '../../activities/forgetting/erasing.ts';
import type { ErasureRecord } from '../../activities/forgetting/erasure-record.ts';
import type { Erasures } from '../../activities/forgetting/erasures.ts';
import type { ErasuresPort, ErasureWish } from '../../api/deps.ts';
import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { ErasureAnswer } from '../../api/schema/erasures.ts';
import { RepriseError } from '../../events/error.ts';
import { erasureAnswer } from './erasure-answer.ts';
import type { RebuildRunner } from './rebuild-runner.ts';

/** Who sees that the versions without erased users are built. */
export type ErasureRunner = Pick<RebuildRunner<ErasurePlan>, 'wake' | 'about' | 'close'>;

/** Takes erasures in, sees that they are carried out, and tells how they stand. */
export class ErasureHost implements ErasuresPort {
  readonly #erasures: Erasures;
  readonly #runner: ErasureRunner;

  constructor(erasures: Erasures, runner: ErasureRunner) {
    this.#erasures = erasures;
    this.#runner = runner;
  }

  async request(users: readonly string[], { now, purge }: ErasureWish): Promise<ErasureAnswer> {
    try {
      return this.#answer(await this.#erasures.request(users, purge));
    } finally {
      // Where it failed half-way, what was noted is carried out all the same.
      if ((await this.#erasures.pending()).length > 0) this.#runner.wake(now);
    }
  }

  async get(erasure: string): Promise<ErasureAnswer | undefined> {
    const record = await this.#erasures.get(erasure);
    return record && this.#answer(record);
  }

  async list(): Promise<readonly ErasureAnswer[]> {
    return (await this.#erasures.list()).map((record) => this.#answer(record));
  }

  /** Goes on with what was pending when the core before ended. */
  async resume(): Promise<void> {
    if ((await this.#erasures.pending()).length > 0) this.#runner.wake(true);
  }

  /** What status says of erasures: nothing where none is pending. */
  async statusOfPending(): Promise<Pick<StatusAnswer, 'erasures'>> {
    const pending = await this.#erasures.pending();
    if (pending.length === 0) return {};
    return {
      erasures: pending.map(({ erasure, state, users }) => ({ erasureId: erasure, state, users })),
    };
  }

  /** Throws CONFLICT while an erasure is pending: what serves still knows users whom no replay knows. */
  async refusePending(): Promise<void> {
    const pending = await this.#erasures.pending();
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
  close(): Promise<void> {
    return this.#runner.close();
  }

  #answer(record: ErasureRecord): ErasureAnswer {
    return erasureAnswer(record, this.#runner.about);
  }
}
