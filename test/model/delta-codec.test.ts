import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DELTA_FORMAT, decodeDelta, encodeDelta } from '../../model/delta-codec.ts';
import { deltaBytesMin } from '../../model/delta-layout.ts';
import { arbitraryDelta } from '../doubles/arbitrary-deltas.ts';
import { DeltaWorld } from '../projections/delta-world.ts';

test('a delta is itself again after the record, wherever the record stands in memory', () => {
  fc.assert(
    fc.property(arbitraryDelta, fc.nat(9), (delta, offset) => {
      const record = encodeDelta(delta);
      const pool = new Uint8Array(record.length + offset + 3);
      pool.set(record, offset);
      const read = decodeDelta(pool.subarray(offset, offset + record.length));
      pool.fill(0xff);
      assert.deepEqual(read, delta);
      assert.deepEqual(encodeDelta(read), record, 'bit by bit');
      assert.ok(record.length > deltaBytesMin(delta));
    }),
  );
});

test('a record with a changed or a missing byte is refused', () => {
  fc.assert(
    fc.property(arbitraryDelta, fc.nat(), fc.integer({ min: 1, max: 255 }), (delta, at, by) => {
      const record = encodeDelta(delta);
      const changed = Uint8Array.from(record);
      changed[at % record.length]! ^= by;
      assert.throws(() => decodeDelta(changed), /checksum/);
      assert.throws(() => decodeDelta(record.subarray(0, at % record.length)), /checksum/);
    }),
  );
});

test('a record of a newer format says so', async () => {
  const world = new DeltaWorld();
  world.happen({ user: 'u', item: 'a' });
  const record = encodeDelta(world.whole());
  record[0] = DELTA_FORMAT + 1;
  const { hash } = await import('node:crypto');
  const end = record.length - 16;
  record.set(hash('sha256', record.subarray(0, end), 'buffer').subarray(0, 16), end);
  assert.throws(() => decodeDelta(record), /format 2 .* start a newer Reprise/);
});

test('columns that do not fit each other are refused', () => {
  const world = new DeltaWorld();
  world.happen({ user: 'u', item: 'a' });
  const delta = world.take();
  for (const name of ['userVectors', 'itemBias', 'seenItems', 'newUsers'] as const) {
    const broken = { ...delta, [name]: delta[name].subarray(1) };
    assert.throws(() => encodeDelta(broken), new RegExp(`${name} does not fit`));
  }
});
