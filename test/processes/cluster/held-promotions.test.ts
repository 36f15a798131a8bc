import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Aliases } from '../../../activities/versions/aliases.ts';
import type { PartitionNote } from '../../../activities/replay/fences.ts';
import type { SharedFact } from '../../../events/fact.ts';
import { sequence } from '../../../events/position.ts';
import type { ObservedEvent } from '../../../model/stream/observed-events.ts';
import { createHeldPromotions } from '../../../processes/cluster/held-promotions.ts';
import { MOVER_SILENT_MS_MAX } from '../../../processes/cluster/meeting.ts';
import { PROMOTION_LAG_EVENTS_MAX } from '../../../processes/core/promotions.ts';
import { definitionOf, RIG_BLEND } from '../../doubles/partition-rig.ts';

const HEAD = 5_000;

/** A cluster of two partitions as an API sees it: what workers told, and what answers are by. */
class ToldCluster {
  aliases: Aliases = { live: 'v1', shadow: 'v2', previous: null };
  served = 'v1';
  nowMs = 1_000_000;
  readonly appended: SharedFact[] = [];
  readonly events = new Map<string, readonly ObservedEvent[]>();
  /** What version 2 is learned by. */
  learner: 'gmf' | 'blend' = 'gmf';
  /** The partitions of version 2 that were wished for, and where it is kept. */
  readonly wished: number[] = [];
  readonly kept = new Map<number, number>();
  /** Whether a worker keeps what is wished for. */
  isHeeded = true;
  readonly notes: PartitionNote[] = [0, 1].map((partition) => this.#note(partition, HEAD));

  readonly promotions = createHeldPromotions({
    stores: {
      journal: { partitions: 2, head: () => HEAD, read: () => Promise.resolve() } as never,
      registry: {
        get: (version: string) => {
          const settings = this.learner === 'blend' ? RIG_BLEND : {};
          const definition = definitionOf(version, settings, 2);
          return Promise.resolve(/^v[1-3]$/.test(version) ? { definition } : undefined);
        },
        base: () => Promise.resolve(undefined),
      } as never,
      fences: { notes: () => Promise.resolve(this.notes) } as never,
      heldCheckpoints: {
        list: (partition) => {
          const at = this.kept.get(partition);
          return Promise.resolve(
            at === undefined ? [] : [{ version: 'v2', sequence: at, path: '' }],
          );
        },
      },
    },
    wishes: {
      wish: (partition, version) => {
        assert.equal(version, 'v2');
        assert.deepEqual(this.appended, [], 'it is wished for before it is promoted');
        this.wished.push(partition);
        if (this.isHeeded) this.kept.set(partition, HEAD);
        return Promise.resolve();
      },
    },
    aliases: {
      book: this as never,
      now: () => Promise.resolve(this.aliases),
    },
    observed: { kept: (version) => Promise.resolve(this.events.get(version) ?? []) },
    door: {
      appendShared: (fact) => {
        this.appended.push(fact);
        if (fact.kind === 'ModelPromoted') this.served = fact.version;
        const positions = [0, 1].map((partition) => ({ partition, sequence: sequence(HEAD + 1) }));
        return Promise.resolve({ positions, duplicate: false });
      },
    },
    serving: { partitions: 2, partition: () => ({ version: this.served }) },
    clock: () => this.nowMs,
    sleep: () => Promise.resolve(),
  });

  #note(partition: number, position: number): PartitionNote {
    return {
      fence: { partition, number: 1, holder: 'w' },
      ...{ version: 'v1', position: HEAD, barrier: 3, toldMs: this.nowMs },
      held: [{ version: 'v2', position, barrier: 3 }],
    };
  }

  /** Has the worker of a partition tell where it holds version 2. */
  tell(partition: number, position: number): void {
    this.notes[partition] = this.#note(partition, position);
  }
}

describe('promotions in a cluster', () => {
  it('make a version live that all workers hold at the head', async () => {
    const cluster = new ToldCluster();
    const { version, previous, positions } = await cluster.promotions.promote('v2');
    assert.deepEqual([version, previous, positions], ['v2', 'v1', ['0:5001', '1:5001']]);
    assert.equal(cluster.appended[0]?.kind, 'ModelPromoted');
  });

  it('refuse one that a worker is behind with, or does not hold, and write nothing', async () => {
    const cluster = new ToldCluster();
    cluster.tell(1, HEAD - PROMOTION_LAG_EVENTS_MAX - 1);
    await assert.rejects(cluster.promotions.promote('v2'), { code: 'CONFLICT', message: /behind/ });
    await assert.rejects(cluster.promotions.promote('v3'), {
      code: 'CONFLICT',
      message: /does not follow the stream: .*backfill --model v3/,
    });
    await assert.rejects(cluster.promotions.promote('v4'), { code: 'NOT_FOUND' });
    cluster.tell(1, HEAD);
    cluster.nowMs += MOVER_SILENT_MS_MAX;
    await assert.rejects(cluster.promotions.promote('v2'), { code: 'CONFLICT' }, 'nobody tells');
    assert.deepEqual(cluster.appended, []);
  });

  it('have a learner kept first that every API restores, and wait for it within a bound', async () => {
    const cluster = new ToldCluster();
    cluster.learner = 'blend';
    cluster.kept.set(0, HEAD - 1_000);
    assert.equal((await cluster.promotions.promote('v2')).version, 'v2');
    assert.deepEqual(cluster.wished, [0, 1]);
    assert.deepEqual([...cluster.kept.values()], [HEAD, HEAD]);
    const unheard = new ToldCluster();
    unheard.learner = 'blend';
    unheard.isHeeded = false;
    assert.equal((await unheard.promotions.promote('v2')).version, 'v2');
    assert.equal(unheard.appended.length, 1);
    const told = new ToldCluster();
    await told.promotions.promote('v2');
    assert.deepEqual(told.wished, [], 'deltas tell of this one');
    unheard.wished.length = 0;
    await assert.rejects(unheard.promotions.promote('v3'), { code: 'CONFLICT' });
    assert.deepEqual(unheard.wished, [], 'nobody holds it');
  });

  it('lead back to what was live before', async () => {
    const cluster = new ToldCluster();
    await assert.rejects(cluster.promotions.rollback('v1'), { code: 'CONFLICT' });
    cluster.aliases = { live: 'v1', shadow: null, previous: 'v2' };
    assert.equal((await cluster.promotions.rollback('v1')).version, 'v2');
  });

  it('pass a gate by the events that both versions were tested on', async () => {
    const cluster = new ToldCluster();
    const gate = { metric: 'recall10', eventsMin: 50 } as const;
    const placed = (place: (key: number) => number): readonly ObservedEvent[] =>
      Array.from({ length: 50 }, (_, key) => ({ key, place: place(key), cohorts: 0 }));
    cluster.events.set(
      'v1',
      placed(() => 0),
    );
    cluster.events.set('v2', placed((key) => (key < 49 ? 1 : 0)).slice(1));
    await assert.rejects(cluster.promotions.promote('v2', gate), {
      code: 'CONFLICT',
      message: /tested on 49 events/,
    });
    cluster.events.set(
      'v2',
      placed(() => 0),
    );
    await assert.rejects(cluster.promotions.promote('v2', gate), {
      code: 'CONFLICT',
      message: /not shown to be better/,
    });
    cluster.events.set(
      'v2',
      placed((key) => (key < 45 ? 1 : 0)),
    );
    assert.equal((await cluster.promotions.promote('v2', gate)).version, 'v2');
  });
});
