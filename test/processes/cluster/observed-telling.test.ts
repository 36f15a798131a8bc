import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PrequentialMetricsBook } from '../../../processes/core/prequential-metrics.ts';
import { clusterPrequential, tellObserved } from '../../../processes/cluster/observed-telling.ts';

test('a worker tells what came since the last time, and again what could not be told', async () => {
  const observed = new PrequentialMetricsBook(1);
  const told: (readonly [string, readonly number[]])[] = [];
  const warned: string[] = [];
  let isDown = false;
  const places = {
    add: (version: string, fresh: Uint16Array): Promise<void> => {
      if (isDown) return Promise.reject(new Error('down'));
      if (fresh.length > 0) told.push([version, [...fresh]]);
      return Promise.resolve();
    },
  };
  const events = { add: () => Promise.resolve() };
  const logger = { warn: (_: unknown, message?: string) => warned.push(message ?? '') };
  const stop = new AbortController();
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await pause(1);
  };
  const { places: seen } = observed.observerOf('v');
  const telling = tellObserved(
    { observed, places, events, logger: logger as never },
    stop.signal,
    1,
  );
  seen.add(3);
  await until(() => told.length === 1);
  isDown = true;
  seen.add(0);
  await until(() => warned.length > 0);
  seen.add(5);
  isDown = false;
  await until(() => told.length === 2);
  stop.abort();
  await telling;
  assert.deepEqual(told, [
    ['v', [3]],
    ['v', [0, 5]],
  ]);
});

test('an API tells the figures of what the workers told', async () => {
  const asked: unknown[] = [];
  const port = clusterPrequential(
    {
      newest: (count, version) => {
        asked.push([count, version]);
        return Promise.resolve([{ version: 'v', sampled: 9, newest: Uint16Array.of(1, 0, 15, 2) }]);
      },
    },
    0.25,
  );
  const { share, window, models } = await port.tell({ window: 4, model: 'v' });
  assert.deepEqual([share, window, asked], [0.25, 4, [[4, 'v']]]);
  const [{ version, sampled, events, recall } = {}] = models;
  assert.deepEqual([version, sampled, events, recall], ['v', 9, 4, { 10: 0.5, 20: 0.75 }]);
});
