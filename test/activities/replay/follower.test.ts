import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { follow, type FollowerDeps } from '../../../activities/replay/follower.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { ModelPromoted } from '../../../events/fact.ts';
import { sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import { DeltaMirror } from '../../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, type Told } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('first');
const NEVER = new AbortController().signal;

function plays(count: number, from = 0): Told[] {
  return Array.from({ length: count }, (_, n) => ({
    user: `u${(from + n) % 5}`,
    item: `i${(from + n) % 17}`,
    timeMs: from + n,
  }));
}

function promoted(version: string): ModelPromoted {
  return { kind: 'ModelPromoted', version, baseSha256: [], start: [], settings: {}, timeMs: 0 };
}

function depsOf(
  rig: PartitionRig,
  runtime: PartitionRuntime,
  sink: (delta: ModelDelta) => void,
  more: Partial<FollowerDeps> = {},
): FollowerDeps {
  const { journal, clock } = rig;
  const yieldNow = () => Promise.resolve();
  return { journal, runtime, versions: undefined, sink, yieldNow, sliceMsMax: 8, clock, ...more };
}

describe('the follower', () => {
  it('gives the whole state first and then what changed, without a gap', async () => {
    const rig = await PartitionRig.create();
    rig.lookMs = 3;
    for (let n = 0; n < 10; n++) await rig.tell(...plays(50, n * 50));
    const mirror = new DeltaMirror();
    const deltas: ModelDelta[] = [];
    const runtime = await follow(
      depsOf(rig, rig.runtime(VERSION), (delta) => {
        mirror.apply(delta);
        deltas.push(delta);
      }),
      { until: rig.journal.head(0), signal: NEVER },
    );
    assert.equal(runtime.position, 499);
    assert.equal(mirror.position, 499);
    assert.deepEqual(
      deltas.map(({ whole }) => whole),
      deltas.map((_, index) => index === 0),
    );
    assert.ok(deltas.length > 3, 'a delta a slice');
    const whole = new DeltaMirror();
    whole.apply(await runtime.takeWhole());
    assert.deepEqual(mirror.content(), whole.content());
    assert.equal(await rig.hash(runtime), await rig.cleanHash(VERSION));
  });

  it('gathers small blocks into one slice and yields between slices', async () => {
    const rig = await PartitionRig.create();
    for (const told of plays(40)) await rig.tell(told);
    let deltas = 0;
    let yields = 0;
    const count = () => {
      deltas++;
    };
    const yieldNow = () => {
      yields++;
      return Promise.resolve();
    };
    const options = { until: sequence(39), signal: NEVER };
    await follow(depsOf(rig, rig.runtime(VERSION), count, { yieldNow }), options);
    assert.deepEqual(
      [deltas, yields],
      [2, 0],
      'the whole one, and one slice that time stands still in',
    );
    rig.lookMs = 9;
    await follow(depsOf(rig, rig.runtime(VERSION), count, { yieldNow }), options);
    assert.equal(yields, 80, 'to prepare a block outlasts a slice, and so does to run it');
  });

  it('waits at the head and is there as soon as an event is', async () => {
    const rig = await PartitionRig.create();
    const end = new AbortController();
    const mirror = new DeltaMirror();
    const arrived = new Map<number, () => void>();
    const following = follow(
      depsOf(rig, rig.runtime(VERSION), (delta) => {
        mirror.apply(delta);
        arrived.get(delta.to)?.();
      }),
      { signal: end.signal },
    );
    for (let n = 0; n < 3; n++) {
      const arrival = new Promise<void>((resolve) => arrived.set(n, resolve));
      await rig.tell(...plays(1, n));
      await arrival;
      assert.equal(mirror.position, n);
    }
    end.abort();
    assert.equal((await following).position, 2);
  });

  it('ends inside a block at until, and another follower goes on from there', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...plays(100));
    const mirror = new DeltaMirror();
    const sink = (delta: ModelDelta) => {
      mirror.apply(delta);
    };
    const options = { until: sequence(41), signal: NEVER };
    const runtime = await follow(depsOf(rig, rig.runtime(VERSION), sink), options);
    assert.deepEqual([runtime.position, mirror.position], [41, 41]);
    await follow(depsOf(rig, runtime, sink), { until: sequence(99), signal: NEVER });
    assert.deepEqual([runtime.position, mirror.position], [99, 99]);
    assert.equal(await rig.hash(runtime), await rig.cleanHash(VERSION));
  });

  it('ends at a slice boundary when its signal aborts, with nothing left untold', async () => {
    const rig = await PartitionRig.create();
    rig.lookMs = 9;
    await rig.tell(...plays(500));
    const end = new AbortController();
    const mirror = new DeltaMirror();
    const yieldNow = () => {
      if (rig.nowMs > 100) end.abort();
      return Promise.resolve();
    };
    const runtime = await follow(
      depsOf(rig, rig.runtime(VERSION), (delta) => mirror.apply(delta), { yieldNow }),
      { signal: end.signal },
    );
    assert.ok(runtime.position > 0 && runtime.position < 499);
    assert.equal(mirror.position, runtime.position);
  });

  it('goes on with the promoted version from exactly there, with a whole delta', async () => {
    const rig = await PartitionRig.create();
    const second = definitionOf('second', { learningRate: 0.2 });
    await rig.tell(...plays(30));
    await rig.publish(promoted('second'), 'promotion');
    await rig.tell(...plays(30, 30));
    const wholes: [string, number][] = [];
    const mirror = new DeltaMirror();
    const asked: unknown[] = [];
    const runtime = await follow(
      depsOf(
        rig,
        rig.runtime(VERSION),
        (delta) => {
          mirror.apply(delta);
          if (delta.whole) wholes.push([delta.version, delta.to]);
        },
        {
          versions: {
            runtimeAt: (...args) => {
              asked.push(args);
              return rig.replay(rig.runtime(second), sequence(30));
            },
          },
        },
      ),
      { until: rig.journal.head(0), signal: NEVER },
    );
    assert.deepEqual(asked, [['second', 0, 30]]);
    assert.deepEqual(wholes, [
      ['first', -1],
      ['second', 30],
    ]);
    assert.equal(runtime.definition.version, 'second');
    assert.equal(mirror.position, 60);
    assert.equal(await rig.hash(runtime), await rig.cleanHash(second));
    assert.notEqual(await rig.hash(runtime), await rig.cleanHash(VERSION));
  });

  it('keeps its version where no versions are given or the same one is promoted', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...plays(3));
    await rig.publish(promoted('second'), 'other');
    await rig.publish(promoted('first'), 'same');
    await rig.tell(...plays(3, 3));
    const options = { until: rig.journal.head(0), signal: NEVER };
    const shadow = await follow(
      depsOf(rig, rig.runtime(VERSION), () => undefined),
      options,
    );
    assert.deepEqual([shadow.definition.version, shadow.position], ['first', 7]);
    const live = await rig.replay(rig.runtime(VERSION), sequence(3));
    const versions = { runtimeAt: () => Promise.reject(new Error('nobody is to be asked')) };
    await follow(
      depsOf(rig, live, () => undefined, { versions }),
      options,
    );
    assert.equal(live.position, 7);
  });

  it('refuses a runtime that does not stand at the promotion', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...plays(3));
    await rig.publish(promoted('second'), 'promotion');
    const versions = { runtimeAt: () => Promise.resolve(rig.runtime(definitionOf('second'))) };
    await assert.rejects(
      follow(
        depsOf(rig, rig.runtime(VERSION), () => undefined, { versions }),
        {
          until: sequence(3),
          signal: NEVER,
        },
      ),
      /given at 0:-1, not at 0:3/,
    );
  });

  it('throws what stops the runtime, after what went well was told', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...plays(2));
    await rig.tell({ user: 'gone', item: 'x' });
    await rig.identities.remove('gone');
    const runtime = rig.runtime(VERSION);
    const deps = depsOf(rig, runtime, () => undefined);
    await assert.rejects(follow(deps, { until: sequence(2), signal: NEVER }), {
      code: 'DAMAGED',
      message: /^partition 0 stopped at 0:2: /,
    });
    assert.equal(runtime.position, 1);
  });

  it('throws a failure of the journal, that of a block read ahead included', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...plays(2));
    await rig.tell(...plays(2, 2));
    const { journal } = rig;
    const read: FollowerDeps['journal']['read'] = (partition, after) =>
      after >= 1 ? Promise.reject(new Error('block 0:2 is torn')) : journal.read(partition, after);
    const torn = { read, head: journal.head.bind(journal), changed: journal.changed.bind(journal) };
    const runtime = rig.runtime(VERSION);
    await assert.rejects(
      follow(
        depsOf(rig, runtime, () => undefined, { journal: torn }),
        { signal: NEVER },
      ),
      /block 0:2 is torn/,
    );
    assert.equal(runtime.position, 1);
  });
});
