import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Erasures } from '../../../activities/forgetting/erasures.ts';
import { beginErasure, finishErasure } from '../../../activities/forgetting/erasing.ts';
import type { ErasingDeps, ErasurePlan } from '../../../activities/forgetting/erasing.ts';
import { OneAtATime } from '../../../activities/one-at-a-time.ts';
import { openErasures } from '../../../adapters/embedded/records.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import { sequence } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { RIG_BLEND } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';
import { TrainedWorld } from '../../doubles/trained-world.ts';
import { somePlays } from '../../doubles/training-world.ts';
import type { TrainingWorld } from '../../doubles/training-world.ts';

const NEVER = new AbortController().signal;
const NOTHING = { checkpoints: 0, merges: 0, runs: 0, indexReleases: [], bases: [] };

/** A world that erases, and what it deleted for. */
class ErasingWorld extends TrainedWorld {
  readonly erasures: Erasures;
  readonly deps: ErasingDeps;
  readonly purged: string[] = [];

  constructor(world: TrainingWorld) {
    super(world);
    const { rig, registry, checkpoints } = world;
    const { journal, identities } = rig;
    this.erasures = new Erasures({
      store: openErasures({ folder: `${world.folder}/erasures` }),
      ...{ identities, journal, clock: rig.clock },
      partitionOf: (user) => partitionOf(user, journal.partitions),
    });
    this.deps = {
      ...{ erasures: this.erasures, journal, registry, checkpoints, clock: rig.clock },
      live: () => this.live,
      promote: (version) => this.training.promoteVersion({ version }),
      promotions: new OneAtATime(),
      stateHash: async () => ({ hash: await this.hash(), positions: [] }),
      purge: async (surrogates) => void this.purged.push(...surrogates),
      deleteTraces: async (version, holds) => {
        const bases: string[] = [];
        for (const known of await registry.list()) {
          const { version: other, baseSha256 } = known.definition;
          if (other === version || baseSha256 === null || known.retired === true) continue;
          const base = await registry.base(other, 0);
          if (base !== undefined && holds(base)) {
            await registry.retire(other);
            bases.push(other);
          }
        }
        const removed = await checkpoints.removeOthers(version);
        world.versions.dropOtherShadows(version);
        return { ...NOTHING, checkpoints: removed, bases };
      },
      retrain: () => Promise.resolve('train-again'),
      yieldNow: () => Promise.resolve(),
    };
  }

  static async open(
    told: readonly Told[],
    partitions = 1,
    learner: Partial<LearnerSettings> = {},
  ): Promise<ErasingWorld> {
    return new ErasingWorld(await TrainedWorld.told(told, partitions, learner));
  }

  async begin(): Promise<ErasurePlan> {
    const plan = await beginErasure(this.deps);
    assert.ok(plan !== undefined);
    return plan;
  }

  /** Carries an erasure out, as the host does. */
  async erase(...users: string[]) {
    await this.erasures.request(users);
    const plan = await this.begin();
    for (const [partition, head] of plan.heads.entries()) {
      const control = { signal: NEVER };
      await this.world.versions.advanceShadow(plan.version, partition, sequence(head), control);
    }
    const end = await finishErasure(this.deps, plan.erasure, NEVER);
    assert.equal(end.done, true);
    const record = await this.erasures.get(plan.erasure);
    assert.ok(record?.manifest !== undefined);
    return { plan, record, manifest: record.manifest };
  }

  close(): Promise<void> {
    return this.world.close();
  }
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
  describe(`an erasure (${name})`, () => {
    it('ends in the state of a journal in which the users never were', async () => {
      const told = somePlays(300);
      const never = await ErasingWorld.open(without(told, 'u2', 'u5'), partitions, learner);
      const erasing = await ErasingWorld.open(told, partitions, learner);
      assert.notEqual(await erasing.hash(), await never.hash());
      const { record, manifest } = await erasing.erase('u2', 'u5');
      assert.equal(await erasing.hash(), await never.hash());
      assert.equal(manifest.stateHash, await never.hash());
      assert.deepEqual([record.state, record.users, record.surrogates], ['done', 2, []]);
      const events = record.found?.reduce((sum, found) => sum + found.events, 0);
      assert.equal(events, told.length - without(told, 'u2', 'u5').length);
      // What comes later is learned alike, too.
      for (const one of [never, erasing]) await one.world.rig.tell(...somePlays(30, 5_000));
      assert.equal(await erasing.hash(), await never.hash());
      await never.close();
      await erasing.close();
    });
  });
}

describe('the version without erased users', () => {
  it('is built from the version before where the trained base held one, whose base is deleted', async () => {
    const told = somePlays(200);
    const never = await ErasingWorld.open(without(told, 'u3'));
    const erasing = await ErasingWorld.open(told);
    await erasing.train('v2');
    const { record, manifest } = await erasing.erase('u3');
    assert.deepEqual([record.parent, record.origin, record.version], ['v2', 'v1', 'v3']);
    assert.deepEqual([manifest.deleted.bases, manifest.retraining], [['v2'], 'train-again']);
    assert.equal(manifest.stateHash, await never.hash());
    await assert.rejects(erasing.world.registry.base('v2', 0), /train a new version/);
    // A recovery without any checkpoint passes the promotion of what can't be built any more.
    await erasing.world.checkpoints.removeOthers('');
    await erasing.close();
    erasing.world.live.length = 0;
    await erasing.world.follow();
    assert.equal(await erasing.hash(), await never.hash());
    assert.equal(erasing.live, 'v3');
    await never.close();
    await erasing.close();
  });

  it('keeps a trained base that never saw them', async () => {
    const later = somePlays(60, 1_000).map((told) => ({ ...told, user: `late-${told.user}` }));
    const hashes: string[] = [];
    for (const isErased of [true, false]) {
      const erasing = await ErasingWorld.open(somePlays(200));
      await erasing.train('v2');
      await erasing.world.rig.tell(...(isErased ? later : without(later, 'late-u1')));
      if (isErased) {
        const { record, manifest } = await erasing.erase('late-u1');
        assert.deepEqual([record.origin, record.version], ['v2', 'v3']);
        assert.deepEqual([manifest.deleted.bases, manifest.retraining], [[], undefined]);
      }
      hashes.push(await erasing.hash());
      await erasing.close();
    }
    assert.equal(hashes[0], hashes[1]);
  });

  it('goes on from the newest checkpoint before their first event', async () => {
    const told = somePlays(100);
    const late = somePlays(40, 1_000).map((one) => ({ ...one, user: `late-${one.user}` }));
    const never = await ErasingWorld.open([...told, ...without(late, 'late-u1')]);
    const erasing = await ErasingWorld.open(told);
    await erasing.world.live[0]!.checkpoint();
    await erasing.world.rig.tell(...late);
    await erasing.world.caughtUp();
    await erasing.world.live[0]!.checkpoint();
    const { plan, manifest } = await erasing.erase('late-u1');
    assert.deepEqual(plan.from, [99]);
    assert.equal(manifest.stateHash, await never.hash());
    await never.close();
    await erasing.close();
  });

  it('is the same one however often it is begun, and another where a version was promoted meanwhile', async () => {
    const erasing = await ErasingWorld.open(somePlays(100));
    await erasing.erasures.request(['u1']);
    const plan = await erasing.begin();
    assert.deepEqual(await erasing.begin(), plan);
    const { registry } = erasing.world;
    const first = await registry.get('v1');
    const { baseSha256: _, ...definition } = first!.definition;
    const about = { parent: 'v1', createdMs: 0, trainedBy: null, metrics: {} };
    await registry.register({ definition: { ...definition, version: 'v9' }, ...about }, null);
    await erasing.training.promoteVersion({ version: 'v9' });
    const end = await finishErasure(erasing.deps, plan.erasure, NEVER);
    assert.equal(end.done, false, 'v9 was not what it was built on');
    assert.equal(erasing.live, 'v9');
    assert.equal((await erasing.begin()).version, 'v10');
    assert.equal((await finishErasure(erasing.deps, plan.erasure, NEVER)).done, true);
    assert.equal(erasing.live, 'v10');
    await erasing.close();
  });

  it('is not begun before identities are destroyed that a full disk had kept', async () => {
    const erasing = await ErasingWorld.open(somePlays(100));
    const { identities } = erasing.world.rig;
    const { erase } = identities;
    identities.erase = () => Promise.reject(new Error('no room on the disk'));
    await assert.rejects(erasing.erasures.request(['u1']), /no room/);
    await assert.rejects(erasing.begin(), /no room/);
    identities.erase = erase;
    await erasing.begin();
    assert.equal(await identities.find('u1'), undefined);
    await erasing.close();
  });

  it('blanks the events of those for whom it was asked, and of nobody else', async () => {
    const erasing = await ErasingWorld.open(somePlays(100));
    const { identities } = erasing.world.rig;
    const asked = await identities.find('u1');
    await erasing.erasures.request(['u1'], true);
    const { manifest, record } = await erasing.erase('u2');
    assert.deepEqual(erasing.purged, [asked?.surrogate]);
    assert.deepEqual([record.users, manifest.purged, record.purge], [2, 1, undefined]);
    await erasing.close();
  });

  it('is not replaced by a training that knew them', async () => {
    const erasing = await ErasingWorld.open(somePlays(200));
    const run = 'train-v2';
    const prepare = { run, version: 'v2', settings: {}, seed: 3, holdoutShare: 0.1 };
    await erasing.training.prepareDataset(prepare);
    await erasing.training.trainEpoch({ run, epoch: 1 });
    await erasing.erasures.request(['u6']);
    await assert.rejects(erasing.training.registerVersion({ run, epoch: 1, metrics: {} }), {
      type: 'CONFLICT',
      message: /start it again/,
    });
    await erasing.close();
  });
});
