import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  DEFAULT_ACTOR_SETTINGS,
  evolve,
  initialState,
  type ActorSettings,
  type Step,
  type UserEvent,
  type UserState,
} from '../../actors/user-actor.ts';

const PLAY = { weight: 1, polarity: 'positive' } as const;
const VIEW = { weight: 0.5, polarity: 'positive' } as const;
const SKIP = { weight: 1, polarity: 'negative' } as const;

interface Remembered {
  readonly seen: readonly number[];
  readonly events: number;
  readonly positives: number;
  readonly timeMs: number;
  readonly recent: readonly number[];
}

function played(itemRow: number, timeMs = 1_000): UserEvent {
  return { itemRow, type: PLAY, timeMs };
}

function fed(events: readonly UserEvent[], settings: ActorSettings): UserState {
  return events.reduce((state, event) => {
    const outcome = evolve(state, event, settings);
    return outcome.refused === null ? outcome.state : state;
  }, initialState());
}

function remembered(state: UserState): Remembered {
  const { events, positives, timeMs } = state;
  return { seen: state.seenItems(), events, positives, timeMs, recent: state.recentItems() };
}

/** `given(events).when(event).then(…)`: the story of one actor. */
function given(...events: UserEvent[]) {
  let settings: ActorSettings = DEFAULT_ACTOR_SETTINGS;
  const story = {
    within(bounds: Partial<ActorSettings>) {
      settings = { ...settings, ...bounds };
      return story;
    },
    when(event: UserEvent) {
      const before = fed(events, settings);
      const held = remembered(before);
      const outcome = evolve(before, event, settings);
      assert.deepEqual(remembered(before), held, 'the state before stays as it was');
      return {
        then(step: Step, after: Partial<Remembered>) {
          assert.equal(outcome.refused, null);
          const accepted = outcome;
          assert.deepEqual(accepted.step, step);
          const now = remembered(accepted.state);
          assert.deepEqual({ ...now, ...after }, now);
        },
        thenRefused(reason: string) {
          assert.deepEqual(outcome, { refused: reason });
        },
      };
    },
  };
  return story;
}

describe('a user actor', () => {
  it('remembers its first item', () => {
    given()
      .when(played(7, 5))
      .then(
        { itemRow: 7, positive: 1, weight: 1 },
        { seen: [7], events: 1, positives: 1, timeMs: 5, recent: [7] },
      );
  });

  it('scales the step by the weight of the type', () => {
    given(played(1))
      .when({ itemRow: 2, type: VIEW, timeMs: 0 })
      .then({ itemRow: 2, positive: 1, weight: 0.5 }, { seen: [1, 2], events: 2 });
  });

  it('takes a negative type as target 0 and the item as seen', () => {
    given()
      .when({ itemRow: 2, type: SKIP, timeMs: 0 })
      .then({ itemRow: 2, positive: 0, weight: 1 }, { seen: [2], events: 1, positives: 0 });
  });

  it('counts the positive ones among its interactions', () => {
    const skip = { itemRow: 3, type: SKIP, timeMs: 0 };
    given(played(1), skip, played(2))
      .when({ itemRow: 3, type: VIEW, timeMs: 0 })
      .then({ itemRow: 3, positive: 1, weight: 0.5 }, { events: 4, positives: 3 });
    given(played(1), skip)
      .when(skip)
      .then({ itemRow: 3, positive: 0, weight: 1 }, { positives: 1 });
  });

  it('counts a repeat and sees the item once', () => {
    given(played(1), played(2))
      .when(played(1, 9))
      .then(
        { itemRow: 1, positive: 1, weight: 1 },
        { seen: [1, 2], events: 3, timeMs: 9, recent: [1, 2, 1] },
      );
  });

  it('keeps the newest items only', () => {
    given(played(1), played(2), played(3))
      .within({ recentItemsMax: 3 })
      .when(played(4))
      .then({ itemRow: 4, positive: 1, weight: 1 }, { recent: [2, 3, 4] });
  });

  it('forgets the oldest quarter of what it has seen at its bound', () => {
    given(...[1, 2, 3, 4, 5, 6, 7, 8].map((row) => played(row)))
      .within({ seenItemsMax: 8 })
      .when(played(9))
      .then({ itemRow: 9, positive: 1, weight: 1 }, { seen: [3, 4, 5, 6, 7, 8, 9], events: 9 });
  });

  it('refuses a type that the version does not know', () => {
    given(played(1)).when({ itemRow: 1, type: undefined, timeMs: 0 }).thenRefused('unknown type');
  });

  for (const timeMs of [NaN, Infinity, -Infinity, 8.64e15 + 2]) {
    it(`refuses the time ${String(timeMs)}`, () => {
      given().when(played(1, timeMs)).thenRefused('time out of range');
    });
  }

  it('takes the first and the last time there is', () => {
    given().when(played(1, -8.64e15)).then({ itemRow: 1, positive: 1, weight: 1 }, { events: 1 });
    given().when(played(1, 8.64e15)).then({ itemRow: 1, positive: 1, weight: 1 }, { events: 1 });
  });

  it('is the same value, whatever was made of its past', () => {
    const rows = fc.array(fc.nat({ max: 60 }), { maxLength: 120 });
    fc.assert(
      fc.property(rows, rows, rows, fc.integer({ min: 4, max: 40 }), (past, one, other, max) => {
        const settings = { seenItemsMax: max, recentItemsMax: 4 };
        const base = fed(
          past.map((row) => played(row)),
          settings,
        );
        const held = remembered(base);
        const grow = (state: UserState, added: readonly number[]): UserState =>
          added.reduce((now, row) => {
            const outcome = evolve(now, played(row), settings);
            return outcome.refused === null ? outcome.state : now;
          }, state);
        const left = remembered(grow(base, one));
        const right = remembered(grow(base, other));
        assert.deepEqual(remembered(base), held);
        const alone = (added: readonly number[]) =>
          remembered(
            fed(
              [...past, ...added].map((row) => played(row)),
              settings,
            ),
          );
        assert.deepEqual(left, alone(one));
        assert.deepEqual(right, alone(other));
      }),
      { seed: 1 },
    );
  });
});
