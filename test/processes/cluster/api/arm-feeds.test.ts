import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartitionNote } from '../../../../activities/replay/fences.ts';
import { hasCode } from '../../../../events/error.ts';
import { ArmFeeds } from '../../../../processes/cluster/api/arm-feeds.ts';
import { HeldNotes, HOLDER_SILENT_MS_MAX } from '../../../../processes/cluster/api/held-notes.ts';
import { toldArmVersions } from '../../../../processes/cluster/api/told-arm-versions.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { armLagEventsMax } from '../../../../projections/arm-presence.ts';
import type { ServingState } from '../../../../projections/serving-state.ts';

const HEAD = 3_000;

/** Two partitions whose movers tell what a test says. */
class NotesWorld {
  nowMs = 0;
  told: PartitionNote[] = [0, 1].map((partition) => noteOf(partition, { v2: HEAD }));
  readonly notes = new HeldNotes({
    fences: { notes: () => Promise.resolve(this.told) },
    clock: () => this.nowMs,
  });

  /** The movers tell again, by their clocks. */
  tellAgain(): void {
    this.told = this.told.map((note) => ({ ...note, toldMs: note.toldMs + 1 }));
  }
}

function noteOf(partition: number, held: Readonly<Record<string, number>>): PartitionNote {
  return {
    fence: { partition, number: 1, holder: 'w' },
    ...{ version: 'v1', position: HEAD, barrier: 0, toldMs: 1 },
    held: Object.entries(held).map(([version, position]) => ({ version, position, barrier: 0 })),
  };
}

describe('who holds a version', () => {
  it('is whoever told so lately, by the clock of who asks', async () => {
    const world = new NotesWorld();
    const { notes } = world;
    assert.equal(notes.isHeld('v2', 0), false);
    await notes.look();
    assert.deepEqual([notes.isHeld('v2', 1), notes.isHeld('v3', 1)], [true, false]);
    world.nowMs += HOLDER_SILENT_MS_MAX;
    await notes.look();
    assert.equal(notes.isHeld('v2', 0), true);
    world.nowMs += 1;
    assert.equal(notes.isHeld('v2', 0), false, 'what is looked at again is as old as before');
    world.tellAgain();
    await notes.look();
    assert.equal(notes.isHeld('v2', 0), true);
    world.told[0] = noteOf(0, {});
    await notes.look();
    assert.deepEqual([notes.isHeld('v2', 0), notes.isHeld('v2', 1)], [false, true]);
  });
});

describe('the version of an arm in a cluster', () => {
  const versionsOf = ({ notes }: NotesWorld, named: readonly string[] = ['v2']) =>
    toldArmVersions({
      ...{ notes, named: () => named },
      stores: {
        registry: { get: (version: string) => Promise.resolve(registered(version)) } as never,
      },
      live: { partitions: 2, partition: () => ({ version: 'v1' }) as never },
      aliases: { now: () => Promise.resolve({ live: 'v1', shadow: null, previous: null }) },
    });
  const registered = (version: string) => (version === 'v9' ? undefined : { retired: false });

  it('may be live, or one that the movers of all partitions hold at the head', async () => {
    const world = new NotesWorld();
    const versions = versionsOf(world);
    assert.equal(versions.live, 'v1');
    await versions.refuseAway('v1', 'version');
    world.told[1] = noteOf(1, { v2: HEAD - armLagEventsMax });
    await versions.refuseAway('v2', 'version');
  });

  const refused: readonly [string, (world: NotesWorld) => void, RegExp, string?][] = [
    ['is unknown', () => undefined, /no model version/, 'v9'],
    ['is held of one partition alone', ({ told }) => (told[1] = noteOf(1, {})), /not held/],
    ['lags', ({ told }) => (told[1] = noteOf(1, { v2: HEAD - 1_001 })), /1001 events behind/],
    ['is built', ({ told }) => (told[0] = noteOf(0, { v3: HEAD })), /being built/, 'v3'],
  ];
  for (const [words, change, why, version = 'v2'] of refused) {
    it(`is refused where it ${words}`, async () => {
      const world = new NotesWorld();
      change(world);
      await assert.rejects(versionsOf(world).refuseAway(version, 'arms[1].version'), (error) => {
        assert.ok(hasCode(error, 'INVALID') || hasCode(error, 'CONFLICT'));
        assert.match(error.message, why);
        assert.equal(error.fields['field'], 'arms[1].version');
        return true;
      });
    });
  }

  it('is refused where its mover is silent', async () => {
    const world = new NotesWorld();
    await world.notes.look();
    world.nowMs += HOLDER_SILENT_MS_MAX + 1;
    await assert.rejects(versionsOf(world).refuseAway('v2', 'version'), { code: 'INVALID' });
  });
});

/** An API, the versions that arms name and those that are live in its two partitions. */
class FeedsWorld extends NotesWorld {
  named: readonly string[] = [];
  live: readonly string[] = ['v1', 'v1'];
  readonly stale = new Set<string>();
  /** Versions that are fed now. */
  readonly fed = new Set<string>();
  isReady = true;
  readonly feeds = new ArmFeeds({
    named: () => this.named,
    live: {
      ...{ isReady: true, partitions: 2 },
      partition: (partition) => ({ version: this.live[partition] }) as never,
    },
    newServing: () => ({ isReady: this.isReady }) as unknown as ServingState,
    feedOf: (version) => ({
      run: (signal) => {
        this.fed.add(version);
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            this.fed.delete(version);
            resolve();
          });
        });
      },
    }),
    notes: this.notes,
    isStale: (version) => Promise.resolve(this.stale.has(version)),
    sleep: () => Promise.resolve(),
    logger: createLogger('silent'),
  });
}

describe('the read sides of arms', () => {
  it('are there while an experiment names a version that is not live, and let go of then', async () => {
    const world = new FeedsWorld();
    const { feeds, fed } = world;
    await feeds.look();
    world.named = ['v1', 'v2'];
    await feeds.look();
    assert.deepEqual([...fed], ['v2']);
    const serving = feeds.serving('v2', 0);
    assert.ok(serving !== undefined);
    await feeds.look();
    assert.equal(feeds.serving('v2', 0), serving);
    assert.equal(feeds.serving('v1', 0), undefined);
    world.live = ['v2', 'v1'];
    await feeds.look();
    assert.deepEqual([...fed].sort(), ['v1', 'v2'], 'a promotion is under way');
    world.live = ['v2', 'v2'];
    await feeds.look();
    assert.deepEqual([...fed], ['v1']);
    world.named = [];
    await feeds.look();
    assert.deepEqual([[...fed], feeds.serving('v1', 0)], [[], undefined]);
  });

  it('answer where the mover holds the version, and every partition of it is there', async () => {
    const world = new FeedsWorld();
    const { feeds, told } = world;
    world.named = ['v2'];
    told[1] = noteOf(1, {});
    await feeds.look();
    assert.ok(feeds.serving('v2', 0) !== undefined);
    assert.equal(feeds.serving('v2', 1), undefined);
    const loading = new FeedsWorld();
    loading.isReady = false;
    loading.named = ['v2'];
    await loading.feeds.look();
    assert.equal(loading.feeds.serving('v2', 0), undefined);
  });

  it('are dropped when users were erased since the version was made', async () => {
    const world = new FeedsWorld();
    const { feeds, fed } = world;
    world.named = ['v2'];
    await feeds.look();
    world.stale.add('v2');
    await feeds.look();
    await feeds.look();
    assert.deepEqual([[...fed], feeds.serving('v2', 0)], [[], undefined]);
  });
});
