import { SURROGATE_BYTES } from '../events/surrogate.ts';
import type { ModelDelta } from '../model/delta.ts';

/** What the last delta that touched a user says of them. */
interface Touched {
  readonly delta: ModelDelta;
  readonly at: number;
}

const NO_ITEMS = {
  newItems: [],
  itemRows: new Uint32Array(),
  itemVectors: new Float32Array(),
  itemBias: new Float32Array(),
  itemPopularity: new Float64Array(),
} as const;

/**
 * Joins deltas of which each continues the one before into one that says the same of the users, and nothing of items:
 * for a store of users, to which a few large changes cost less than many small ones.
 */
export function joinUsers(deltas: readonly [ModelDelta, ...ModelDelta[]]): ModelDelta {
  const [first] = deltas;
  const last = deltas.at(-1) ?? first;
  if (deltas.length === 1) return first;
  deltas.forEach((delta, i) => {
    const before = deltas[i - 1];
    if (before !== undefined) assertContinues(before, delta);
  });
  const resets = new Set(deltas.flatMap(({ seenReset }) => [...(seenReset ?? [])]));
  return {
    ...last,
    ...NO_ITEMS,
    ...{ from: first.from, whole: first.whole },
    ...{ userRowsBefore: first.userRowsBefore, newUsers: newUsersOf(deltas) },
    ...usersOf(deltas),
    ...seenOf(deltas),
    ...(resets.size > 0 && { seenReset: Uint32Array.from(resets) }),
    deadLetters: deltas.flatMap(({ deadLetters }) => deadLetters),
  };
}

function assertContinues(before: ModelDelta, delta: ModelDelta): void {
  const { partition, version, from, whole } = delta;
  const continues = before.to === from && before.version === version && !whole;
  if (continues && before.partition === partition) return;
  throw new RangeError(
    `a delta from ${String(from)} does not continue one to ${String(before.to)}`,
  );
}

function newUsersOf(deltas: readonly ModelDelta[]): Uint8Array {
  const surrogates = deltas.flatMap(({ newUsers }) => (newUsers.length > 0 ? [newUsers] : []));
  const bytes = new Uint8Array(surrogates.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const some of surrogates) {
    bytes.set(some, at);
    at += some.length;
  }
  if (at % SURROGATE_BYTES !== 0) throw new RangeError('a surrogate is cut short');
  return bytes;
}

/** The touched users as each stood last. */
function usersOf(
  deltas: readonly ModelDelta[],
): Pick<ModelDelta, 'userRows' | 'userVectors' | 'userEvents' | 'userPositives' | 'userTimeMs'> {
  const last = new Map<number, Touched>();
  for (const delta of deltas) delta.userRows.forEach((row, at) => last.set(row, { delta, at }));
  const d = deltas[0]?.dimensions ?? 0;
  const vectors = new Float32Array(last.size * d);
  const touched = [...last.values()];
  touched.forEach(({ delta, at }, i) => {
    vectors.set(delta.userVectors.subarray(at * d, (at + 1) * d), i * d);
  });
  return {
    userRows: Uint32Array.from(last.keys()),
    userVectors: vectors,
    userEvents: Uint32Array.from(touched, ({ delta, at }) => delta.userEvents[at] ?? 0),
    userPositives: Uint32Array.from(touched, ({ delta, at }) => delta.userPositives[at] ?? 0),
    userTimeMs: Float64Array.from(touched, ({ delta, at }) => delta.userTimeMs[at] ?? 0),
  };
}

/** The pairs newly seen, without those that were forgotten after. */
function seenOf(deltas: readonly ModelDelta[]): Pick<ModelDelta, 'seenUsers' | 'seenItems'> {
  const users: number[] = [];
  const items: number[] = [];
  deltas.forEach((delta, i) => {
    const forgotten = new Set(
      deltas.slice(i + 1).flatMap(({ seenReset }) => (seenReset ? [...seenReset] : [])),
    );
    delta.seenUsers.forEach((user, at) => {
      if (forgotten.has(user)) return;
      users.push(user);
      items.push(delta.seenItems[at] ?? 0);
    });
  });
  return { seenUsers: Uint32Array.from(users), seenItems: Uint32Array.from(items) };
}
