import type { ErasureRecord } from '../../../activities/forgetting/erasure-record.ts';
import type { Surrogate } from '../../../events/fact.ts';
import type { SharedRecords } from '../../../adapters/cluster/records.ts';

/** Who takes note that users are not to be found any more. */
export interface Hiding {
  hide(surrogates: ReadonlySet<Surrogate>): void;
}

/** What is hidden, and from whom. */
export interface HiddenUsersDeps {
  readonly records: SharedRecords<ErasureRecord>;
  readonly hiding: readonly Hiding[];
}

/**
 * Knows who is being erased, by the records that all processes share: from the record on nobody finds them here, whether or
 * not their rows are there still, or are remembered.
 */
export class HiddenUsers {
  readonly #deps: HiddenUsersDeps;
  readonly #pending = new Map<string, ErasureRecord>();

  constructor(deps: HiddenUsersDeps) {
    this.#deps = deps;
  }

  /** The erasures that were not done when it was looked last. */
  get pending(): readonly ErasureRecord[] {
    return [...this.#pending.values()];
  }

  /** Looks for erasures that came or went on since. */
  async look(): Promise<void> {
    const changed = await this.#deps.records.changed();
    if (changed.length === 0) return;
    for (const record of changed) {
      if (record.state === 'done') this.#pending.delete(record.erasure);
      else this.#pending.set(record.erasure, record);
    }
    const hidden = new Set(this.pending.flatMap(({ surrogates }) => surrogates));
    for (const one of this.#deps.hiding) one.hide(hidden);
  }
}
