import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExperimentRecord } from '../../../activities/feedback/experiment-record.ts';
import { ReactionFold } from '../../../activities/feedback/reaction-fold.ts';
import type { KeptReactions } from '../../../activities/feedback/reaction-fold.ts';
import { countsKeptMsMax } from '../../../activities/feedback/reactions.ts';
import { createDoor } from '../../../events/door.ts';
import { RepriseError } from '../../../events/error.ts';
import type { IncomingEvent } from '../../../events/incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import type { AnswerLabel } from '../../../projections/answer.ts';
import type { Reaction } from '../../../projections/click-through.ts';
import { answerReader, encodeRecommendationId } from '../../../projections/recommendation-id.ts';
import { createMemoryIdentities } from '../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { MemoryKeptRecord } from '../../doubles/memory-kept-record.ts';
import { seededBytes } from '../../doubles/random-bytes.ts';

const KEY = createSecretKey(Buffer.alloc(32, 5));
const PARTITIONS = 2;
const AWAY = new RepriseError('UNAVAILABLE', 'the server is away');
const FRONT: ExperimentRecord = {
  ...{ experiment: 'front', effect: 0.1, startedMs: 1 },
  arms: [{ name: 'plain', share: 1 }],
};
const LABEL: AnswerLabel = { scenario: 'home', experiment: 'front', arm: 'plain' };
const never = new AbortController().signal;

/** The id of the nth answer. */
function answer(n: number, label: AnswerLabel | null = null): string {
  return encodeRecommendationId(
    {
      ...{ basedOn: 'popular', exclude: 'seen', n: 10, surrogate: null, positions: [] },
      ...{ version: 'v1', release: null, item: null, rules: null, label },
      answerHash: Uint8Array.from({ length: 16 }, (_, at) => n + at),
    },
    KEY,
  );
}

function click(id: string, n: number, more: Partial<IncomingEvent> = {}): IncomingEvent {
  const user = `u${String(n % 3)}`;
  return { id, type: 'play', user, item: 'i', recommendationId: answer(n), ...more };
}

/** A journal with its door and one record, which processes fold; each opening is another process. */
function createRig() {
  const journal = createMemoryJournal(PARTITIONS);
  const identities = createMemoryIdentities(seededBytes(1));
  const types = DEFAULT_INTERACTION_TYPES;
  const door = createDoor({ journal, identities, types, clock: () => 1, random: seededBytes(2) });
  const record = new MemoryKeptRecord<KeptReactions>();
  const world = { runs: [] as readonly ExperimentRecord[], nowMs: 0 };
  const told: Reaction[] = [];
  const open = (more: { readonly eventsMax?: number } = {}): ReactionFold =>
    new ReactionFold({
      ...{ record, journal, identities, types, factsOf: answerReader(KEY), ...more },
      heads: () => journal.status().heads,
      headsOfNow: () => Promise.resolve(journal.status().heads),
      markOf: (user) => user,
      runs: () => Promise.resolve(world.runs),
      clock: () => world.nowMs,
      yieldNow: () => Promise.resolve(),
      onCounted: (reaction) => void told.push(reaction),
    });
  const post = (...events: readonly IncomingEvent[]) => door.accept(events);
  const kept = async (): Promise<KeptReactions | undefined> => (await record.read())?.value;
  return { record, world, told, identities, open, post, kept };
}

describe('folding reactions', () => {
  it('counts each reaction of the journal once, and tells it once', async () => {
    const { told, open, post, kept } = createRig();
    const fold = open();
    await post(click('a', 1), click('a', 1), click('b', 1), click('c', 2, { type: 'skip' }));
    await post({ id: 'plain', type: 'play', user: 'u', item: 'i' });
    assert.equal(await fold.fold(never), true);
    await post(click('a', 1), click('d', 3));
    const { isComplete, counts } = await fold.look(0, never);
    const row = { model: 'v1', scenario: '', impressions: 0, clicked: 2, clicks: 3, dismissals: 1 };
    assert.deepEqual([isComplete, counts.clickThrough.rows], [true, [row]]);
    assert.deepEqual((await kept())?.counts.clickThrough.rows, [row]);
    assert.equal(told.length, 4);
  });

  it('counts each once, whoever folds, at once or after another, and whatever is killed', async () => {
    const step = fc.oneof(
      fc.record({ click: fc.nat(30) }),
      fc.record({ fold: fc.nat(1) }),
      fc.constantFrom(...(['race', 'away', 'answer lost', 'kill', 'kill the other'] as const)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { record, open, post } = createRig();
        const folds = [open(), open({ eventsMax: 3 })];
        const quietly = async (fold: ReactionFold | undefined): Promise<unknown> =>
          fold?.fold(never).catch(() => false);
        const events = new Set<number>();
        for (const one of steps) {
          if (typeof one === 'object' && 'click' in one) {
            await post(click(String(one.click), one.click % 10));
            events.add(one.click);
          } else if (typeof one === 'object') await quietly(folds[one.fold]);
          else if (one === 'race') await Promise.all(folds.map(quietly));
          else if (one === 'kill') folds[0] = open();
          else if (one === 'kill the other') folds[1] = open({ eventsMax: 3 });
          else {
            if (one === 'away') record.trouble = AWAY;
            else record.lostAnswer = AWAY;
            await quietly(folds[0]);
            record.trouble = record.lostAnswer = undefined;
          }
        }
        for (const fold of [...folds, open()]) {
          const { isComplete, counts } = await fold.look(1, never);
          assert.equal(isComplete, true);
          const [row] = counts.clickThrough.rows;
          assert.equal(row?.clicks ?? 0, events.size);
          assert.equal(row?.clicked ?? 0, new Set([...events].map((n) => n % 10)).size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets one write where two fold at once: what both counted is told once', async () => {
    const { record, told, open, post } = createRig();
    await post(click('a', 1), click('b', 2));
    const folds = [open(), open()];
    const whole = await Promise.all(folds.map((fold) => fold.fold(never)));
    assert.deepEqual([...whole].sort(), [false, true]);
    assert.deepEqual([told.length, await record.revision()], [2, 1]);
    assert.deepEqual(folds.map(({ written }) => written).filter(Boolean), [1]);
    await Promise.all(folds.map((fold) => fold.fold(never)));
    assert.equal(told.length, 2);
  });

  it('counts the clicks of an experiment by user, from its beginning to its end', async () => {
    const { world, open, post } = createRig();
    const [one, other] = [open(), open()];
    const labelled = (id: string, n: number): IncomingEvent =>
      click(id, n, { recommendationId: answer(n, LABEL) });
    await one.fold(never);
    world.runs = [FRONT];
    await post(labelled('a', 1), labelled('b', 1), labelled('c', 4));
    await one.fold(never);
    await post(labelled('d', 2));
    const { counts } = await other.look(0, never);
    assert.deepEqual(counts.trials, {
      front: {
        plain: [
          ['u1', 2, 2],
          ['u2', 1, 1],
        ],
      },
    });
    world.runs = [{ ...FRONT, startedMs: 2 }];
    await post(labelled('e', 5));
    assert.deepEqual((await one.look(0, never)).counts.trials, {
      front: { plain: [['u2', 1, 1]] },
    });
    world.runs = [];
    assert.deepEqual((await one.look(0, never)).counts.trials, {});
  });

  it('is told as incomplete where it takes longer than it is waited for, and goes on', async () => {
    const { open, post } = createRig();
    const clicks = Array.from({ length: 12 }, (_, n) => click(String(n), n));
    await post(...clicks);
    const fold = open({ eventsMax: 5 });
    const first = await fold.look(0, never);
    assert.deepEqual([first.isComplete, first.counts.clickThrough.rows[0]?.clicks], [false, 5]);
    assert.equal(await fold.fold(never), false);
    const last = await fold.look(0, never);
    assert.deepEqual([last.isComplete, last.counts.clickThrough.rows[0]?.clicks], [true, 12]);
  });

  it('writes where nothing reacts as often as it has to, so that others see that it lives', async () => {
    const { record, world, open, post } = createRig();
    const fold = open();
    const plain = (id: string): IncomingEvent => ({ id, type: 'play', user: 'u', item: 'i' });
    await post(plain('a'));
    await fold.fold(never);
    assert.equal(await record.revision(), 1);
    await post(plain('b'));
    await fold.fold(never);
    assert.equal(await record.revision(), 1);
    world.nowMs += countsKeptMsMax;
    await fold.fold(never);
    assert.equal(await record.revision(), 2);
    world.nowMs += countsKeptMsMax;
    await fold.fold(never);
    assert.equal(await record.revision(), 2, 'nothing came, nothing is written');
  });

  it('leaves out those of users who were erased', async () => {
    const { identities, open, post } = createRig();
    await post(click('a', 1), click('b', 2));
    await identities.remove('u1');
    assert.equal((await open().look(0, never)).counts.clickThrough.rows[0]?.clicks, 1);
  });
});
