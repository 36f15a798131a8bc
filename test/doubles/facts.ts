import { eventKey } from '../../events/event-key.ts';
import type { Fact, InteractionRecorded, Surrogate } from '../../events/fact.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { surrogateFromBytes } from '../../events/surrogate.ts';

/** The surrogate of the nth user of a test. */
export function surrogateOf(n: number): Surrogate {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, n + 1, true);
  return surrogateFromBytes(bytes);
}

/** An interaction whose fields all follow from a number. */
export function interactionOf(n: number): InteractionRecorded {
  return {
    kind: 'InteractionRecorded',
    type: n % 3 === 0 ? 'like' : 'play',
    user: surrogateOf(n % 5),
    item: `item-${String(n % 7)}`,
    value: n % 2 === 0 ? n : NaN,
    timeMs: 1_000 * n,
    sealed: Uint8Array.from([1, n % 256, 3]),
  };
}

/** A journal entry with the event id `event-<n>`. */
export function entryOf(
  n: number,
  partition: number | 'all' = 0,
  fact: Fact = interactionOf(n),
): JournalEntry {
  return { partition, key: eventKey(`event-${String(n)}`), fact };
}
