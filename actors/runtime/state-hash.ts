import type { Identity } from '../../events/identity.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { NO_RANK } from '../../model/learned-memory.ts';
import { hashEvents } from '../../model/memory-merge.ts';
import { StateHasher } from '../../model/state-hash.ts';
import { inRuns, type Steps } from '../../model/steps.ts';
import { inByteOrder } from './byte-order.ts';
import type { PartitionState } from './partition-state.ts';
import { finishInTurns, type Turns } from './turns.ts';

const DOMAIN = 'reprise-state/1';
const ROWS_A_RUN = 256;

/**
 * Hashes a partition's state in canonical order: the output layer; items in byte order of their id, with vector, bias
 * and popularity; the attributes of published items; users in byte order of theirs, with vector, counters, event time, seen items in byte order and
 * newest items in order; beside each what the learner keeps of it, and its memory of no one at the end. A user whom `identities` does not name (erased) has no part in it.
 */
export async function hashState(
  state: PartitionState,
  identities: AsyncIterable<Identity>,
  turns: Turns,
): Promise<string> {
  const { model, items, users } = state;
  const hasher = new StateHasher(DOMAIN);
  hasher.floats(model.output);
  const order = inByteOrder(items.idsFrom(0));
  const ranks = new Uint32Array(order.length);
  order.forEach((row, rank) => {
    ranks[row] = rank;
  });
  hasher.whole(items.rows);
  const vector = new Float32Array(model.settings.dimensions);
  const hashing = inRuns(order.length, ROWS_A_RUN, (first, end) => {
    for (const row of order.subarray(first, end)) {
      hasher.text(items.id(row));
      model.items.read(row, vector, 0);
      hasher.floats(vector);
      hasher.number(model.items.bias(row));
      hasher.number(model.popularity[row] as number);
      model.memory?.hashItem(hasher, row, ranks);
    }
  });
  await finishInTurns(hashing, turns);
  await finishInTurns(hashContent(state, hasher), turns);
  await finishInTurns(hashMerging(state, hasher, order, ranks), turns);
  const hashUser = userHasher(state, hasher, order, ranks);
  const userRanks = new Uint32Array(users.rows).fill(NO_RANK);
  let named = 0;
  for await (const identity of identities) {
    const row = users.find(surrogateToBytes(identity.surrogate), 0);
    if (row >= 0) {
      hashUser(identity.id, row);
      userRanks[row] = named++;
    }
    if (turns.isOver) await turns.next();
  }
  model.memory?.hashRest(hasher, userRanks, ranks);
  return hasher.hex();
}

/** What decides where new items start: the attributes of those that were published. */
function* hashContent({ prior }: PartitionState, hasher: StateHasher): Steps<void> {
  const items = [...prior.published.keys()];
  const order = inByteOrder(items);
  yield* inRuns(order.length, ROWS_A_RUN, (first, end) => {
    for (const at of order.subarray(first, end)) {
      const item = items[at] as string;
      const attributes = prior.published.get(item) ?? [];
      hasher.text(item);
      hasher.whole(attributes.length);
      for (const attribute of attributes) hasher.text(attribute);
    }
  });
}

/** What decides merges to come: what was changed since the last barrier, and what was contributed to it. */
function* hashMerging(
  { merging, items }: PartitionState,
  hasher: StateHasher,
  order: Uint32Array,
  ranks: Uint32Array,
): Steps<void> {
  if (merging === undefined) return;
  const { width, contribution, barrier } = merging;
  hasher.whole(barrier);
  const { rows, base } = yield* merging.changedRows();
  const contributed = (contribution?.items ?? []).map((item) => items.find(item));
  const places = new Map(Array.from(rows, (row, place) => [row, place]));
  const contributedPlaces = new Map(contributed.map((row, place) => [row, place]));
  yield* inRuns(order.length, ROWS_A_RUN, (first, end) => {
    for (const row of order.subarray(first, end)) {
      const place = places.get(row);
      const contributedPlace = contributedPlaces.get(row);
      if (place === undefined && contributedPlace === undefined) continue;
      hasher.text(items.id(row));
      hasher.whole((place === undefined ? 0 : 1) + (contributedPlace === undefined ? 0 : 2));
      if (place !== undefined) hasher.floats(base, place * width, width);
      if (contribution === undefined || contributedPlace === undefined) continue;
      hasher.floats(contribution.base, contributedPlace * width, width);
      hasher.floats(contribution.change, contributedPlace * width, width);
    }
  });
  if (contribution?.memory === undefined) return;
  const { events, base: before, change } = contribution.memory;
  hasher.floats(before);
  hasher.floats(change);
  const named = events.items.map((item) => ranks[items.find(item)] as number);
  hashEvents(hasher, events, (item) => named[item] as number);
}

function userHasher(
  state: PartitionState,
  hasher: StateHasher,
  order: Uint32Array,
  ranks: Uint32Array,
): (id: string, row: number) => void {
  const { model, items, actors } = state;
  const vector = new Float32Array(model.settings.dimensions);
  return (id, row) => {
    const user = actors.peek(row);
    hasher.text(id);
    model.users.read(row, vector, 0);
    hasher.floats(vector);
    hasher.whole(user.events);
    hasher.whole(user.positives);
    hasher.number(user.timeMs);
    hasher.whole(user.seenCount);
    const seenRanks = Uint32Array.from(user.seenItems(), (itemRow) => ranks[itemRow] as number);
    for (const rank of seenRanks.sort()) hasher.text(items.id(order[rank] as number));
    hasher.whole(user.recentCount);
    for (const itemRow of user.recentItems()) hasher.text(items.id(itemRow));
    model.memory?.hashUser(hasher, row, ranks);
  };
}
