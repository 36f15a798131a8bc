import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequence } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { RIG_BLEND } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import type { Noted } from '../../doubles/travel-world.ts';
import { TravelWorld } from '../../doubles/travel-world.ts';

const PAIRS = 60;
const LEARNERS: readonly (Partial<LearnerSettings> & { learner: string })[] = [
  { learner: 'isgd' },
  { learner: 'gmf' },
  RIG_BLEND,
];

/** A world with a history: plays, publications, withdrawals, barriers, a checkpoint and a promotion there and back. */
async function livedWorld(
  partitions: number,
  learner: Partial<LearnerSettings>,
  checkpointAt = 25,
): Promise<TravelWorld> {
  const world = await TravelWorld.open(await temporaryFolder(), partitions, learner);
  await world.catchUp();
  for (let turn = 0; turn < 60; turn += 1) {
    await world.turn();
    if (turn === checkpointAt) await world.checkpoint();
    if (turn === 35) await world.promote('v2');
  }
  return world;
}

/** A few of what was noted, the same every time. */
function pairsOf(noted: readonly Noted[], seed: number): readonly Noted[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: PAIRS }, () => noted[random.below(noted.length)]!);
}

describe('time travel', () => {
  for (const partitions of [1, 2]) {
    for (const learner of LEARNERS) {
      it(`answers as a run that was stopped there: ${learner.learner}, ${partitions} partition(s)`, async () => {
        const world = await livedWorld(partitions, learner);
        const travel = world.travel();
        const bases = new Set<string>();
        const models = new Set<string>();
        for (const { request, own, heads, timeMs, answer } of [
          ...pairsOf(world.noted, partitions),
          ...pairsOf(world.ruled, partitions).slice(0, 8),
        ]) {
          const byTime = await travel.recommend({ ...request, asOf: { timeMs } });
          assert.ok('answer' in byTime);
          const { recommendationId: _, ...past } = byTime.answer;
          const { recommendationId: __, ...live } = answer;
          assert.deepEqual(past, live);
          bases.add(answer.basedOn);
          models.add(answer.model);
          const at = { partition: own, sequence: heads[own]! };
          if (at.sequence < 0 || (answer.basedOn !== 'user' && partitions > 1)) continue;
          const byPosition = await travel.recommend({ ...request, asOf: { position: at } });
          assert.ok('answer' in byPosition);
          assert.deepEqual(byPosition.answer.items, answer.items);
          assert.deepEqual(byPosition.answer.position, answer.position);
        }
        assert.deepEqual([...bases].sort(), ['item', 'popular', 'user']);
        assert.deepEqual([...models].sort(), ['v1', 'v2']);
      });
    }
  }

  it('goes on from a checkpoint of one partition alone, as long as the merges since are kept', async () => {
    const world = await TravelWorld.open(await temporaryFolder(), 2, { learner: 'gmf' });
    for (let turn = 0; turn < 45; turn += 1) {
      if (turn % 5 === 0) await world.setBarrier();
      await world.turn();
      if (turn === 30) await world.checkpoint();
    }
    const { request, own, heads, answer } = world.noted.findLast(
      (one) => one.answer.basedOn === 'user',
    )!;
    const positions = [{ partition: own, sequence: heads[own]! }];
    const asOf = { position: positions[0]! };
    const wayOf = async (): Promise<number> => {
      const travel = world.travel();
      const { job, result } = travel.go({ positions });
      await result;
      const past = await travel.recommend({ ...request, asOf });
      assert.ok('answer' in past);
      assert.deepEqual(past.answer.items, answer.items);
      return job.progress.total;
    };
    const near = await wayOf();
    assert.ok(near < heads[own]! / 2, `${near} of ${heads[own]!} events`);
    world.merges.clear();
    const far = await wayOf();
    assert.equal(far, heads[own]! + 1, 'everything was replayed');
  });

  it('that takes long goes on by itself, and the next question is answered at once', async () => {
    const world = await livedWorld(1, { learner: 'isgd' });
    const travel = world.travel(0);
    const { request, timeMs, answer } = world.noted.findLast(
      (one) => one.answer.basedOn === 'user',
    )!;
    const asked = { ...request, asOf: { timeMs } };
    const far = await travel.recommend(asked);
    assert.ok('travel' in far);
    assert.equal(travel.find(far.travel.id), far.travel);
    assert.deepEqual(far.travel.position, answer.position);
    while (far.travel.state === 'running') await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(far.travel.state, 'completed');
    const { done, total } = far.travel.progress;
    assert.equal(done, total);
    const patient = world.travel();
    const first = await patient.recommend(asked);
    assert.ok('answer' in first);
    assert.deepEqual(first.answer.items, answer.items);
  });

  it('forgets what it kept when somebody is erased', async () => {
    // A checkpoint on the disk, or a trained base, would hold the user still: whoever erases removes it.
    const world = await livedWorld(1, { learner: 'gmf' }, -1);
    const travel = world.travel();
    const byUser = world.noted.filter(({ request, answer }) => {
      return answer.basedOn === 'user' && answer.model === 'v1' && request.n > 8;
    });
    const { request, timeMs } = byUser.at(-1)!;
    const other = byUser.find((one) => one.request.user !== request.user)!;
    const asked = { ...request, asOf: { timeMs } };
    const before = await travel.recommend(asked);
    assert.ok('answer' in before);
    await world.erase(other.request.user);
    const erased = await travel.recommend(asked);
    assert.ok('answer' in erased);
    assert.notDeepEqual(erased.answer.items, before.answer.items);
    const fresh = await world.travel().recommend(asked);
    assert.ok('answer' in fresh);
    assert.deepEqual(erased.answer.items, fresh.answer.items);
  });

  it('refuses moments that there are not, naming asOf', async () => {
    const world = await livedWorld(2, { learner: 'isgd' });
    const travel = world.travel();
    const { request, own, heads } = world.noted.at(-1)!;
    const at = (partition: number, place: number) =>
      travel.recommend({
        ...request,
        asOf: { position: { partition, sequence: sequence(place) } },
      });
    const head = heads[own]!;
    const beyond = { code: 'INVALID', message: new RegExp(`beyond the head ${own}:${head}$`) };
    await assert.rejects(at(own, head + 1), beyond);
    await assert.rejects(at(1 - own, 0), { code: 'INVALID', message: /in partition/ });
    const early = travel.recommend({ ...request, asOf: { timeMs: 0 } });
    await assert.rejects(early, { code: 'INVALID', message: /before the first event/ });
  });
});
