import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Catalogue } from '../../../processes/simulator/catalogue.ts';
import { createCatalogue, DEMO_ITEMS, GENRES } from '../../../processes/simulator/catalogue.ts';
import { favouriteGenres, genreAt } from '../../../processes/simulator/listener.ts';
import { Listening } from '../../../processes/simulator/listening.ts';
import type { ListeningSettings, SimulatedEvent } from '../../../processes/simulator/listening.ts';

const catalogue = createCatalogue(1, 2_000);
const day = 86_400_000;

function settings(more: Partial<ListeningSettings> = {}): ListeningSettings {
  return {
    catalogue,
    listeners: 100,
    worldSeed: 1,
    seed: 1,
    startMs: Date.UTC(2026, 0, 1),
    intervalMs: 20_000,
    driftMs: 14 * day,
    idPrefix: 'sim',
    ...more,
  };
}

function events(count: number, more: Partial<ListeningSettings> = {}): SimulatedEvent[] {
  const listening = new Listening(settings(more));
  return Array.from({ length: count }, (_, number) => listening.event(number));
}

test('the demo has at least 10,000 items, each with a title, an artist and a genre', () => {
  const { items } = createCatalogue(1, DEMO_ITEMS);
  assert.ok(items.length >= 10_000);
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
  for (const { metadata } of items) {
    assert.match(metadata.title, /^[A-Z]/);
    assert.match(metadata.artist, /^[A-Z]/);
    assert.ok(GENRES.some((genre) => genre === metadata.genre));
  }
});

test('the same seed gives the same catalogue, another seed another one', () => {
  const titles = (made: Catalogue): string[] => made.items.map(({ metadata }) => metadata.title);
  assert.deepEqual(titles(createCatalogue(7, 500)), titles(createCatalogue(7, 500)));
  assert.notDeepEqual(titles(createCatalogue(7, 500)), titles(createCatalogue(8, 500)));
});

test('the same seed gives the same events, in any order and from any place', () => {
  const all = events(500);
  assert.deepEqual(events(500), all);
  const listening = new Listening(settings());
  assert.deepEqual(listening.event(499), all[499]);
  assert.deepEqual(listening.event(0), all[0]);
  assert.notDeepEqual(events(500, { seed: 2 }), all);
});

test('ids are distinct and times go on by the interval', () => {
  const all = events(1_000);
  assert.equal(new Set(all.map(({ id }) => id)).size, 1_000);
  assert.equal(all[1]!.time - all[0]!.time, 20_000);
});

test('listeners play what suits them more than chance would', () => {
  const genreOf = new Map(catalogue.items.map(({ id, metadata }) => [id, metadata.genre]));
  const { startMs, driftMs } = settings();
  let suited = 0;
  let skippedSuited = 0;
  const all = events(20_000);
  for (const event of all) {
    const index = Number(event.user.slice('listener-'.length)) - 1;
    const period = Math.floor(event.time / driftMs);
    const listener = { index, seed: 1, driftMs };
    const favourites = [period, period + 1].flatMap((each) => favouriteGenres(listener, each));
    if (!favourites.some((genre) => GENRES[genre] === genreOf.get(event.item))) continue;
    suited += 1;
    if (event.type === 'skip' || event.type === 'dislike') skippedSuited += 1;
  }
  assert.ok(startMs > 0);
  assert.ok(suited / all.length > 0.6, `only ${String(suited)} of ${String(all.length)} suit`);
  assert.ok(skippedSuited / suited < 0.15, `${String(skippedSuited)} skipped of what suits`);
});

test('who puts on a record hears the tracks of an artist in their order', () => {
  const indexOf = new Map(catalogue.items.map(({ id }, index) => [id, index]));
  const last = new Map<string, number>();
  let next = 0;
  const all = events(20_000);
  for (const { user, item } of all) {
    const index = indexOf.get(item) as number;
    const before = last.get(user);
    const record =
      before === undefined ? [] : catalogue.artists[catalogue.artistOf[before] as number]!;
    const after = record[(record.indexOf(before as number) + 1) % record.length];
    if (record.length > 1 && after === index) next += 1;
    last.set(user, index);
  }
  assert.ok(next / all.length > 0.25, `only ${String(next)} follow the one before`);
});

test('a few listen at a time, each for a while', () => {
  const all = events(1_000);
  const beside = new Set(all.slice(0, 120).map(({ user }) => user));
  assert.ok(beside.size <= 10, `${String(beside.size)} listen at once`);
  assert.ok(new Set(all.map(({ user }) => user)).size > 30);
});

test('some items and some listeners are much busier than others', () => {
  const plays = new Map<string, number>();
  for (const { item } of events(20_000)) plays.set(item, (plays.get(item) ?? 0) + 1);
  const sorted = [...plays.values()].sort((a, b) => b - a);
  const top = sorted.slice(0, 200).reduce((sum, count) => sum + count, 0);
  assert.ok(top / 20_000 > 0.25, `the top tenth of the items has ${String(top)} plays`);
});

test('a taste changes with time, one favourite at a time', () => {
  const listener = { index: 3, seed: 1, driftMs: day };
  let changes = 0;
  for (let period = 0; period < 60; period += 1) {
    const now = favouriteGenres(listener, period);
    const next = favouriteGenres(listener, period + 1);
    const differing = now.filter((genre, place) => genre !== next[place]).length;
    assert.ok(differing <= 1);
    changes += differing;
  }
  assert.ok(changes > 30);
});

test('within a period the next taste takes over bit by bit', () => {
  const listener = { index: 3, seed: 1, driftMs: day };
  const share = (timeMs: number): number => {
    const blends = Array.from({ length: 100 }, (_, i) => i / 100);
    return blends.filter((blend) => genreAt(listener, timeMs, 0, blend).period === 1).length;
  };
  assert.deepEqual([share(0), share(day / 4), share(day / 2), share(day - 1)], [0, 25, 50, 100]);
});
