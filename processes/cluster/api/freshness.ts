import type { Journal } from '../../../events/journal.ts';
import type { Partition } from '../../../events/position.ts';
import type { Staleness } from '../../../projections/answer.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { IdentityTrouble } from './known-identities.ts';
import type { FeedStand } from './partition-feed.ts';

/** How long answers may lag behind the journal before they say that they are stale. */
export const STALE_MS_MAX = 2_500;

/** The pause after the journal could not be asked. */
const RETRY_MS = 500;

/** What freshness is told from. */
export interface FreshnessDeps {
  readonly serving: Pick<ServingState, 'partitions' | 'position'>;
  readonly journal: Pick<Journal, 'head' | 'changed' | 'read'>;
  readonly feed: { stand(partition: Partition): FeedStand };
  /** Since the deltas' store last answered for a partition. */
  readonly answeredMsAgo: (partition: Partition) => number | undefined;
  readonly identities: { readonly trouble: IdentityTrouble | undefined };
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** {@link STALE_MS_MAX} where absent. */
  readonly staleMsMax?: number;
}

/** The head that a partition's answers have yet to reach, and when it was first seen. */
interface Target {
  readonly head: number;
  readonly sinceMs: number;
}

interface Reason {
  readonly why: string;
  readonly sinceMs: number;
}

/** Knows whether answers have the newest events, by the journal's heads and by how the feeds stand. */
export class Freshness {
  readonly #deps: FreshnessDeps;
  readonly #targets: (Target | undefined)[];
  /** Why the journal's heads are not known. */
  #journalTrouble: Reason | undefined;

  constructor(deps: FreshnessDeps) {
    this.#deps = deps;
    this.#targets = new Array<Target | undefined>(deps.serving.partitions).fill(undefined);
  }

  /** Watches where the journal ends until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#targets.map((_, partition) => this.#watch(partition, signal)));
  }

  /** Why answers that read these partitions may lack the newest events; undefined where they are fresh. */
  of(partitions: Iterable<Partition>): Staleness | undefined {
    let oldest: Reason | undefined = this.#identityReason() ?? this.#journalTrouble;
    for (const partition of partitions) {
      const reason = this.#reason(partition);
      if (reason === undefined) continue;
      if (oldest === undefined || reason.sinceMs < oldest.sinceMs) oldest = reason;
    }
    if (oldest === undefined) return undefined;
    return { why: oldest.why, since: new Date(oldest.sinceMs).toISOString() };
  }

  async #watch(partition: Partition, signal: AbortSignal): Promise<void> {
    const { journal, sleep, clock } = this.#deps;
    while (!signal.aborted) {
      const known = journal.head(partition);
      try {
        // A question that has an answer at once: the one below has none before something happens.
        if (this.#journalTrouble !== undefined) await journal.read(partition, known);
        this.#journalTrouble = undefined;
        this.#aim(partition);
        await journal.changed(partition, known, signal);
      } catch (error) {
        const why = `the journal does not answer, so what is new is not known: ${messageOf(error)}`;
        this.#journalTrouble = { why, sinceMs: this.#journalTrouble?.sinceMs ?? clock() };
        await sleep(RETRY_MS, signal);
      }
    }
  }

  /** Sets the head of now as what answers have to reach, once they have reached the one before. */
  #aim(partition: Partition): Target | undefined {
    const { serving, journal, clock } = this.#deps;
    const position = serving.position(partition);
    const target = this.#targets[partition];
    if (target !== undefined && target.head > position) return target;
    const head = journal.head(partition);
    const next = head > position ? { head, sinceMs: clock() } : undefined;
    this.#targets[partition] = next;
    return next;
  }

  #reason(partition: Partition): Reason | undefined {
    const { feed, clock, answeredMsAgo, staleMsMax = STALE_MS_MAX, journal, serving } = this.#deps;
    const stand = feed.stand(partition);
    const name = `partition ${String(partition)}`;
    if (stand.state !== 'following') {
      return { why: `${name}: ${stand.why ?? stand.state}`, sinceMs: stand.sinceMs };
    }
    const silentMs = answeredMsAgo(partition) ?? 0;
    if (silentMs > staleMsMax) {
      return { why: `${name}: redis brings no deltas`, sinceMs: clock() - silentMs };
    }
    const target = this.#aim(partition);
    if (target === undefined || clock() - target.sinceMs <= staleMsMax) return undefined;
    const behind = journal.head(partition) - serving.position(partition);
    const why = `${name} is ${String(behind)} events behind the journal: its worker is down or slow`;
    return { why, sinceMs: target.sinceMs };
  }

  #identityReason(): Reason | undefined {
    const { trouble } = this.#deps.identities;
    if (trouble === undefined) return undefined;
    const why = `users who are not remembered are taken for unknown: ${trouble.why}`;
    return { why, sinceMs: trouble.sinceMs };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
