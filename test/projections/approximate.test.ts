import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recommendation } from '../../projections/answer.ts';
import type { LoadedRelease } from '../../projections/index-release.ts';
import { NO_RULES } from '../../projections/rules/asked-rules.ts';
import { Expression } from '../../projections/rules/expression.ts';
import type { Searcher, SearchOutcome } from '../../projections/searcher.ts';
import { DeltaWorld } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';
import type { ServingRig } from './serving-rig.ts';

const ITEMS = 20;
const yieldNow = (): Promise<void> => Promise.resolve();

/** A searcher that scans the release's rows by itself, or says what a test has it say. */
class ScanningSearcher implements Searcher {
  release: string | null = null;
  loaded: LoadedRelease | undefined;
  outcome: SearchOutcome | undefined;
  /** Runs before the answer, as if it happened while the searcher worked. */
  meanwhile: () => void = () => undefined;
  readonly asked: number[] = [];

  search(
    _release: string,
    partition: number,
    query: Float32Array,
    k: number,
  ): Promise<SearchOutcome> {
    this.asked.push(k);
    this.meanwhile();
    this.meanwhile = (): void => undefined;
    if (this.outcome !== undefined) return Promise.resolve(this.outcome);
    const part = this.loaded!.partitions.find((one) => one.partition === partition)!;
    const scored = part.ids.map((_, label) => {
      let score = 0;
      for (const [at, value] of query.entries()) {
        score += value * part.rows[label * query.length + at]!;
      }
      return { label, score };
    });
    const best = scored.sort((a, b) => b.score - a.score || a.label - b.label).slice(0, k);
    return Promise.resolve({ labels: Uint32Array.from(best.map(({ label }) => label)) });
  }

  use(): Promise<void> {
    return Promise.resolve();
  }

  status(): never {
    throw new Error('no test asks');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Items on a line: item i scores i for the one user, who has seen `seen`. */
function line(version = 'v1'): DeltaWorld {
  const world = new DeltaWorld({ version });
  for (let at = 0; at < ITEMS; at += 1) world.item(`i${at}`, [at, 0, 0, 0]);
  world.user('u', [1, 0, 0, 0]);
  world.happen({ user: 'u', item: 'i19' });
  return world;
}

function releaseOf(rig: ServingRig, release: string): LoadedRelease {
  const input = rig.serving.indexInput(0, 10);
  const { version, dimensions, ids, rows } = input;
  const partitions: LoadedRelease['manifest']['partitions'] = [];
  const about = { format: 1 as const, release, version, dimensions, partitions };
  const manifest = { ...about, recall10: 1, createdMs: 0, sha256: '' };
  return { manifest, folder: '', partitions: [{ partition: 0, ids, rows }] };
}

async function rigWithRelease(
  bounds: { overlayItemsMax?: number; candidatesMax?: number } = {},
): Promise<{ rig: ServingRig; world: DeltaWorld; searcher: ScanningSearcher }> {
  const searcher = new ScanningSearcher();
  const rig = await servingRig({
    searcher,
    bounds: { exactScanItemsMax: 5, candidatesSpare: 1, ...bounds },
  });
  const world = line();
  rig.serving.apply(world.whole());
  searcher.loaded = releaseOf(rig, 'r1');
  searcher.release = 'r1';
  await rig.serving.useRelease(searcher.loaded, yieldNow);
  return { rig, world, searcher };
}

function ask(rig: ServingRig, n = 3): Promise<Recommendation> {
  return rig.queries.recommend({ user: 'u', n, exclude: 'seen', after: [] });
}

function ids(answer: Recommendation): string[] {
  return answer.items.map(({ id }) => id);
}

test('above the threshold Faiss proposes, and the answer names the release', async () => {
  const { rig, searcher } = await rigWithRelease();
  const answer = await ask(rig);
  assert.deepEqual(answer.search, { mode: 'approximate', release: 'r1' });
  assert.deepEqual(answer.items, [
    { id: 'i18', score: 18 },
    { id: 'i17', score: 17 },
    { id: 'i16', score: 16 },
  ]);
  assert.deepEqual(searcher.asked, [5], 'n, the one seen item and the spare');
});

test('under rules Faiss proposes nothing, for its best may all be left out', async () => {
  const { rig, searcher } = await rigWithRelease();
  for (let at = 0; at < ITEMS; at += 1) {
    rig.catalogue.publish(`i${at}`, { genre: at < 3 ? 'jazz' : 'rock' });
  }
  const filter = new Expression('filter', 'item.genre == "jazz"');
  const answer = await rig.queries.recommend({
    ...{ user: 'u', n: 3, exclude: 'seen', after: [] },
    rules: { ...NO_RULES, filter },
  });
  assert.deepEqual(ids(answer), ['i2', 'i1', 'i0']);
  const reason = 'rules are obeyed by scanning all items';
  assert.deepEqual(answer.search, { mode: 'exact', reason });
  assert.deepEqual(searcher.asked, []);
});

test('items that are new since the release are found, scanned exactly', async () => {
  const { rig, world } = await rigWithRelease();
  world.item('new', [17.5, 0, 0, 0]);
  rig.serving.apply(world.take());
  const answer = await ask(rig);
  assert.deepEqual(ids(answer), ['i18', 'new', 'i17']);
  assert.equal(answer.search.mode, 'approximate');
  assert.equal(rig.serving.overlayStatus.overlayItems, 1);
});

test('items that drifted past the bound are scored by where they are today', async () => {
  const { rig, world } = await rigWithRelease();
  world.item('i2', [100, 0, 0, 0]);
  world.item('i18', [-1, 0, 0, 0]);
  world.item('i17', [17.1, 0, 0, 0]);
  rig.serving.apply(world.take());
  const answer = await ask(rig);
  assert.equal(rig.serving.overlayStatus.overlayItems, 2, 'i17 moved by less than a tenth');
  assert.deepEqual(answer.items, [
    { id: 'i2', score: 100 },
    { id: 'i17', score: 17.1 },
    { id: 'i16', score: 16 },
  ]);
});

test('drift counts from the release, in however many small steps it came', async () => {
  const { rig, world } = await rigWithRelease();
  for (const x of [10.5, 10.9, 11.4]) {
    world.item('i10', [x, 0, 0, 0]);
    rig.serving.apply(world.take());
  }
  assert.equal(rig.serving.overlayStatus.overlayItems, 1);
});

test('a new release takes the overlay in', async () => {
  const { rig, world, searcher } = await rigWithRelease();
  world.item('new', [17.5, 0, 0, 0]);
  rig.serving.apply(world.take());
  searcher.loaded = releaseOf(rig, 'r2');
  searcher.release = 'r2';
  await rig.serving.useRelease(searcher.loaded, yieldNow);
  const answer = await ask(rig);
  assert.deepEqual(ids(answer), ['i18', 'new', 'i17']);
  assert.equal(answer.search.release, 'r2');
  assert.equal(rig.serving.overlayStatus.overlayItems, 0);
});

test('where the searcher is not there, or says no, the scan is exact and the answer says why', async () => {
  const { rig, searcher } = await rigWithRelease();
  const whole = ids(await ask(rig));
  searcher.outcome = { why: 'the searcher took longer than 25 ms' };
  const late = await ask(rig);
  assert.deepEqual(late.search, { mode: 'exact', reason: 'the searcher took longer than 25 ms' });
  assert.deepEqual(ids(late), whole);
  searcher.release = null;
  assert.equal((await ask(rig)).search.reason, 'the searcher is not ready');
  await rig.serving.useRelease(undefined, yieldNow);
  assert.equal((await ask(rig)).search.reason, 'no index release of version v1');
});

test('a user who has seen more than the candidates bound is answered exactly', async () => {
  const { rig } = await rigWithRelease({ candidatesMax: 6 });
  assert.equal((await ask(rig, 3)).search.mode, 'approximate');
  const answer = await ask(rig, 10);
  assert.deepEqual(answer.search, { mode: 'exact', reason: 'too many seen items' });
  assert.equal(answer.items.length, 10);
});

test('what happens while the searcher works is in the answer', async () => {
  const { rig, world, searcher } = await rigWithRelease();
  searcher.meanwhile = (): void => {
    world.happen({ user: 'u', item: 'i18' });
    rig.serving.apply(world.take());
  };
  const answer = await ask(rig);
  assert.deepEqual(ids(answer), ['i17', 'i16', 'i15']);
  assert.deepEqual(answer.position, ['0:1']);
});

test('a promotion while the searcher works is answered by the new version alone', async () => {
  const { rig, searcher } = await rigWithRelease();
  const trained = line('v2');
  trained.item('i0', [50, 0, 0, 0]);
  searcher.meanwhile = (): void => rig.serving.apply(trained.whole());
  const answer = await ask(rig);
  assert.equal(answer.model, 'v2');
  assert.deepEqual(ids(answer), ['i0', 'i18', 'i17']);
  assert.deepEqual(answer.search, { mode: 'exact', reason: 'no index release of version v2' });
});

test('a full overlay asks for a build, once a release', async () => {
  const { rig, world } = await rigWithRelease({ overlayItemsMax: 2 });
  for (const id of ['n1', 'n2', 'n3', 'n4']) {
    world.item(id, [1, 0, 0, 0]);
    rig.serving.apply(world.take());
  }
  assert.deepEqual(rig.fullOverlays, ['r1']);
});

test('what changes while a release is taken into use is in the overlay', async () => {
  const { rig, world, searcher } = await rigWithRelease();
  for (let at = 0; at < 3_000; at += 1) world.item(`low${at}`, [-at, 0, 0, 0]);
  rig.serving.apply(world.take());
  searcher.loaded = releaseOf(rig, 'r2');
  searcher.release = 'r2';
  const changes = [
    (): void => void world.item('i3', [30, 0, 0, 0]),
    (): void => void world.item('low2999', [29, 0, 0, 0]),
    (): void => void world.item('new', [28, 0, 0, 0]),
  ];
  await rig.serving.useRelease(searcher.loaded, () => {
    changes.shift()?.();
    rig.serving.apply(world.take());
    return Promise.resolve();
  });
  assert.equal(changes.length, 0, 'it was taken into use in steps');
  const answer = await ask(rig);
  assert.deepEqual(answer.search, { mode: 'approximate', release: 'r2' });
  assert.deepEqual(ids(answer), ['i3', 'low2999', 'new']);
  assert.equal(rig.serving.overlayStatus.overlayItems, 3);
});
