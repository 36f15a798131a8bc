import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Reactions } from '../../../activities/feedback/reactions.ts';
import type { ReactionRecord, ReactionStore } from '../../../activities/feedback/reaction-store.ts';
import { createDoor } from '../../../events/door.ts';
import type { IncomingEvent } from '../../../events/incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import { answerReader, encodeRecommendationId } from '../../../projections/recommendation-id.ts';
import { createMemoryIdentities } from '../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { seededBytes } from '../../doubles/random-bytes.ts';

const KEY = createSecretKey(Buffer.alloc(32, 5));
const factsOf = answerReader(KEY);
const PARTITIONS = 2;
const GIVEN = { model: 'v1', label: null, user: 'u' };

/** The id of the nth answer of a version. */
function answer(n: number, version = 'v1'): string {
  return encodeRecommendationId(
    {
      ...{ basedOn: 'popular', exclude: 'seen', n: 10, surrogate: null, positions: [] },
      ...{ version, release: null, item: null, rules: null, label: null },
      answerHash: Uint8Array.from({ length: 16 }, (_, at) => n + at),
    },
    KEY,
  );
}

/** A store that can be put back to what it held before. */
class MemoryStore implements ReactionStore {
  record: ReactionRecord | undefined;
  fails = false;

  read(): Promise<ReactionRecord | undefined> {
    return Promise.resolve(this.record);
  }

  write(record: ReactionRecord): Promise<void> {
    if (this.fails) return Promise.reject(new Error('no room'));
    this.record = JSON.parse(JSON.stringify(record)) as ReactionRecord;
    return Promise.resolve();
  }
}

/** A journal with its door, and counts that can be opened again and again, as after a kill. */
function createRig() {
  const journal = createMemoryJournal(PARTITIONS);
  const identities = createMemoryIdentities(seededBytes(1));
  const types = DEFAULT_INTERACTION_TYPES;
  const random = seededBytes(2);
  const door = createDoor({ journal, identities, types, clock: () => 1, random });
  const store = new MemoryStore();
  const open = async (): Promise<Reactions> => {
    const reactions = await Reactions.open({
      ...{ journal, identities, types, factsOf, store, clock: () => 7 },
      ...{ markOf: (user: string) => user, arms: new Map<string, readonly string[]>() },
      yieldNow: () => Promise.resolve(),
    });
    await reactions.catchUp(journal.status().heads, new AbortController().signal);
    return reactions;
  };
  const accept = (reactions: Reactions, ...events: readonly IncomingEvent[]) =>
    reactions.accept(events, (batch) => door.accept(batch));
  return { journal, identities, store, open, accept };
}

function click(id: string, n: number, more: Partial<IncomingEvent> = {}): IncomingEvent {
  const user = `u${String(n % 3)}`;
  return { id, type: 'play', user, item: 'i', recommendationId: answer(n), ...more };
}

describe('reactions', () => {
  it('are counted once, however often an event comes, and never learned of what names no answer', async () => {
    const { open, accept } = createRig();
    const reactions = await open();
    reactions.given(GIVEN);
    reactions.given(GIVEN);
    await accept(reactions, click('a', 1), click('a', 1), {
      id: 'b',
      type: 'play',
      user: 'u',
      item: 'i',
    });
    await Promise.all([accept(reactions, click('c', 1)), accept(reactions, click('c', 1))]);
    await accept(reactions, click('a', 1), click('d', 2, { type: 'skip' }));
    const { rows, isComplete, sinceMs } = reactions.tell();
    assert.deepEqual([isComplete, sinceMs], [true, 7]);
    assert.deepEqual(rows, [
      { model: 'v1', scenario: '', impressions: 2, clicked: 1, clicks: 2, dismissals: 1 },
    ]);
  });

  it('come back from the journal where nothing was kept, but answers do not', async () => {
    const { open, accept, identities } = createRig();
    const before = await open();
    before.given(GIVEN);
    await accept(before, click('a', 1), click('b', 2), click('c', 3), click('c', 3));
    assert.deepEqual(
      (await open()).tell().rows.map(({ impressions, clicks }) => [impressions, clicks]),
      [[0, 3]],
    );
    await identities.remove('u1');
    assert.equal((await open()).tell().rows[0]?.clicks, 2, 'those of the erased are nobody’s');
  });

  it('count once each, killed anywhere, whether what was kept is old or new', async () => {
    const step = fc.oneof(
      fc.record({ click: fc.nat(30) }),
      fc.constantFrom('keep' as const, 'kill' as const, 'both at once' as const, 'full' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { open, accept, store } = createRig();
        let reactions = await open();
        const events = new Set<number>();
        for (const one of steps) {
          if (one === 'kill') reactions = await open();
          else if (one === 'keep') await reactions.keep();
          else if (one === 'full') {
            store.fails = true;
            await reactions.keep().catch(() => undefined);
            store.fails = false;
          } else if (one === 'both at once') {
            const clicks = [40, 41].map((n) => accept(reactions, click(String(n), n % 10)));
            await Promise.all([...clicks, reactions.keep()]);
            events.add(40).add(41);
          } else {
            await accept(reactions, click(String(one.click), one.click % 10));
            events.add(one.click);
          }
        }
        const wanted = [...events].map((n) => n % 10);
        const [row] = reactions.tell().rows;
        assert.equal(row?.clicks ?? 0, events.size);
        assert.equal(row?.clicked ?? 0, new Set(wanted).size);
        assert.deepEqual((await open()).tell().rows[0]?.clicks ?? 0, events.size);
      }),
      { numRuns: 60 },
    );
  });

  it('are kept with the answers given up to then, and only where something changed', async () => {
    const { open, accept, store } = createRig();
    const reactions = await open();
    reactions.given(GIVEN);
    await accept(reactions, click('a', 1));
    await reactions.keep();
    const kept = store.record;
    await reactions.keep();
    assert.equal(store.record, kept);
    assert.deepEqual((await open()).tell(), reactions.tell());
  });

  it('are read again where the journal was put back from an older backup', async () => {
    const { open, accept, store } = createRig();
    const reactions = await open();
    await accept(reactions, click('a', 1));
    await reactions.keep();
    assert.ok(store.record !== undefined);
    store.record = { ...store.record, heads: [99, 99] };
    assert.equal((await open()).tell().rows[0]?.clicks, 1);
  });

  it('do not stand in what was signed by another', () => {
    assert.equal(factsOf(`${answer(1).slice(0, -1)}A`), undefined);
    assert.equal(factsOf('AQ'), undefined);
  });
});
