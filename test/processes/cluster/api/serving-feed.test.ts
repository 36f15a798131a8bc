import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { loadKernel } from '../../../../model/kernel/kernel.ts';
import { ServingFeed } from '../../../../processes/cluster/api/serving-feed.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../../../projections/bounds.ts';
import { ServingState } from '../../../../projections/serving-state.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { createMemoryJournal } from '../../../doubles/memory-journal.ts';
import { SeededRandom } from '../../../doubles/seeded-random.ts';
import { FeedWorld } from './feed-world.ts';
import type { FeedEvent } from './feed-world.ts';

const kernels = await loadKernel({ plain: true });

function emptyState(): ServingState {
  return new ServingState({
    ...{ partitions: 1, kernels, bounds: DEFAULT_PROJECTION_BOUNDS },
    schedule: () => () => undefined,
  });
}

/** Everything that answers read of a state, as a text. */
function contentOf(serving: ServingState): string {
  const { users, vectors, version, deadLetters } = serving.partition(0);
  return JSON.stringify({
    version,
    position: serving.position(0),
    users: Array.from({ length: users.rows }, (_, row) => [
      ...[users.facts(row), [...users.vector(row)], [...users.seen.rows(row)]],
    ]),
    items: Array.from({ length: vectors.rows }, (_, row) => vectors.id(row)),
    popular: serving.popular.top(20, new Set()),
    letters: deadLetters.letters,
  });
}

interface Run {
  readonly world: FeedWorld;
  readonly serving: ServingState;
  readonly feed: ServingFeed;
  readonly end: () => Promise<void>;
}

function start(t: TestContext, world = new FeedWorld()): Run {
  const serving = emptyState();
  const ending = new AbortController();
  const feed = new ServingFeed({
    ...{ serving, states: world.states, reader: world.reader, wishes: world.wisher },
    clock: () => 0,
    sleep: () => turn(),
    yieldNow: () => turn(),
    logger: createLogger('silent'),
    // Answers of this world read no learner.
    learning: { journal: createMemoryJournal(1), sliceMsMax: 8, clock: () => 0 },
  });
  const running = feed.run(ending.signal);
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  t.after(end);
  return { world, serving, feed, end };
}

/** The content that a plain fold of the mover's events has. */
function foldOf(world: FeedWorld): string {
  const plain = emptyState();
  plain.apply(world.mover.whole());
  return contentOf(plain);
}

async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    assert.ok(turns < 5_000, 'it did not come to hold');
    await turn();
  }
}

function event(random: SeededRandom): FeedEvent {
  return {
    user: `user-${String(random.below(9))}`,
    item: `item-${String(random.below(12))}`,
    vector: Array.from({ length: 4 }, () => random.next()),
  };
}

describe('the feed of the read side', () => {
  it('starts from nothing, then follows the deltas', async (t) => {
    const { world, serving, feed } = start(t);
    await until(() => serving.isReady);
    assert.equal(serving.position(0), -1);
    world.happen([event(new SeededRandom(1))]);
    await until(() => serving.position(0) === 0);
    assert.equal(feed.stand(0).state, 'following');
    assert.equal(contentOf(serving), foldOf(world));
  });

  it('serves the old state, and says so, until a checkpoint past a gap is whole', async (t) => {
    const { world, serving, feed } = start(t);
    const random = new SeededRandom(2);
    world.isHeard = false;
    await until(() => serving.isReady);
    world.happen([event(random)]);
    await until(() => serving.position(0) === 0);
    const before = contentOf(serving);
    world.happen([event(random)]);
    world.flush();
    world.happen([event(random)]);
    await until(() => feed.stand(0).state === 'reloading' && world.wishes > 2);
    assert.equal(contentOf(serving), before);
    world.isHeard = true;
    await until(() => serving.position(0) === 2);
    assert.equal(contentOf(serving), foldOf(world));
  });

  it('waits a failure out, and keeps what it serves', async (t) => {
    const { world, serving, feed } = start(t);
    const random = new SeededRandom(3);
    await until(() => serving.isReady);
    world.failure = new Error('the store is away');
    world.happen([event(random)]);
    world.happen([event(random)]);
    world.lose(0);
    await until(() => feed.stand(0).state === 'failing' || serving.position(0) >= 0);
    assert.ok(serving.isReady);
    world.failure = undefined;
    await until(() => serving.position(0) === 1);
    assert.equal(contentOf(serving), foldOf(world));
  });

  it('replaces what it serves by another state of the same place, and goes on', async (t) => {
    const { world, serving, feed } = start(t);
    const random = new SeededRandom(4);
    world.happen([event(random), event(random)]);
    await until(() => serving.position(0) === 1);
    const old = serving.partition(0);
    await feed.replace(0, (at) => {
      assert.deepEqual(at, { version: 'v1', sequence: 1 });
      return Promise.resolve({ delta: world.mover.whole() });
    });
    assert.notEqual(serving.partition(0), old);
    const wrong = feed.replace(0, () =>
      Promise.resolve({ delta: { ...world.mover.whole(), to: 7 } }),
    );
    await assert.rejects(wrong, RangeError);
    world.happen([event(random)]);
    await until(() => serving.position(0) === 2);
    assert.equal(contentOf(serving), foldOf(world));
  });

  it('ends with a refusal of what still waits to be replaced', async (t) => {
    const world = new FeedWorld();
    world.failure = new Error('the store is away');
    const { feed, end } = start(t, world);
    const waiting = assert.rejects(
      feed.replace(0, () => Promise.reject(new Error('never asked'))),
      /ending/,
    );
    await end();
    await waiting;
  });

  for (let seed = 10; seed < 22; seed += 1) {
    it(`never serves half a state, whatever is lost (seed ${String(seed)})`, async (t) => {
      await simulate(t, seed);
    });
  }
});

/** A random life of one partition: what is served is at every moment what a plain fold has at that place. */
async function simulate(t: TestContext, seed: number): Promise<void> {
  const { world, serving } = start(t);
  const random = new SeededRandom(seed);
  const consumed: FeedEvent[] = [];
  const folds = new Map<string, string>();
  const remember = (): void => {
    folds.set(`${world.mover.version}@${String(world.mover.position)}`, foldOf(world));
  };
  remember();
  let version = 1;
  let last = -1;
  const look = (): void => {
    if (!serving.isReady) return;
    const position = serving.position(0);
    assert.ok(position >= last, 'what is served went back');
    last = position;
    const { version: served } = serving.partition(0);
    assert.equal(contentOf(serving), folds.get(`${served}@${String(position)}`));
  };
  for (let step = 0; step < 120; step += 1) {
    const dice = random.below(20);
    world.isHeard = random.below(4) > 0;
    world.failure = random.below(12) === 0 ? new Error('the store is away') : undefined;
    if (dice < 12) {
      const events = Array.from({ length: 1 + random.below(3) }, () => event(random));
      consumed.push(...events);
      world.happen(events);
    } else if (dice < 14) world.flush();
    else if (dice < 16) world.lose(random.below(8));
    else if (dice < 18) world.checkpoint();
    else if (dice < 19) {
      version += 1;
      world.promote(`v${String(version)}`, consumed);
    }
    remember();
    for (let turns = random.below(12); turns > 0; turns -= 1) {
      await turn();
      look();
    }
  }
  world.failure = undefined;
  world.isHeard = true;
  const events = [event(random)];
  consumed.push(...events);
  world.happen(events);
  remember();
  await until(() => {
    look();
    return serving.position(0) === world.mover.position;
  });
  assert.equal(contentOf(serving), foldOf(world));
}
