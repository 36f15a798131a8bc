import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OneAtATime } from '../../../activities/one-at-a-time.ts';
import { beginQuarantine, finishQuarantine } from '../../../activities/forgetting/quarantining.ts';
import type { QuarantiningDeps } from '../../../activities/forgetting/quarantining.ts';
import { Quarantines } from '../../../activities/forgetting/quarantines.ts';
import { openQuarantines } from '../../../adapters/embedded/records.ts';
import { hasCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import type { Position } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { sharedDoor } from '../../doubles/fact-door.ts';
import { RIG_BLEND } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';
import { TrainedWorld } from '../../doubles/trained-world.ts';
import { somePlays } from '../../doubles/training-world.ts';
import type { TrainingWorld } from '../../doubles/training-world.ts';

const NEVER = new AbortController().signal;

/** A world that quarantines. */
class QuarantineWorld extends TrainedWorld {
  readonly quarantines: Quarantines;
  readonly deps: QuarantiningDeps;

  constructor(world: TrainingWorld) {
    super(world);
    const { rig, registry, checkpoints } = world;
    const { journal, identities } = rig;
    const yieldNow = (): Promise<void> => Promise.resolve();
    this.quarantines = new Quarantines({
      store: openQuarantines({ folder: `${world.folder}/quarantines` }),
      ...{ identities, journal, clock: rig.clock, yieldNow },
      door: sharedDoor(journal),
    });
    this.deps = {
      ...{ quarantines: this.quarantines, journal, registry, checkpoints, yieldNow },
      live: () => this.live,
      promote: (version) => this.training.promoteVersion({ version }),
      promotions: new OneAtATime(),
      clock: rig.clock,
    };
  }

  static async open(
    told: readonly Told[],
    partitions = 1,
    learner: Partial<LearnerSettings> = {},
  ): Promise<QuarantineWorld> {
    return new QuarantineWorld(await TrainedWorld.told(told, partitions, learner));
  }

  /** Builds and promotes what is pending, as the host does; returns where the replays began. */
  async build(): Promise<readonly (readonly number[])[]> {
    const from: (readonly number[])[] = [];
    for (;;) {
      const plan = await beginQuarantine(this.deps);
      if (plan === undefined) return from;
      from.push(plan.from);
      const { versions } = this.world;
      for (const [partition, head] of plan.heads.entries()) {
        await versions.advanceShadow(plan.version, partition, sequence(head), { signal: NEVER });
      }
      await finishQuarantine(this.deps, plan.version, NEVER);
    }
  }

  set(users: readonly string[], from: readonly Position[] = [], to: readonly Position[] = []) {
    return this.quarantines.request({ users, from, to });
  }

  setSource(source: string, from: readonly Position[] = [], to: readonly Position[] = []) {
    return this.quarantines.request({ users: [], source, from, to });
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

function at(partition: number, place: number): Position {
  return { partition, sequence: sequence(place) };
}

function without(told: readonly Told[], ...users: string[]): readonly Told[] {
  return told.filter(({ user }) => !users.includes(user));
}

const WORLDS = [
  { name: 'gmf, 1 partition', partitions: 1, learner: {} },
  { name: 'gmf, 2 partitions', partitions: 2, learner: {} },
  { name: 'blend, 1 partition', partitions: 1, learner: RIG_BLEND },
] as const;

for (const { name, partitions, learner } of WORLDS) {
  describe(`a quarantine (${name})`, () => {
    it('leaves the state of a run without the events, and lifting it that of one with them', async () => {
      const told = somePlays(250);
      const later = somePlays(40, 4_000);
      const never = await QuarantineWorld.open(without(told, 'u1', 'u4'), partitions, learner);
      const all = await QuarantineWorld.open(told, partitions, learner);
      const world = await QuarantineWorld.open(told, partitions, learner);
      const record = await world.set(['u1', 'u4']);
      assert.equal(record.events, told.length - without(told, 'u1', 'u4').length);
      await world.build();
      assert.equal(await world.hash(), await never.hash());
      // The range ends at the head of then: what the users do later counts.
      assert.equal(await world.hash(...later), await never.hash(...later));
      assert.equal((await world.quarantines.get('q1'))?.state, 'active');
      await world.quarantines.lift('q1');
      await world.build();
      assert.equal(await world.hash(), await all.hash(...later));
      assert.equal((await world.quarantines.get('q1'))?.state, 'lifted');
      for (const one of [never, all, world]) await one.close();
    });

    it('of a source leaves the state of a run without its events, whoever did them', async () => {
      const told = somePlays(250).map((each, n) =>
        n % 5 === 2 ? { ...each, source: n % 2 === 0 ? 'bot' : 'app' } : each,
      );
      const clean = told.filter(({ source }) => source !== 'bot');
      const never = await QuarantineWorld.open(clean, partitions, learner);
      const all = await QuarantineWorld.open(told, partitions, learner);
      const world = await QuarantineWorld.open(told, partitions, learner);
      const record = await world.setSource('bot');
      assert.deepEqual([record.events, record.users], [told.length - clean.length, []]);
      await world.build();
      assert.equal(await world.hash(), await never.hash());
      await world.quarantines.lift('q1');
      await world.build();
      assert.equal(await world.hash(), await all.hash());
      for (const one of [never, all, world]) await one.close();
    });
  });
}

describe('a quarantine', () => {
  it('is of a range, goes on from a checkpoint before it, and stands beside others', async () => {
    const told = somePlays(200);
    const world = await QuarantineWorld.open(told.slice(0, 90));
    await world.world.live[0]!.checkpoint();
    await world.hash(...told.slice(90));
    await world.set(['u2'], [at(0, 99)], [at(0, 149)]);
    assert.deepEqual(await world.build(), [[89]]);
    const isLeftOut = ({ user }: Told, n: number): boolean => user === 'u2' && n > 99 && n <= 149;
    const one = await QuarantineWorld.open(told.filter((each, n) => !isLeftOut(each, n)));
    assert.equal(await world.hash(), await one.hash());
    await world.set(['u3', 'u5'], [at(0, 19)]);
    await world.set(['u6'], [at(0, 149)]);
    assert.equal((await world.build()).length, 1, 'what is pending is built together');
    const two = await QuarantineWorld.open(
      told.filter((each, n) => {
        const isOfSecond = ['u3', 'u5'].includes(each.user) && n > 19;
        return !isLeftOut(each, n) && !isOfSecond && !(each.user === 'u6' && n > 149);
      }),
    );
    assert.equal(await world.hash(), await two.hash());
    for (const each of [world, one, two]) await each.close();
  });

  it('takes a version whose base saw nothing of it, and trains without it', async () => {
    const told = somePlays(200);
    const never = await QuarantineWorld.open(without(told, 'u1'));
    const world = await QuarantineWorld.open(told);
    await world.train('v2');
    await world.set(['u1']);
    await world.build();
    assert.deepEqual([world.live, await world.hash()], ['v3', await never.hash()]);
    const prepare = { version: 'v4', settings: {}, seed: 3, holdoutShare: 0.1 };
    const prepared = await world.training.prepareDataset({ run: 'train-v4', ...prepare });
    assert.equal(prepared.users, 6);
    await world.training.trainEpoch({ run: 'train-v4', epoch: 1 });
    await world.training.registerVersion({ run: 'train-v4', epoch: 1, metrics: {} });
    const { definition } = (await world.world.registry.get('v4'))!;
    assert.deepEqual(
      definition.leftOut?.map(({ quarantine }) => quarantine),
      ['q1'],
    );
    // A base that was trained without the events can't have them again.
    await world.training.promoteVersion({ version: 'v4' });
    await world.quarantines.lift('q1');
    await world.build();
    const all = await QuarantineWorld.open(told);
    assert.deepEqual([world.live, await world.hash()], ['v5', await all.hash()]);
    for (const each of [never, world, all]) await each.close();
  });

  it('is not undone by a training that began before it', async () => {
    const world = await QuarantineWorld.open(somePlays(200));
    const run = 'train-v2';
    const prepare = { run, version: 'v2', settings: {}, seed: 3, holdoutShare: 0.1 };
    await world.training.prepareDataset(prepare);
    await world.training.trainEpoch({ run, epoch: 1 });
    await world.set(['u1']);
    await world.build();
    await assert.rejects(world.training.registerVersion({ run, epoch: 1, metrics: {} }), {
      type: 'CONFLICT',
      message: /quarantine was set or lifted/,
    });
    await world.close();
  });

  it('is refused where it does not fit, and nothing is changed', async () => {
    const world = await QuarantineWorld.open(somePlays(20));
    const refused = async (work: Promise<unknown>, code: 'INVALID' | 'NOT_FOUND' | 'CONFLICT') => {
      await assert.rejects(work, (error) => hasCode(error, code));
    };
    await refused(world.set(['u1', 'nobody']), 'NOT_FOUND');
    await refused(world.set(['u1'], [at(0, 20)]), 'INVALID');
    await refused(world.set(['u1'], [at(1, 0)]), 'INVALID');
    await refused(world.set(['u1'], [at(0, 9)], [at(0, 8)]), 'INVALID');
    await refused(world.set(['u1'], [at(0, 1), at(0, 2)]), 'INVALID');
    await refused(world.set(['u1'], [at(0, 9)], [at(0, 10)]), 'INVALID');
    await refused(world.setSource('bot'), 'INVALID');
    await refused(world.quarantines.lift('q1'), 'NOT_FOUND');
    assert.equal(world.world.rig.journal.head(0), 19);
    await world.set(['u1']);
    await refused(world.quarantines.lift('q1'), 'CONFLICT');
    await world.build();
    await world.quarantines.lift('q1');
    await refused(world.quarantines.lift('q1'), 'CONFLICT');
    await world.close();
  });
});
