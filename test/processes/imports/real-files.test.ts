import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { EventSource } from '../../../processes/imports/event-source.ts';

const folder = process.env['REPRISE_DATA'] ?? '';

/** Real files with the counts that their descriptions give. */
const FILES = [
  { file: 'ml-latest-small.csv.gz', events: 100_836, users: 610, items: 9_724 },
  { file: 'ml-100k.csv.gz', events: 100_000, users: 943, items: 1_682 },
  { file: 'movietweetings-100k.csv.gz', events: 100_000, users: 16_554, items: 10_506 },
  { file: 'lastfm-hetrec-plays.csv.gz', events: 92_834, users: 1_892, items: 17_632 },
  { file: 'taste-profile-10k.csv.gz', events: 10_000, users: 365, items: 5_175 },
] as const;

for (const { file, events, users, items } of FILES) {
  const path = join(folder, 'events', file);
  const absent = !existsSync(path) && 'REPRISE_DATA names no folder with this file';
  test(
    `${file} has the rows, users and items that it is said to have`,
    { skip: absent },
    async () => {
      const source = new EventSource({ type: 'play', positiveFrom: undefined });
      const ids = new Set<string>();
      for await (const batch of source.read(createReadStream(path))) {
        for (const { event } of batch.events) ids.add(event.id);
        assert.deepEqual(batch.broken, []);
      }
      assert.deepEqual([ids.size, source.users, source.items], [events, users, items]);
    },
  );
}
