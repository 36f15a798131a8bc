import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PartitionRuntime as Runtime } from '../../../actors/runtime/partition.ts';
import type { RepriseError } from '../../../events/error.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import { DeltaMirror } from '../../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, RIG_BLEND, type Told } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('first', {}, 1);

function promotion(version: string) {
  return {
    kind: 'ModelPromoted',
    version,
    baseSha256: [],
    start: [],
    settings: {},
    timeMs: 0,
  } as const;
}

/** `given(events).when(events).then(…)`: what a partition makes of them. */
function given(...past: Told[]) {
  return {
    when(...told: Told[]) {
      return {
        async then(check: (delta: ModelDelta, rig: PartitionRig) => void) {
          const rig = await PartitionRig.create();
          const runtime = rig.runtime(VERSION);
          if (past.length > 0) await rig.tell(...past);
          await rig.replay(runtime);
          runtime.takeDelta();
          await rig.tell(...told);
          await rig.replay(runtime);
          check(runtime.takeDelta(), rig);
        },
      };
    },
  };
}

describe('a partition', () => {
  it('gives new users and items their rows in the order of their first event', async () => {
    await given({ user: 'ann', item: 'a' })
      .when({ user: 'bea', item: 'b' }, { user: 'ann', item: 'c' }, { user: 'bea', item: 'a' })
      .then((delta) => {
        assert.equal(delta.whole, false);
        assert.deepEqual([delta.from, delta.to], [0, 3]);
        assert.equal(delta.userRowsBefore, 1);
        assert.equal(delta.newUsers.length, 16);
        assert.equal(delta.itemRowsBefore, 1);
        assert.deepEqual(delta.newItems, ['b', 'c']);
        assert.deepEqual([...delta.userRows], [0, 1]);
        assert.deepEqual([...delta.userEvents], [2, 2]);
        assert.deepEqual([...delta.seenUsers], [1, 0, 1]);
        assert.deepEqual([...delta.seenItems], [1, 2, 0]);
      });
  });

  it('learns nothing from what was shown, to the last bit', async () => {
    for (const learner of [{}, RIG_BLEND]) {
      const hashes = new Set<string>();
      for (const isShown of [false, true]) {
        const rig = await PartitionRig.create();
        const type = 'impression';
        const before = [{ user: 'late', item: 'never', type }];
        const between = [{ user: 'u', item: 'a', type, timeMs: 9_000 }];
        if (isShown) await rig.tell(...before);
        await rig.tell({ user: 'u', item: 'a' }, { user: 'v', item: 'b', type: 'skip' });
        if (isShown) await rig.tell(...between);
        await rig.tell({ user: 'u', item: 'b' }, { user: 'late', item: 'a' });
        const runtime = await rig.replay(rig.runtime(definitionOf('v1', learner, 1)));
        assert.deepEqual(
          { ...runtime.counters, activeActors: 0 },
          {
            ...{ events: 4, users: 3, items: 2, refused: 0, passedOver: 0 },
            ...{ activeActors: 0, passivations: 0 },
          },
        );
        hashes.add(await rig.hash(runtime));
      }
      assert.equal(hashes.size, 1);
    }
  });

  it('parks an event of an unknown type, which leaves no trace in what is learned', async () => {
    await given({ user: 'ann', item: 'a' })
      .when({ user: 'bea', item: 'b', type: 'yodel', timeMs: 7 })
      .then((delta) => {
        assert.deepEqual(delta.deadLetters, [
          { sequence: 1, reason: 'unknown type', type: 'yodel', item: 'b', timeMs: 7 },
        ]);
        assert.deepEqual([delta.newUsers.length, delta.newItems.length], [0, 0]);
        assert.deepEqual([delta.userRows.length, delta.itemRows.length], [0, 0]);
      });
  });

  it('parks an event whose time is none', async () => {
    await given()
      .when({ user: 'ann', item: 'a', timeMs: Infinity })
      .then((delta) => {
        assert.equal(delta.deadLetters[0]?.reason, 'time out of range');
      });
  });

  it('takes a user into the delta whose vector a negative event leaves as it was', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(definitionOf('paper', { learner: 'isgd', negatives: 0 }));
    await rig.tell({ user: 'ann', item: 'a' });
    await rig.replay(runtime);
    runtime.takeDelta();
    await rig.tell({ user: 'ann', item: 'a', type: 'skip' });
    await rig.replay(runtime);
    const delta = runtime.takeDelta();
    assert.deepEqual([...delta.userRows], [0]);
    assert.deepEqual([...delta.userEvents], [2]);
    assert.deepEqual([...delta.userPositives], [1]);
  });

  it('knows an item named __proto__', async () => {
    await given()
      .when({ user: 'ann', item: '__proto__' }, { user: '__proto__', item: 'constructor' })
      .then((delta) => {
        assert.deepEqual(delta.newItems, ['__proto__', 'constructor']);
      });
  });

  it('parks a type named like a property of every object', async () => {
    await given()
      .when({ user: 'ann', item: 'a', type: 'constructor' })
      .then((delta) => {
        assert.equal(delta.deadLetters.length, 1);
      });
  });

  it('keeps the newest dead letters within the bound and counts them all', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION, 0, { deadLettersMax: 3 });
    const refused = Array.from({ length: 50 }, (_, n) => ({
      user: 'ann',
      item: `i${String(n)}`,
      type: 'yodel',
    }));
    await rig.tell(...refused);
    await rig.replay(runtime);
    assert.deepEqual(
      runtime.deadLetters.map(({ sequence: at }) => at),
      [47, 48, 49],
    );
    assert.equal(runtime.counters.refused, 50);
    assert.equal(runtime.counters.events, 0);
  });

  it('stops right after a promotion and goes on from there', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION);
    await rig.tell({ user: 'ann', item: 'a' });
    await rig.publish(promotion('second'), 'p');
    await rig.tell({ user: 'ann', item: 'b' });
    await runtime.prepare((await rig.journal.read(0, ORIGIN))!);
    await runtime.prepare((await rig.journal.read(0, sequence(0)))!);
    await runtime.prepare((await rig.journal.read(0, sequence(1)))!);
    const outcome = runtime.run('all');
    assert.ok(typeof outcome === 'object' && 'switch' in outcome);
    assert.equal(outcome.switch.version, 'second');
    assert.equal(outcome.at, 1);
    assert.equal(runtime.position, 1);
    assert.equal(runtime.run('all'), 'done');
    assert.equal(runtime.position, 2);
  });

  it('stops at until, inside a block, and at the deadline', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION);
    await rig.tell(...Array.from({ length: 100 }, (_, n) => ({ user: 'ann', item: `i${n}` })));
    await runtime.prepare((await rig.journal.read(0, ORIGIN))!);
    assert.equal(runtime.run('all', sequence(10)), 'done');
    assert.equal(runtime.position, 10);
    assert.equal(runtime.run(rig.nowMs), 'more');
    assert.ok(runtime.position > 10 && runtime.position < 99);
    assert.equal(runtime.run('all'), 'done');
    assert.equal(runtime.position, 99);
  });

  it('holds a bounded number of messages, and one block at least', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION, 0, { mailboxMessagesMax: 3 });
    await rig.tell(...['a', 'b', 'c', 'd'].map((item) => ({ user: 'ann', item })));
    await rig.tell({ user: 'ann', item: 'e' });
    await runtime.prepare((await rig.journal.read(0, ORIGIN))!);
    const next = (await rig.journal.read(0, sequence(3)))!;
    assert.equal(runtime.hasRoom(next.count), false);
    await assert.rejects(runtime.prepare(next), { code: 'UNAVAILABLE' });
    assert.equal(runtime.run('all'), 'done');
    await runtime.prepare(next);
    assert.equal(runtime.run('all'), 'done');
    assert.equal(runtime.position, 4);
  });

  it('refuses a block that leaves a gap and passes over one it has had', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION);
    await rig.tell({ user: 'ann', item: 'a' });
    await rig.tell({ user: 'ann', item: 'b' });
    const second = (await rig.journal.read(0, sequence(0)))!;
    await assert.rejects(runtime.prepare(second), /does not fit a partition at 0:-1/);
    const first = (await rig.journal.read(0, ORIGIN))!;
    await runtime.prepare(first);
    await runtime.prepare(first);
    assert.equal(runtime.run('all'), 'done');
    assert.equal(runtime.counters.events, 1);
  });

  it('passes over the events of an erased user', async () => {
    const rig = await PartitionRig.create();
    await rig.tell({ user: 'ann', item: 'a' }, { user: 'bea', item: 'b' });
    const ann = (await rig.identities.find('ann'))!;
    await rig.identities.remove('ann');
    await rig.publish({ kind: 'UserErased', user: ann.surrogate, timeMs: 0 }, 'erased');
    const runtime = await rig.replay(rig.runtime(VERSION));
    assert.equal(runtime.counters.passedOver, 1);
    assert.equal(runtime.counters.users, 1);
    const without = await PartitionRig.create();
    await without.tell({ user: 'bea', item: 'b' });
    assert.equal(await rig.hash(runtime), await without.cleanHash(VERSION));
  });

  it('looks up many new users over several turns, and seeds each by its own id', async () => {
    const rig = await PartitionRig.create();
    const told = Array.from({ length: 1_200 }, (_, n) => ({ user: `u${n}`, item: `i${n % 7}` }));
    await rig.tell(...told);
    const last = (await rig.identities.find('u1199'))!;
    await rig.identities.remove('u1199');
    await rig.publish({ kind: 'UserErased', user: last.surrogate, timeMs: 0 }, 'erased');
    let turns = 0;
    const yieldNow = () => {
      turns += 1;
      return Promise.resolve();
    };
    const runtime = new Runtime({ ...rig.deps(VERSION, 0, { holdMsMax: 0 }), yieldNow });
    await rig.replay(runtime);
    assert.ok(turns >= 3, `${String(turns)} turns`);
    assert.equal(runtime.counters.users, 1_199);
    assert.equal(runtime.counters.passedOver, 1);
    const inLots = await PartitionRig.create();
    for (let at = 0; at < 1_199; at += 100)
      await inLots.tell(...told.slice(at, at + 100).slice(0, 1_199 - at));
    assert.equal(await rig.hash(runtime), await inLots.cleanHash(VERSION));
  });

  it('stops loudly where an identity is missing and nobody was erased', async () => {
    const rig = await PartitionRig.create();
    await rig.tell({ user: 'ann', item: 'a' });
    await rig.replay(rig.runtime(VERSION));
    await rig.identities.remove('ann');
    const runtime = rig.runtime(VERSION);
    await assert.rejects(rig.replay(runtime), (error: RepriseError) => {
      assert.equal(error.code, 'DAMAGED');
      assert.match(error.message, /^partition 0 stopped at 0:0: the identity of a user is missing/);
      assert.equal(error.fields['position'], '0:0');
      return true;
    });
    assert.equal(runtime.stopped?.code, 'DAMAGED');
    assert.throws(() => runtime.run('all'), { code: 'DAMAGED' });
    await assert.rejects(runtime.capture(), { code: 'DAMAGED' });
  });

  it('stops for good at a failure that is no refusal, and names the position', async () => {
    const rig = await PartitionRig.create();
    const broken = { ...VERSION, types: { play: { weight: NaN, polarity: 'positive' as const } } };
    const runtime = rig.runtime(broken);
    await rig.tell({ user: 'ann', item: 'a', type: 'view' }, { user: 'ann', item: 'a' });
    await assert.rejects(
      rig.replay(runtime),
      /^RepriseError: partition 0 stopped at 0:1: .*weight NaN/,
    );
    await assert.rejects(rig.replay(runtime), /stopped at 0:1/);
    assert.ok(runtime.stopped?.cause instanceof RangeError);
  });

  it('does not run while its state is captured', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION);
    await rig.tell({ user: 'ann', item: 'a' });
    await runtime.prepare((await rig.journal.read(0, ORIGIN))!);
    const captured = runtime.capture();
    assert.throws(() => runtime.run('all'), /during a capture/);
    await captured;
    assert.equal(runtime.run('all'), 'done');
  });

  it('gives a whole delta first, at once or in turns alike', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(
      { user: 'ann', item: 'a' },
      { user: 'bea', item: 'b' },
      { user: 'x', item: 'a' },
    );
    const [atOnce, inTurns] = [new DeltaMirror(), new DeltaMirror()];
    atOnce.apply((await rig.replay(rig.runtime(VERSION))).takeDelta());
    inTurns.apply(await (await rig.replay(rig.runtime(VERSION))).takeWhole());
    assert.deepEqual(atOnce.content(), inTurns.content());
  });

  it('tells readers when an actor forgets what it saw', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime({ ...VERSION, actors: { seenItemsMax: 4, recentItemsMax: 2 } });
    const mirror = new DeltaMirror();
    mirror.apply(runtime.takeDelta());
    for (let n = 0; n < 23; n++) {
      await rig.tell({ user: 'ann', item: `i${n % 7}`, timeMs: n }, { user: 'bea', item: `i${n}` });
      await rig.replay(runtime);
      if (n % 3 === 0) mirror.apply(runtime.takeDelta());
    }
    mirror.apply(runtime.takeDelta());
    const whole = new DeltaMirror();
    whole.apply(await runtime.takeWhole());
    assert.deepEqual(mirror.content(), whole.content());
  });
});
