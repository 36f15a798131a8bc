import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VersionRegistry } from '../../../../activities/versions/version-registry.ts';
import { RepriseError } from '../../../../events/error.ts';
import { sequence } from '../../../../events/position.ts';
import type { ModelDelta } from '../../../../model/delta.ts';
import { HeldTeller } from '../../../../processes/cluster/worker/held-teller.ts';
import { HeldTelling } from '../../../../processes/cluster/worker/held-telling.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { definitionOf, RIG_BLEND } from '../../../doubles/partition-rig.ts';
import { deltasOf } from '../../../contracts/delta-feed.contract.ts';
import { DeltaWorld } from '../../../projections/delta-world.ts';

const patience = { signal: new AbortController().signal, onTrouble: () => undefined };

/** Redis, as far as it is told here: streams by version and partition, each with who wrote to it last. */
class Streams {
  readonly told = new Map<string, ModelDelta[]>();
  /** Told to writers that come with an older fence. */
  fence = 0;

  of(version: string) {
    return {
      append: (delta: ModelDelta, fence: number): Promise<void> => {
        if (fence < this.fence) return Promise.reject(new RepriseError('FENCED', 'newer'));
        const key = `${version}/${String(delta.partition)}`;
        this.told.set(key, [...(this.told.get(key) ?? []), delta]);
        return Promise.resolve();
      },
      end: (partition: number) => {
        const last = this.told.get(`${version}/${String(partition)}`)?.at(-1);
        return Promise.resolve(last && { to: sequence(last.to) });
      },
    };
  }

  shortly(version = 'v2', partition = 0): readonly string[] {
    const told = this.told.get(`${version}/${String(partition)}`) ?? [];
    return told.map(({ whole, from, to }) => `${whole ? 'whole' : String(from)}–${String(to)}`);
  }
}

const watchOf = (number: number) => ({
  fence: { partition: 0, number, holder: 'w' },
  confirm: () => Promise.resolve(),
});

/** A teller of version 2 in partition 0, and how often it asked for a whole state. */
function tellerOf(streams: Streams, fence = 1) {
  const holes: string[] = [];
  const teller = new HeldTeller({
    ...{ patience, stream: streams.of('v2'), watch: () => watchOf(fence) },
    onHole: () => holes.push('hole'),
  });
  return { teller, holes };
}

/** A world that stands at a position, and where its deltas are taken of from now on. */
function worldAt(position: number): DeltaWorld {
  const world = new DeltaWorld({ version: 'v2' });
  deltasOf(world, position + 1);
  return world;
}

describe('a partition of a held version', () => {
  it('is told whole first, then by what changed', async () => {
    const streams = new Streams();
    const { teller } = tellerOf(streams);
    const world = worldAt(3);
    await teller.take(world.whole());
    for (const delta of deltasOf(world, 2)) await teller.take(delta);
    assert.deepEqual(streams.shortly(), ['whole–3', '3–4', '4–5']);
  });

  it('is told no second time by who takes it over, and goes on where the stream ends', async () => {
    const streams = new Streams();
    const first = worldAt(3);
    const { teller } = tellerOf(streams);
    await teller.take(first.whole());
    for (const delta of deltasOf(first, 4)) await teller.take(delta);
    const again = worldAt(1);
    const other = tellerOf(streams, 2);
    await other.teller.take(again.whole());
    for (const delta of deltasOf(again, 8)) await other.teller.take(delta);
    assert.deepEqual(streams.shortly(), ['whole–3', '3–4', '4–5', '5–6', '6–7', '7–8', '8–9']);
    assert.deepEqual(other.holes, []);
  });

  it('asks for the whole state where a delta goes past the end of the stream from before it', async () => {
    const streams = new Streams();
    const { teller } = tellerOf(streams);
    await teller.take(worldAt(3).whole());
    const again = worldAt(1);
    const other = tellerOf(streams, 2);
    await other.teller.take(again.whole());
    for (let at = 2; at < 6; at += 1) again.happen({ user: 'u', item: 'i', timeMs: at });
    await other.teller.take(again.take());
    assert.deepEqual(other.holes, ['hole']);
    for (const delta of deltasOf(again, 1)) await other.teller.take(delta);
    assert.deepEqual(streams.shortly(), ['whole–3'], 'what continues nobody is not told');
    const third = tellerOf(streams, 2);
    await third.teller.take(again.whole());
    for (const delta of deltasOf(again, 1)) await third.teller.take(delta);
    assert.deepEqual(streams.shortly(), ['whole–3', 'whole–6', '6–7']);
  });

  it('is left to who took the partition, without a word', async () => {
    const streams = new Streams();
    const { teller } = tellerOf(streams);
    const world = worldAt(0);
    await teller.take(world.whole());
    streams.fence = 2;
    for (const delta of deltasOf(world, 2)) await teller.take(delta);
    assert.deepEqual(streams.shortly(), ['whole–0']);
  });
});

/** A worker that moves partition 0, and experiments whose arms name versions. */
class TellingWorld {
  readonly streams = new Streams();
  readonly armed = { versions: [] as readonly string[], look: () => Promise.resolve() };
  readonly stale = new Set<string>();
  readonly changes: string[] = [];
  readonly telling: HeldTelling;

  constructor() {
    this.telling = new HeldTelling({
      streams: {
        of: (version) => this.streams.of(version),
        versions: (partition) =>
          Promise.resolve(
            [...this.streams.told.keys()]
              .filter((key) => key.endsWith(`/${String(partition)}`))
              .map((key) => key.split('/')[0] ?? ''),
          ),
        drop: (partition, version) => {
          this.streams.told.delete(`${version}/${String(partition)}`);
          return Promise.resolve();
        },
      },
      armed: this.armed,
      registry: {
        get: (version) => {
          const definition = definitionOf(version, version === 'v9' ? RIG_BLEND : {}, 1);
          return Promise.resolve({ definition }) as unknown as ReturnType<VersionRegistry['get']>;
        },
      },
      isStale: (version) => Promise.resolve(this.stale.has(version)),
      moved: () => [{ partition: 0, watch: watchOf(1) }],
      patience,
      onCheckpointNeeded: () => undefined,
      onChange: () => this.changes.push('changed'),
      logger: createLogger('silent'),
    });
  }
}

describe('what a worker tells of held versions', () => {
  it('is what arms name and a learner does not answer itself, while nobody was erased since', async () => {
    const world = new TellingWorld();
    const { telling, armed } = world;
    assert.equal(telling.of('v2', 0), undefined);
    armed.versions = ['v2', 'v9'];
    await telling.look();
    const teller = telling.of('v2', 0);
    assert.ok(teller !== undefined && telling.of('v2', 0) === teller);
    assert.notEqual(telling.of('v2', 1), teller);
    assert.equal(telling.of('v9', 0), undefined, 'a blend is learned by who answers by it');
    assert.deepEqual(world.changes, ['changed']);
    world.stale.add('v2');
    await telling.look();
    assert.equal(telling.of('v2', 0), undefined);
  });

  it('ends with the experiment, and the streams of former movers with it', async () => {
    const world = new TellingWorld();
    const { telling, armed, streams } = world;
    armed.versions = ['v2'];
    await telling.look();
    const teller = telling.of('v2', 0);
    const made = worldAt(2);
    await teller?.take(made.whole());
    await streams.of('v3').append(worldAt(1).whole(), 1);
    await telling.look();
    assert.deepEqual([...streams.told.keys()], ['v2/0']);
    armed.versions = [];
    await telling.look();
    for (const delta of deltasOf(made, 1)) await teller?.take(delta);
    assert.deepEqual([...streams.told.keys()], [], 'what was under way is told no more');
  });

  it('begins with the whole state where a version is held again, or asked for anew', async () => {
    const world = new TellingWorld();
    const { telling, armed } = world;
    armed.versions = ['v2'];
    await telling.look();
    const first = telling.of('v2', 0);
    telling.forget('v2');
    const second = telling.of('v2', 0);
    assert.notEqual(second, first, 'another reader is given the whole state');
    await second?.take(worldAt(4).whole());
    const hole = worldAt(1);
    await second?.take(hole.whole());
    for (let at = 2; at < 7; at += 1) hole.happen({ user: 'u', item: 'i', timeMs: at });
    await second?.take(hole.take());
    assert.notEqual(telling.of('v2', 0), second);
  });
});
