import type { QuarantineRecord } from '../../activities/forgetting/quarantine-record.ts';
import type { QuarantineRequest, Quarantines } from '../../activities/forgetting/quarantines.ts';
import type { RebuildPlan } from '../../activities/replay/rebuilding.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { QuarantinesPort } from '../../api/deps.ts';
import type { QuarantineAnswer } from '../../api/schema/quarantines.ts';
import { formatPosition, sequence } from '../../events/position.ts';
import type { RebuildRunner } from './rebuild-runner.ts';

/** What the host of quarantines is made with. */
export interface QuarantineHostDeps {
  readonly quarantines: Quarantines;
  readonly runner: Pick<RebuildRunner<RebuildPlan>, 'wake' | 'about' | 'close'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  /** The version that serves. */
  readonly live: () => string | Promise<string>;
}

/** Takes quarantines in, lifts them, and tells how they stand. */
export class QuarantineHost implements QuarantinesPort {
  readonly #deps: QuarantineHostDeps;

  constructor(deps: QuarantineHostDeps) {
    this.#deps = deps;
  }

  async request(request: QuarantineRequest): Promise<QuarantineAnswer> {
    const record = await this.#deps.quarantines.request(request);
    this.#deps.runner.wake(true);
    return this.#answer(record);
  }

  async lift(quarantine: string): Promise<QuarantineAnswer> {
    const record = await this.#deps.quarantines.lift(quarantine);
    this.#deps.runner.wake(true);
    return this.#answer(record);
  }

  async get(quarantine: string): Promise<QuarantineAnswer | undefined> {
    const record = await this.#deps.quarantines.get(quarantine);
    return record && this.#answer(record);
  }

  async list(): Promise<readonly QuarantineAnswer[]> {
    const records = await this.#deps.quarantines.list();
    return Promise.all(records.map((record) => this.#answer(record)));
  }

  /** Goes on with what was pending when the core before ended. */
  async resume(): Promise<void> {
    if ((await this.#deps.quarantines.pending()).length > 0) this.#deps.runner.wake(true);
  }

  /** Resolves when nothing of it runs here any more. */
  close(): Promise<void> {
    return this.#deps.runner.close();
  }

  async #answer(record: QuarantineRecord): Promise<QuarantineAnswer> {
    const { quarantine, state, users, source, from, to, events, requestedMs } = record;
    const { version, parent, replayedFrom, promotedAt } = record;
    const isPending = state === 'building' || state === 'lifting';
    const { url, failure } = this.#deps.runner.about;
    return {
      ...{ quarantineId: quarantine, state, users: users.length, events },
      ...(source !== undefined && { source }),
      inForce: await this.#isInForce(quarantine),
      requestedAt: new Date(requestedMs).toISOString(),
      ...{ from: from.map(positionOf), to: to.map(positionOf) },
      ...(isPending && url !== undefined && { url }),
      ...(isPending && failure !== undefined && { failure }),
      ...(version !== undefined && { version }),
      ...(parent !== undefined && { parent }),
      ...(replayedFrom !== undefined && { replayedFrom: replayedFrom.map(positionOf) }),
      ...(promotedAt !== undefined && { promotedAt }),
    };
  }

  /** Whether the version that serves leaves it out: one that was promoted by hand may not. */
  async #isInForce(quarantine: string): Promise<boolean> {
    const { registry, live } = this.#deps;
    const leftOut = (await registry.get(await live()))?.definition.leftOut ?? [];
    return leftOut.some((each) => each.quarantine === quarantine);
  }
}

function positionOf(at: number, partition: number): string {
  return formatPosition({ partition, sequence: sequence(at) });
}
