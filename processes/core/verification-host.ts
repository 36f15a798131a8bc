import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { OneAtATime } from '../../activities/one-at-a-time.ts';
import type { ProofControl } from '../../activities/replay/proving.ts';
import { ShadowPace } from '../../activities/versions/shadow-pace.ts';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import type { OnProgress } from '../../api/deps.ts';
import type { VerifyReport, VerifyRequest } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { CoreParts } from './core-parts.ts';
import { hashedState, takeLive } from './state-hash.ts';
import type { HashedState } from './state-hash.ts';
import { verifyVersion } from './verification.ts';
import type { VerificationDeps } from './verification.ts';
import { yieldNow } from './yield-now.ts';

/** What verifications work on. */
export type VerificationParts = Pick<
  CoreParts,
  | 'stores'
  | 'live'
  | 'shadows'
  | 'registry'
  | 'maker'
  | 'clean'
  | 'checkpoints'
  | 'kernels'
  | 'trails'
  | 'clock'
  | 'config'
  | 'erasures'
  | 'durable'
  | 'logger'
  | 'warnings'
>;

/** How a verification is watched, paced and ended. */
export interface VerificationControl {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  /** Lets others go first between two slices; the event loop alone where absent. */
  readonly yieldNow?: () => Promise<void>;
}

/** Verifies versions that are held, one at a time: each takes as much memory as a model. */
export class VerificationHost {
  readonly #parts: VerificationParts;
  readonly #turns = new OneAtATime();
  readonly #pace: ShadowPace;
  /** Who watches a workflow that verifies, by its id. */
  readonly #watchers = new Map<string, OnProgress>();

  constructor(parts: VerificationParts) {
    this.#parts = parts;
    const sleep = async (ms: number): Promise<void> => {
      await wait(ms);
    };
    this.#pace = new ShadowPace({ clock: parts.clock, yieldNow, sleep });
  }

  /**
   * Verifies a version: as a workflow where Temporal runs, which goes on where the caller leaves. Throws NOT_FOUND, and
   * CONFLICT where it is not held or an erasure is pending.
   */
  async verify(
    request: VerifyRequest,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<VerifyReport> {
    await this.#check(request);
    const started = await this.#parts.durable.startVerification(request);
    if (started === undefined) return this.run(request, { onProgress, signal });
    const { workflowId, url } = started;
    this.#watchers.set(workflowId, onProgress);
    try {
      return { ...(await started.report(signal)), workflowId, url };
    } finally {
      this.#watchers.delete(workflowId);
    }
  }

  /** Verifies a version for a workflow, within a share of the core's time. */
  async prove(request: VerifyRequest, control: ProofControl): Promise<VerifyReport> {
    return this.run(request, {
      signal: control.signal,
      yieldNow: this.#pace.yielder(),
      onProgress: (done, total) => {
        control.onProgress(done, total);
        this.#watchers.get(control.run)?.(done, total);
      },
    });
  }

  /** Verifies a version here and now; what is wrong is a warning of status, too. */
  async run(request: VerifyRequest, control: VerificationControl): Promise<VerifyReport> {
    await this.#check(request);
    const report = await this.#turns.do(() => this.#verify(request, control));
    const { equal, version, parted, kept } = report;
    if (!equal || (kept?.faults ?? []).length > 0) {
      const { logger, warnings } = this.#parts;
      logger.error({ version, parted, faults: kept?.faults }, 'a clean replay gives another state');
      const what = equal ? 'a kept checkpoint of it is not what it has to be' : placeOf(report);
      warnings.add(`version ${version} was verified, and ${what}: see bin/reprise verify --full`);
    }
    return report;
  }

  get #live(): string {
    return this.#parts.live[0]?.runtime.definition.version ?? '';
  }

  /** Refuses what cannot be verified. */
  async #check({ model = this.#live }: VerifyRequest): Promise<void> {
    const { registry, shadows, erasures } = this.#parts;
    if (model !== this.#live) {
      if ((await registry.get(model)) === undefined) {
        const message = `there is no model version ${model}: bin/reprise models lists them`;
        throw new RepriseError('NOT_FOUND', message, { version: model });
      }
      if (shadows.positions(model) === undefined) throw notHeld(model);
    }
    await erasures.refusePending();
  }

  async #verify(
    { model = this.#live, full = false }: VerifyRequest,
    { onProgress, signal, yieldNow: yielding = yieldNow }: VerificationControl,
  ): Promise<VerifyReport> {
    signal.throwIfAborted();
    const { erasures } = this.#parts;
    const isLive = model === this.#live;
    const deps = {
      ...this.#deps(yielding),
      takeServed: () => (isLive ? this.#takeLive() : this.#takeHeld(model)),
    };
    const report = await verifyVersion(deps, { isLive, full }, onProgress, signal);
    // Whoever was erased meanwhile is in what was held and not in what was replayed.
    if (!report.equal) await erasures.refusePending();
    return report;
  }

  #deps(yielding: () => Promise<void>): Omit<VerificationDeps, 'takeServed'> {
    const { stores, registry, maker, clean, clock, config, checkpoints, kernels, trails } =
      this.#parts;
    const { journal, identities, folder } = stores;
    const { sliceMsMax } = config;
    return {
      ...{ journal, identities, registry, maker, clean, clock, sliceMsMax, yieldNow: yielding },
      scratch: async () => {
        const path = await mkdtemp(join(folder.path, 'scratch-'));
        const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
        return { store: openCheckpoints({ folder: path, onDamaged: refuseDamage }), remove };
      },
      retained: {
        ...{ journal, identities, maker, clean, clock, sliceMsMax, checkpoints },
        kernelSha256: kernels.sha256,
        trailOf: (partition) => trails[partition],
      },
    };
  }

  #takeLive(): Promise<readonly HashedState[]> {
    return takeLive(this.#parts.live, this.#parts.stores.identities);
  }

  /** Hashes the states of a version that is held beside the live one, each standing still meanwhile. */
  async #takeHeld(model: string): Promise<readonly HashedState[]> {
    const { shadows, stores } = this.#parts;
    const { journal, identities } = stores;
    const states: HashedState[] = [];
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const state = await shadows.visit(model, partition, (runtime) =>
        hashedState(runtime, identities),
      );
      if (state === undefined) throw notHeld(model);
      states.push(state);
    }
    return states;
  }
}

function placeOf({ differing, parted = [] }: VerifyReport): string {
  const [first] = parted;
  if (first === undefined) return `partition ${differing.join(', ')} differs from a clean replay`;
  return `it parts from a clean replay at ${first.at}, after ${first.after}`;
}

function notHeld(model: string): RepriseError {
  return new RepriseError(
    'CONFLICT',
    `version ${model} is not held, so there is no state of it to verify: bring it to the head first ` +
      `(bin/reprise backfill --model ${model})`,
    { version: model },
  );
}

function refuseDamage(path: string, reason: string): never {
  throw new RepriseError('DAMAGED', `${path} cannot be read back: ${reason}`);
}
