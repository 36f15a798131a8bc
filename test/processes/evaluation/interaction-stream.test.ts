import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { eventKey } from '../../../events/event-key.ts';
import type {
  InteractionStream,
  StreamRules,
} from '../../../processes/evaluation/interaction-stream.ts';
import { readInteractionStream } from '../../../processes/evaluation/interaction-stream.ts';

function read(
  lines: readonly string[],
  rules: Partial<StreamRules> = {},
): Promise<InteractionStream> {
  const source = Readable.from([Buffer.from(lines.join('\n'))]);
  const { signal } = new AbortController();
  return readInteractionStream(
    source,
    { positiveFrom: undefined, order: 'refuse', ...rules },
    signal,
  );
}

test('rows are numbered by first appearance in the order of time', async () => {
  const lines = ['user,item,timestamp', 'late,x,300', 'early,y,100', 'early,x,200'];
  const { events, users, items } = await read(lines, { order: 'sort' });
  assert.deepEqual(
    events.map(({ userRow, itemRow, timeMs }) => [userRow, itemRow, timeMs]),
    [
      [0, 0, 100_000],
      [0, 1, 200_000],
      [1, 1, 300_000],
    ],
  );
  assert.deepEqual([users, items], [2, 2]);
});

test('rows of one time stay in their order, and a blank time is that of the row before', async () => {
  const lines = ['user,item,timestamp', 'a,x,100', 'a,y,', 'a,z,100', 'b,x,50', 'b,y,'];
  const { events } = await read(lines, { order: 'sort' });
  const times = events.map(({ userRow, timeMs }) => [userRow, timeMs / 1_000]);
  assert.deepEqual(times, [
    [0, 50],
    [0, 50],
    [1, 100],
    [1, 100],
    [1, 100],
  ]);
});

test('an event has the key of the id that an import would give it', async () => {
  const { events } = await read(['{"id":"one","type":"play","user":"a","item":"x","time":100}']);
  const key = new DataView(eventKey('one').slice().buffer);
  assert.deepEqual(
    [events[0]?.key0, events[0]?.key1],
    [key.getUint32(0, true), key.getUint32(4, true)],
  );
});

test('types teach as they do in an instance, and one that is unknown is a broken line', async () => {
  const line = (type: string): string =>
    JSON.stringify({ id: type, type, user: 'a', item: 'x', time: 100 });
  const { events, broken, errors } = await read(['view', 'dislike', 'toString', 'play'].map(line));
  assert.deepEqual(
    events.map(({ positive, weight }) => [positive, weight]),
    [
      [1, 0.5],
      [0, 1],
      [1, 1],
    ],
  );
  assert.equal(broken, 1);
  assert.deepEqual(errors, [{ line: 3, reason: 'type "toString" is not known' }]);
});

test('a row without a value is taken whatever --positive-from says', async () => {
  const lines = ['user,item,rating,timestamp', 'a,x,,100', 'a,y,3,101', 'a,z,4,102'];
  const { events, passedOver } = await read(lines, { positiveFrom: 4 });
  assert.deepEqual([events.length, passedOver], [2, 1]);
});
