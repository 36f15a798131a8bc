import type { DoorPort } from '../../api/deps.ts';
import { parsePosition } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';

/** Measurements that the figures are of: the newest ones. */
export const freshnessMeasuredMax = 128;

/** What freshness is measured with. */
export interface FreshnessDeps {
  /** Milliseconds with fractions. */
  readonly clock: () => number;
  /** Resolves when answers know these positions. */
  readonly waitFor: (positions: readonly Position[]) => Promise<void>;
}

/** Measures how long it takes from the arrival of events until answers know them; one request at a time. */
export class FreshnessWindow {
  readonly #deps: FreshnessDeps;
  readonly #measured: number[] = [];
  #isMeasuring = false;

  constructor(deps: FreshnessDeps) {
    this.#deps = deps;
  }

  /** The median and the 99th percentile of the newest measurements; null before the first. */
  figures(): { readonly p50: number; readonly p99: number } | null {
    if (this.#measured.length === 0) return null;
    const sorted = [...this.#measured].sort((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
    return { p50: round(at(0.5)), p99: round(at(0.99)) };
  }

  /** A door that lets in the same and is measured at. */
  watch(door: DoorPort): DoorPort {
    return {
      publishItem: (...args) => door.publishItem(...args),
      accept: async (incoming, traceparent) => {
        const arrivedMs = this.#deps.clock();
        const accepted = await door.accept(incoming, traceparent);
        if (!this.#isMeasuring) void this.#measure(arrivedMs, accepted);
        return accepted;
      },
    };
  }

  async #measure(
    arrivedMs: number,
    { positions }: Awaited<ReturnType<DoorPort['accept']>>,
  ): Promise<void> {
    this.#isMeasuring = true;
    try {
      await this.#deps.waitFor(positions.flatMap((text) => parsePosition(text) ?? []));
    } catch {
      // It took longer than an answer may wait: that long it is, at least.
    }
    this.#measured.push(this.#deps.clock() - arrivedMs);
    if (this.#measured.length > freshnessMeasuredMax) this.#measured.shift();
    this.#isMeasuring = false;
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
