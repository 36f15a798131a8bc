import { mergeContributions, type Contribution, type Merge } from '../../model/merge.ts';
import type { MergeExchange } from './merge-exchange.ts';
import type { MergeName } from './merge-store.ts';

/** What a scratch exchange needs from outside. */
export interface ScratchMergesDeps {
  readonly partitions: number;
  readonly yieldNow: () => Promise<void>;
  /** Told of every merge, before anybody takes it. */
  readonly onMerge?: (merge: Merge) => Promise<void>;
}

interface Meeting {
  readonly contributions: Map<number, Contribution>;
  merged: Promise<Merge> | undefined;
  readonly taken: Set<number>;
  readonly waiting: Set<() => void>;
}

/**
 * The exchange of a replay that runs all partitions together, in memory. A partition is never more than a barrier
 * ahead of another one, and a merge is let go when all have taken it, so that few are held.
 */
export class ScratchMerges implements MergeExchange {
  readonly #deps: ScratchMergesDeps;
  readonly #meetings = new Map<string, Meeting>();

  constructor(deps: ScratchMergesDeps) {
    this.#deps = deps;
  }

  async contribute(contribution: Contribution): Promise<void> {
    const meeting = this.#meeting(contribution);
    if (meeting.merged !== undefined) return;
    meeting.contributions.set(contribution.partition, contribution);
    if (meeting.contributions.size < this.#deps.partitions) return;
    meeting.merged = this.#merge([...meeting.contributions.values()]);
    await meeting.merged;
    meeting.contributions.clear();
    for (const wake of meeting.waiting) wake();
  }

  async take(name: MergeName, partition: number, signal: AbortSignal): Promise<Merge | undefined> {
    const meeting = this.#meeting(name);
    if (meeting.merged === undefined) await woken(meeting.waiting, signal);
    if (meeting.merged === undefined || signal.aborted) return undefined;
    const merge = await meeting.merged;
    meeting.taken.add(partition);
    if (meeting.taken.size === this.#deps.partitions) this.#meetings.delete(keyOf(name));
    return merge;
  }

  async #merge(contributions: readonly Contribution[]): Promise<Merge> {
    const steps = mergeContributions(contributions);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await this.#deps.yieldNow();
    await this.#deps.onMerge?.(step.value);
    return step.value;
  }

  #meeting(name: MergeName): Meeting {
    const key = keyOf(name);
    const known = this.#meetings.get(key);
    if (known !== undefined) return known;
    const meeting: Meeting = {
      contributions: new Map(),
      merged: undefined,
      taken: new Set(),
      waiting: new Set(),
    };
    this.#meetings.set(key, meeting);
    return meeting;
  }
}

function keyOf({ version, barrier }: MergeName): string {
  return `${version}/${String(barrier)}`;
}

/** Resolves when called back through the set, or when the signal aborts. */
async function woken(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
