import { INTERACTION } from '../../events/fact.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import { readBackwards } from './backwards.ts';
import type { DueRows } from './backwards.ts';

/** Reads of each partition's journal, backwards, that events of an item are looked for in. */
export const itemEventReadsMax = 64;

/** An interaction with an item; what was only shown is none. */
export interface ItemEvent {
  readonly user: string;
  readonly type: string;
  /** When it happened, Unix milliseconds. */
  readonly timeMs: number;
}

/** What the events of an item are told from. */
export interface ItemEventDeps {
  readonly journal: Pick<Journal, 'read' | 'status'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly yieldNow: () => Promise<void>;
}

/** Which events of an item: the newest of one type, or of all types where none is named. */
export interface ItemEventQuery {
  readonly item: string;
  readonly type?: string | undefined;
  readonly eventsMax: number;
}

interface Found extends Omit<ItemEvent, 'user'> {
  readonly surrogate: Uint8Array;
}

/** Lists the newest interactions with an item that stand within reach, newest first; what erased users did is left out. */
export async function itemEvents(
  { journal, identities, yieldNow }: ItemEventDeps,
  query: ItemEventQuery,
): Promise<readonly ItemEvent[]> {
  const found: Found[] = [];
  for (const [partition, head] of journal.status().heads.entries()) {
    const from = { partition, sequence: sequence(head) };
    const ofPartition: Found[] = [];
    for await (const due of readBackwards(journal, from, itemEventReadsMax, yieldNow)) {
      ofPartition.push(...eventsIn(due, query));
      if (ofPartition.length >= query.eventsMax) break;
    }
    found.push(...ofPartition.slice(0, query.eventsMax));
  }
  const newest = found.sort((a, b) => b.timeMs - a.timeMs).slice(0, query.eventsMax);
  const known = await identities.reveal(Buffer.concat(newest.map(({ surrogate }) => surrogate)));
  return newest.flatMap(({ type, timeMs }, at) => {
    const identity = known[at];
    return identity === undefined ? [] : [{ user: identity.id, type, timeMs }];
  });
}

/** The events of an item among rows of a block, newest first. */
function eventsIn(
  { block, first, last }: DueRows,
  { item, type: wanted }: ItemEventQuery,
): readonly Found[] {
  const number = block.items.indexOf(item);
  if (number < 0) return [];
  const found: Found[] = [];
  for (let row = last; row >= first; row -= 1) {
    if (block.kind[row] !== INTERACTION || block.item[row] !== number) continue;
    const type = block.types[block.type[row] ?? 0] ?? '';
    if (type === IMPRESSION || (wanted !== undefined && type !== wanted)) continue;
    const at = (block.user[row] ?? 0) * SURROGATE_BYTES;
    const surrogate = block.users.slice(at, at + SURROGATE_BYTES);
    found.push({ surrogate, type, timeMs: block.timeMs[row] ?? 0 });
  }
  return found;
}
