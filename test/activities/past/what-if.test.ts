import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WhatIf, WhatIfAnswer } from '../../../activities/past/what-if.ts';
import type { PastAnswer } from '../../../activities/past/time-travel.ts';
import { eventKey } from '../../../events/event-key.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { Position } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { RIG_BLEND } from '../../doubles/partition-rig.ts';
import { TravelWorld } from '../../doubles/travel-world.ts';

const LEARNERS: readonly (Partial<LearnerSettings> & { learner: string })[] = [
  { learner: 'isgd' },
  { learner: 'gmf' },
  RIG_BLEND,
];
const TURNS = 40;

async function lived(
  partitions: number,
  learner: Partial<LearnerSettings>,
  leftOut: Iterable<string> = [],
): Promise<TravelWorld> {
  const world = await TravelWorld.open(await temporaryFolder(), partitions, learner, 3);
  for (const id of leftOut) world.leftOut.add(id);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await world.turn();
    if (turn === 20 && world.leftOut.size === 0) await world.checkpoint();
  }
  return world;
}

/** A user's interactions: where each stands, by the id that it was told under. */
async function eventsOf(world: TravelWorld, user: string): Promise<ReadonlyMap<string, Position>> {
  const { journal, identities } = world.world.rig;
  const surrogate = (await identities.find(user))?.surrogate;
  const ids = new Map<string, string>();
  for (let n = 1; n < 1_000; n += 1) {
    ids.set(Buffer.from(eventKey(`e${n}`)).toString('hex'), `e${n}`);
  }
  const found = new Map<string, Position>();
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    let after = ORIGIN;
    for (;;) {
      const block = await journal.read(partition, after);
      if (block === undefined) break;
      for (let row = 0; row < block.count; row += 1) {
        const fact = block.fact(row);
        const at = sequence(block.firstSequence + row);
        const key = new Uint8Array(block.keys.buffer, block.keys.byteOffset + 16 * row, 16);
        const id = ids.get(Buffer.from(key).toString('hex'));
        if (fact.kind !== 'InteractionRecorded' || fact.user !== surrogate) continue;
        if (id !== undefined) found.set(id, { partition, sequence: at });
      }
      after = sequence(block.firstSequence + block.count - 1);
    }
  }
  return found;
}

async function asked(answer: Promise<PastAnswer<WhatIfAnswer>>): Promise<WhatIfAnswer> {
  const given = await answer;
  assert.ok('answer' in given);
  return given.answer;
}

const QUESTION = { n: 12, exclude: 'seen', add: [], remove: [] } as const;

describe('what if', () => {
  for (const partitions of [1, 2]) {
    for (const learner of LEARNERS) {
      const about = `${learner.learner}, ${partitions} partition(s)`;

      it(`some of a user's events had never been: ${about}`, async () => {
        const world = await lived(partitions, learner);
        const user = 'u5';
        const events = [...(await eventsOf(world, user))].filter((_, n) => n % 2 === 1);
        assert.ok(events.length >= 4, `${events.length} events`);
        const remove = events.map(([, position]) => position);
        const travel = world.travel();
        const heads = world.world.rig.journal.status().heads;
        const { before, after } = await asked(
          world.whatIfs(travel).ask({ ...QUESTION, user, remove }),
        );
        const request = { user, n: 12, exclude: 'seen' } as const;
        assert.deepEqual(before.items, (await world.answer(request)).items);
        const never = await lived(partitions, learner, new Map(events).keys());
        assert.deepEqual(after.items, (await never.answer(request)).items);
        assert.notDeepEqual(after.items, before.items);
        assert.deepEqual(world.world.rig.journal.status().heads, heads, 'nothing was written');
      });

      it(`a user had done more, or somebody unknown anything: ${about}`, async () => {
        const world = await lived(partitions, learner);
        const more = await lived(partitions, learner);
        const whatIfs = world.whatIfs(world.travel());
        const asOf = { timeMs: world.world.rig.appendedMs };
        // What came after that moment, barriers above all, must not show.
        if (partitions > 1) await world.setBarrier();
        for (let turn = 0; turn < 8; turn += 1) await world.turn();
        for (const user of ['u5', 'somebody']) {
          const add = [1, 2, 3].map((n) => ({
            ...{ id: `more-${user}-${n}`, type: 'play', item: `rock-${n}`, time: 500_000 + n },
          }));
          const { after } = await asked(whatIfs.ask({ ...QUESTION, user, add, asOf }));
          assert.equal(after.basedOn, 'user');
          const twin = user === 'u5' ? more : await lived(partitions, learner);
          await twin.world.rig.tell(
            ...add.map(({ id, type, item, time }) => ({ id, type, item, user, timeMs: time })),
          );
          await twin.catchUp();
          const request = { user, n: 12, exclude: 'seen' } as const;
          assert.deepEqual(after.items, (await twin.answer(request)).items);
        }
        assert.equal(await world.world.rig.identities.find('somebody'), undefined);
      });
    }
  }

  for (const partitions of [1, 2]) {
    it(`answers a session as if one user had these events alone, on ${partitions} partition(s)`, async () => {
      const world = await lived(partitions, { learner: 'gmf' });
      const whatIfs = world.whatIfs(world.travel());
      const heads = world.world.rig.journal.status().heads;
      const events = [1, 2].map((n) => ({
        ...{ id: `session-${n}`, type: 'play', item: `rock-${n}`, time: 500_000 + n },
      }));
      const asking = { events, n: 12, exclude: 'seen' } as const;
      const [first, again] = [await whatIfs.session(asking), await whatIfs.session(asking)];
      assert.ok('answer' in first && 'answer' in again);
      assert.equal(first.answer.basedOn, 'user');
      assert.deepEqual(again.answer.items, first.answer.items);
      assert.deepEqual(world.world.rig.journal.status().heads, heads, 'nothing was written');
      const user = '\0session';
      assert.equal(await world.world.rig.identities.find(user), undefined);
      await world.world.rig.tell(
        ...events.map(({ time, ...event }) => ({ ...event, user, timeMs: time })),
      );
      await world.catchUp();
      const told = await world.answer({ user, n: 12, exclude: 'seen' });
      assert.deepEqual(first.answer.items, told.items);
      await assert.rejects(
        whatIfs.session({ ...asking, events: [...events, { type: 'plai', item: 'i' }] }),
        (error: Error & { fields?: { field?: string } }) =>
          error.fields?.field === 'events[2].type',
      );
    });
  }

  it('is refused for events that are not the user’s to change, naming them', async () => {
    const world = await lived(2, { learner: 'isgd' });
    const whatIfs = world.whatIfs(world.travel());
    const [other] = (await eventsOf(world, 'u6')).values();
    const [own] = (await eventsOf(world, 'u5')).values();
    const ask = (more: Partial<WhatIf>) => whatIfs.ask({ ...QUESTION, user: 'u5', ...more });
    const named = (field: string) => (error: Error & { code?: string; fields?: object }) =>
      error.code === 'INVALID' && (error.fields as { field?: string }).field === field;
    await assert.rejects(ask({ remove: [other!] }), named('remove'));
    const beyond = { ...own!, sequence: sequence(99_999) };
    await assert.rejects(ask({ remove: [own!, beyond] }), named('remove'));
    const elsewhere = { ...own!, partition: 1 - own!.partition };
    await assert.rejects(ask({ remove: [elsewhere] }), named('remove'));
    await assert.rejects(ask({ add: [{ type: 'plai', item: 'i' }] }), named('add[0].type'));
    const late = { type: 'play', item: 'i', time: 1_001_001 };
    await assert.rejects(ask({ add: [{ type: 'play', item: 'i' }, late] }), named('add[1].time'));
  });

  it('is refused for what a version was trained on', async () => {
    const world = await lived(1, { learner: 'isgd' });
    await world.promote('v2');
    const [first] = (await eventsOf(world, 'u5')).values();
    const whatIfs = world.whatIfs(world.travel());
    await assert.rejects(whatIfs.ask({ ...QUESTION, user: 'u5', remove: [first!] }), {
      code: 'INVALID',
      message: /which model v2 was trained on/,
    });
  });

  it('is asked at a moment of the past, too', async () => {
    const world = await lived(1, { learner: 'gmf' });
    const { request, heads, answer } = world.noted.findLast(
      (one) => one.answer.basedOn === 'user' && one.answer.model === 'v1',
    )!;
    await world.turn();
    await world.turn();
    const asOf = { position: { partition: 0, sequence: heads[0]! } };
    const add = [{ type: 'play', item: 'rock-1' }];
    const asking = { ...request, add, remove: [], asOf };
    const { before, after } = await asked(world.whatIfs(world.travel()).ask(asking));
    assert.deepEqual(before.items, answer.items);
    assert.notDeepEqual(after.items, before.items);
  });
});
