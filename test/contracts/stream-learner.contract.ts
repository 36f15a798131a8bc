import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  RankingQuestion,
  StreamEvent,
  StreamLearner,
} from '../../model/stream/stream-learner.ts';
import { streamEvent, tastefulStream } from '../model/stream/stream-world.ts';

const SEED = 5;
const LATER_MS = 400 * 3_600_000;
const NOTHING = new Uint32Array(0);

/** What a learner promises beyond the port. */
export interface StreamLearnerTraits {
  /** False where an event that is left out leaves a trace, say in a window over all users' events. */
  readonly forgetsWhatIsLeftOut?: boolean;
}

type Ranked = [row: number, score: number][];

function ask(learner: StreamLearner, question: Partial<RankingQuestion> = {}, n = 10): Ranked {
  const rows = new Uint32Array(n).fill(0xffff_ffff);
  const scores = new Float32Array(n).fill(NaN);
  const asked = { userRow: 0, timeMs: LATER_MS, excluded: NOTHING, ...question };
  const found = learner.rank(asked, rows, scores);
  assert.ok(found <= n);
  return Array.from(rows.subarray(0, found), (row, place) => [row, scores[place] as number]);
}

function taught(make: () => StreamLearner, events: readonly StreamEvent[]): StreamLearner {
  const learner = make();
  for (const event of events) learner.learn(event);
  return learner;
}

/** What a learner answers to every user of the stream and to an unknown one. */
function answers(learner: StreamLearner, users: number): Ranked[] {
  return Array.from({ length: users + 1 }, (_, at) => ask(learner, { userRow: at - 1 }, 100));
}

/** The users who share the first user's taste, told by the items that they have in common. */
function likeMinded(stream: readonly StreamEvent[]): ReadonlySet<number> {
  const users = new Set([0]);
  const items = new Set<number>();
  for (let round = 0; round < 10; round++) {
    for (const { userRow, itemRow } of stream) {
      if (!users.has(userRow) && !items.has(itemRow)) continue;
      users.add(userRow);
      items.add(itemRow);
    }
  }
  return users;
}

/** The battery of checks that every learner of streams passes. */
export function describeStreamLearner(
  name: string,
  make: () => StreamLearner,
  { forgetsWhatIsLeftOut = true }: StreamLearnerTraits = {},
): void {
  const stream = tastefulStream(SEED, 300);
  const users = Math.max(...stream.map(({ userRow }) => userRow)) + 1;
  const items = Math.max(...stream.map(({ itemRow }) => itemRow)) + 1;

  describe(`stream learner ${name}`, () => {
    it('is called by its name', () => {
      assert.equal(make().name, name);
    });

    it('has nothing to rank before the first event', () => {
      const learner = make();
      assert.equal(learner.items, 0);
      assert.deepEqual(ask(learner), []);
      assert.deepEqual(ask(learner, { userRow: -1 }), []);
    });

    it('knows the items that events named', () => {
      const learner = make();
      let known = 0;
      for (const event of stream) {
        learner.learn(event);
        known = Math.max(known, event.itemRow + 1);
        assert.equal(learner.items, known);
      }
    });

    it('gives the same answers after the same events, bit for bit', () => {
      assert.deepEqual(answers(taught(make, stream), users), answers(taught(make, stream), users));
    });

    it('changes no state by ranking', () => {
      const asked = make();
      for (const event of stream) {
        ask(asked, { userRow: event.userRow, timeMs: event.timeMs });
        ask(asked, { userRow: -1, timeMs: event.timeMs + 1 }, 3);
        asked.learn(event);
        ask(asked, { userRow: event.userRow, excluded: Uint32Array.of(event.itemRow) }, 50);
      }
      assert.deepEqual(answers(asked, users), answers(taught(make, stream), users));
    });

    it('names each item once, best first, ties to the lower row', () => {
      for (const ranked of answers(taught(make, stream), users)) {
        assert.equal(new Set(ranked.map(([row]) => row)).size, ranked.length);
        for (const [place, [row, score]] of ranked.entries()) {
          assert.ok(row < items);
          assert.ok(!Number.isNaN(score));
          const [nextRow, nextScore] = ranked[place + 1] ?? [Infinity, -Infinity];
          assert.ok(score > nextScore || (score === nextScore && row < nextRow));
        }
      }
    });

    it('never names what is left out', () => {
      const learner = taught(make, stream);
      const best = ask(learner, {}, 5).map(([row]) => row);
      const excluded = Uint32Array.from(best).sort();
      const rest = ask(learner, { excluded }, 100).map(([row]) => row);
      assert.ok(rest.every((row) => !best.includes(row)));
      const all = Uint32Array.from({ length: items }, (_, row) => row);
      assert.deepEqual(ask(learner, { excluded: all }), []);
    });

    it('answers with fewer where fewer are known', () => {
      const learner = taught(make, [streamEvent(0, 0, 0), streamEvent(1, 0, 1)]);
      assert.ok(ask(learner, {}, 50).length <= 2);
      assert.deepEqual(ask(learner, {}, 0), []);
    });

    it('begins its longer answers with its shorter ones', () => {
      const learner = taught(make, stream);
      assert.deepEqual(ask(learner, {}, 20).slice(0, 5), ask(learner, {}, 5));
    });

    it('takes a stream of one user and one of one item', () => {
      const numbers = Array.from({ length: 60 }, (_, number) => number);
      const oneUser = taught(
        make,
        numbers.map((number) => streamEvent(number, 0, number % 40)),
      );
      const oneItem = taught(
        make,
        numbers.map((number) => streamEvent(number, number, 0)),
      );
      for (const [, score] of [...ask(oneUser), ...ask(oneItem)]) assert.ok(Number.isFinite(score));
      assert.ok(ask(oneItem).every(([row]) => row === 0));
    });

    it('learns an event that says the contrary without failing, and knows its item', () => {
      const learner = taught(make, [...stream, streamEvent(300, 0, items, { positive: 0 })]);
      assert.equal(learner.items, items + 1);
      for (const [, score] of ask(learner, {}, 100)) assert.ok(!Number.isNaN(score));
    });

    if (!forgetsWhatIsLeftOut) return;
    it('knows nothing of what other users did with other items and was left out', () => {
      // Each half of the users has its own half of the items; the first events have given everything its row.
      const friends = likeMinded(stream);
      const isKept = ({ userRow }: StreamEvent): boolean => friends.has(userRow);
      const halves = stream.filter((event, number) => number < 200 || isKept(event));
      const own = new Set(stream.filter(isKept).map(({ itemRow }) => itemRow));
      const whole = taught(make, stream);
      const without = taught(make, halves);
      assert.ok(halves.length < stream.length);
      for (const userRow of friends) {
        const answer = (learner: StreamLearner): Ranked =>
          ask(learner, { userRow }, 100).filter(([row]) => own.has(row));
        assert.deepEqual(answer(without), answer(whole));
      }
    });
  });
}
