import type { ComparisonAnswer } from '../../api/schema/comparison.ts';
import { linearCka } from '../../model/linear-cka.ts';
import type { VectorRows } from '../../model/linear-cka.ts';
import type { Visit } from './comparison.ts';

/** Users whose answers are compared, over all partitions. */
export const COMPARED_USERS_MAX = 200;

/** Items whose vectors are compared. */
export const COMPARED_ITEMS_MAX = 500;

/** Users that are ranked for while a partition stands still: then it may move on. */
const USERS_A_VISIT = 4;

/** Two versions, each visited a partition at a time. */
export interface Sides {
  readonly a: Visit;
  readonly b: Visit;
}

/** How answers are compared. */
export interface AnswersAsked {
  readonly partitions: number;
  /** Places of an answer. */
  readonly k: number;
  readonly yieldNow: () => Promise<void>;
}

/** Asks both versions for the same users, some of each partition at equal steps, and counts what both name. */
export async function answersInCommon(
  { a, b }: Sides,
  { partitions, k, yieldNow }: AnswersAsked,
): Promise<ComparisonAnswer['overlap10']> {
  const histogram = new Array<number>(k + 1).fill(0);
  const each = Math.ceil(COMPARED_USERS_MAX / partitions);
  for (let partition = 0; partition < partitions; partition += 1) {
    const users = await sampledUsers(a, partition, each);
    for (let first = 0; first < users.length; first += USERS_A_VISIT) {
      const some = users.slice(first, first + USERS_A_VISIT);
      const ofA = await tops(a, partition, some, k);
      const ofB = await tops(b, partition, some, k);
      for (const [at, left] of ofA.entries()) {
        const right = ofB[at];
        if (left === undefined || right === undefined) continue;
        const named = new Set(right);
        const common = left.filter((item) => named.has(item)).length;
        histogram[common] = (histogram[common] ?? 0) + 1;
      }
      await yieldNow();
    }
  }
  const users = histogram.reduce((sum, count) => sum + count, 0);
  const total = histogram.reduce((sum, count, common) => sum + count * common, 0);
  return { users, mean: users === 0 ? 0 : total / users / k, histogram };
}

function sampledUsers(
  visit: Visit,
  partition: number,
  max: number,
): Promise<readonly Uint8Array[]> {
  return visit(partition, (runtime) =>
    Promise.resolve(
      runtime.look(({ users, surrogate }) => steps(users, max).map((row) => surrogate(row))),
    ),
  );
}

function tops(
  visit: Visit,
  partition: number,
  users: readonly Uint8Array[],
  k: number,
): Promise<readonly (readonly string[] | undefined)[]> {
  return visit(partition, (runtime) =>
    Promise.resolve(
      runtime.look((view) =>
        users.map((surrogate) => {
          const row = view.userRow(surrogate);
          return row < 0 ? undefined : view.top(row, k);
        }),
      ),
    ),
  );
}

/** Compares how item vectors stand to each other in both versions, in the first partition: items are shared by all. */
export async function itemAlignment({ a, b }: Sides): Promise<ComparisonAnswer['drift']> {
  const sampled = await a(0, (runtime) =>
    Promise.resolve(
      runtime.look(({ items, itemId }) =>
        steps(items, COMPARED_ITEMS_MAX).map((row) => itemId(row)),
      ),
    ),
  );
  const known = await b(0, (runtime) =>
    Promise.resolve(runtime.look(({ itemRow }) => sampled.filter((item) => itemRow(item) >= 0))),
  );
  const alignment = linearCka(await vectors(a, known), await vectors(b, known));
  return { items: known.length, alignment: alignment ?? null };
}

function vectors(visit: Visit, items: readonly string[]): Promise<VectorRows> {
  return visit(0, (runtime) =>
    Promise.resolve(
      runtime.look(({ dimensions, itemRow, readItem }) => {
        const rows = new Float32Array(items.length * dimensions);
        for (const [at, item] of items.entries()) readItem(itemRow(item), rows, at * dimensions);
        return { rows, dimensions };
      }),
    ),
  );
}

/** At most `max` rows out of so many, at equal steps. */
function steps(rows: number, max: number): readonly number[] {
  const count = Math.min(rows, max);
  return Array.from({ length: count }, (_, n) => Math.floor((n * rows) / count));
}
