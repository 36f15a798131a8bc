import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { madeCsv } from './made-events.ts';
import type { Json } from './server.ts';
import { killSession } from './session.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';
import { assertInteractions } from './verified.ts';

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world.close());

for (const partitions of [1, 2]) {
  describe(`import into ${String(partitions)} partition(s)`, () => {
    test('of the same file twice changes nothing, and live equals a clean replay', async () => {
      const file = world.path(`twice-${String(partitions)}.csv`);
      const data = world.path(`twice-${String(partitions)}`);
      await writeFile(file, madeCsv(3_000));
      const argv = ['import', file, '--data', data];
      const first = await world.json(...argv, '--partitions', String(partitions));
      assert.deepEqual(pick(first), { events: 3_000, accepted: 3_000, duplicates: 0 });
      const again = await world.json(...argv);
      assert.deepEqual(pick(again), { events: 3_000, accepted: 0, duplicates: 3_000 });
      const verified = await world.json('verify', '--data', data);
      assertInteractions(verified, 3_000);
      // A barrier that is set meanwhile moves the state of many partitions on.
      if (partitions > 1) return;
      assert.deepEqual(
        [again['stateHash'], verified['hash']],
        [first['stateHash'], first['stateHash']],
      );
      assert.deepEqual(again['positions'], first['positions']);
    });

    test('that is killed goes on where it ended', async () => {
      const rows = 30_000;
      const file = world.path(`killed-${String(partitions)}.csv`);
      const data = world.path(`killed-${String(partitions)}`);
      await writeFile(file, madeCsv(rows));
      const argv = ['import', file, '--data', data];
      const child = world.start([...argv, '--partitions', String(partitions)]);
      const closed = once(child, 'close');
      // The cursor says that a part of the file is in the journal and the import under way.
      while (child.exitCode === null && !existsSync(join(data, 'imports'))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.ok(child.pid !== undefined && child.exitCode === null, 'the import ended too early');
      killSession(child.pid);
      await closed;
      const resumed = await world.json(...argv);
      assert.equal(resumed['events'], rows);
      assert.ok(Number(resumed['duplicates']) > 0, JSON.stringify(resumed));
      const verified = await world.json('verify', '--data', data);
      assertInteractions(verified, rows);
      // Barriers are facts: another import sets them elsewhere, and comes to another state.
      if (partitions > 1) return;
      assert.equal(verified['hash'], resumed['stateHash']);
      const fresh = world.path(`fresh-${String(partitions)}`);
      const whole = await world.json(
        ...['import', file, '--data', fresh, '--partitions', String(partitions)],
      );
      assert.equal(whole['stateHash'], resumed['stateHash']);
    });
  });
}

test('the ratings of ml-latest-small go in once', async (t) => {
  const file = join(process.env['REPRISE_DATA'] ?? '', 'events', 'ml-latest-small.csv.gz');
  if (!existsSync(file)) {
    t.diagnostic('REPRISE_DATA names no folder with events/ml-latest-small.csv.gz: nothing to do');
    return;
  }
  const data = world.path('ml-latest-small');
  const first = await world.json('import', file, '--data', data);
  assert.deepEqual(pick(first), { events: 100_836, accepted: 100_836, duplicates: 0 });
  assert.deepEqual([first['users'], first['items']], [610, 9_724]);
  const again = await world.json('import', file, '--data', data);
  assert.deepEqual(pick(again), { events: 100_836, accepted: 0, duplicates: 100_836 });
  assert.equal(again['stateHash'], first['stateHash']);
  const verified = await world.json('verify', '--data', data);
  assert.deepEqual([verified['equal'], verified['hash']], [true, first['stateHash']]);
});

function pick(report: Json): Json {
  const { events, accepted, duplicates } = report;
  return { events, accepted, duplicates };
}
