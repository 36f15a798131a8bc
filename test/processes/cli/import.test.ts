import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { RepriseError } from '../../../events/error.ts';
import { exportEvents } from '../../../events/export-events.ts';
import { startCli } from './harness.ts';
import type { CliHarness } from './harness.ts';

async function withCli(
  work: (cli: CliHarness) => Promise<void>,
  ...change: Parameters<typeof startCli>
): Promise<void> {
  const cli = await startCli(...change);
  try {
    await work(cli);
  } finally {
    await cli.close();
  }
}

async function file(cli: CliHarness, name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(cli.folder, name);
  await writeFile(path, bytes);
  return path;
}

const text = 'userId,movieId,rating,timestamp\n1,007,4.0,828124615\n1,8,2,828124616\n2,007,5,\n';

test('import prints what it read, and the same again changes nothing', async () => {
  await withCli(async (cli) => {
    const path = await file(cli, 'ratings.csv.gz', gzipSync(text));
    const first = await cli.run('import', path, '--json');
    assert.equal(first.exit, 0);
    assert.equal(first.stdout.trimEnd().split('\n').length, 1);
    const { events, accepted, duplicates, users, items, stateHash, errors } = first.json ?? {};
    assert.deepEqual(
      { events, accepted, duplicates, users, items, stateHash, errors },
      { events: 3, accepted: 3, duplicates: 0, users: 2, items: 2, stateHash: 'ab', errors: [] },
    );
    const again = await cli.run('import', path, '--json');
    assert.deepEqual([again.json?.['accepted'], again.json?.['duplicates']], [0, 3]);
    assert.equal(cli.api.journal.head(0), 2);
  });
});

test('import gives rows the source that is named, but for those that name their own', async () => {
  await withCli(async (cli) => {
    const path = await file(cli, 'r.csv', text);
    const lines = ['{"user":"a","item":"x","source":"own"}', '{"user":"b","item":"x"}'];
    const events = await file(cli, 'e.ndjson', lines.join('\n'));
    assert.equal((await cli.run('import', path, '--source', 'crawl')).exit, 0);
    assert.equal((await cli.run('import', events, '--source', 'crawl')).exit, 0);
    const sources: (string | undefined)[] = [];
    for await (const each of exportEvents(cli.api.journal, cli.api.identities)) {
      if ('user' in each) sources.push(each.source);
    }
    assert.deepEqual(sources, ['crawl', 'crawl', 'crawl', 'own', 'crawl']);
    const refused = await cli.run('import', path, '--source', 'x'.repeat(257));
    assert.equal(refused.exit, 2);
    assert.match(refused.stderr, /longer than 256 bytes/);
  });
});

test('import for people is a table without JSON', async () => {
  await withCli(async (cli) => {
    const { stdout, exit } = await cli.run('import', await file(cli, 'r.csv', text));
    assert.equal(exit, 0);
    assert.match(stdout, /^events {6}3$/m);
    assert.match(stdout, /^state hash {2}ab$/m);
  });
});

test('broken lines and lines that the journal refuses are reported, the rest is imported', async () => {
  await withCli(async (cli) => {
    const lines = [
      '{"id":"1","type":"play","user":"a","item":"x","time":1}',
      '{"id":"2","type":"whistle","user":"a","item":"x","time":1}',
      'nonsense',
      '{"id":"3","type":"play","user":"a","item":"y","time":"2100-01-01"}',
      '{"id":"4","type":"play","user":"a","item":"z","time":2}',
      `{"id":"5","type":"play","user":"a","item":"z","context":{"k":"${'x'.repeat(5_000)}"}}`,
      '{"id":"6","type":"play","user":"a","item":"z","time":3}',
    ];
    const path = await file(cli, 'events.ndjson', lines.join('\n'));
    const { exit, json } = await cli.run('import', path, '--json');
    assert.equal(exit, 1);
    assert.deepEqual([json?.['events'], json?.['broken']], [3, 4]);
    const errors = json?.['errors'] as { line: number; reason: string }[];
    assert.deepEqual(
      errors.map(({ line }) => line),
      [2, 3, 4, 6],
    );
    assert.match(errors[0]!.reason, /^type is unknown; use one of/);
    assert.match(errors[2]!.reason, /future/);
    assert.match(errors[3]!.reason, /^context must be at most 4096 bytes/);
  });
});

test('a type that the journal does not know ends the import at once', async () => {
  await withCli(async (cli) => {
    const rows = Array.from({ length: 100 }, (_, i) => `u,i${String(i)},1`);
    const path = await file(cli, 'r.csv', `user,item,value\n${rows.join('\n')}\n`);
    const { exit, stderr } = await cli.run('import', path, '--type', 'whistle');
    assert.equal(exit, 2);
    assert.match(stderr, /type is unknown; use one of/);
    assert.equal(cli.api.journal.head(0), -1);
  });
});

test('an export imported elsewhere keeps ids, times, values, context and titles', async () => {
  await withCli(async (cli) => {
    const path = await file(cli, 'r.csv', text);
    assert.equal((await cli.run('import', path, '--positive-from', '3')).exit, 0);
    const body = { title: 'A title' };
    await cli.api.door.publishItem('007', body);
    await cli.api.door.accept([
      { id: 'mine', type: 'like', user: 'ü', item: '__proto__', time: 5, context: { a: 1 } },
    ]);
    const exported = await cli.run('export');
    assert.equal(exported.exit, 0);
    assert.match(exported.stdout, /^\{"id":"[0-9a-f]{32}","position":"0:0",/);
    await withCli(async (other) => {
      const path2 = await file(other, 'export.ndjson', exported.stdout);
      const { exit, json } = await other.run('import', path2, '--json');
      assert.equal(exit, 0);
      assert.deepEqual([json?.['events'], json?.['accepted'], json?.['published']], [4, 4, 1]);
      const withoutPosition = (lines: string): string[] =>
        lines
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/"position":"[^"]*",/, ''));
      const kept = (lines: string): string[] =>
        withoutPosition(lines).filter((line) => line.startsWith('{"id"'));
      assert.deepEqual(kept((await other.run('export')).stdout), kept(exported.stdout));
    });
  });
});

test('an import waits while the disk is full and goes on', async () => {
  let refusals = 1;
  const full = new RepriseError('UNAVAILABLE', 'the disk is full: make room');
  await withCli(
    async (cli) => {
      const { exit, json } = await cli.run('import', await file(cli, 'r.csv', text), '--json');
      assert.equal(exit, 0);
      assert.equal(json?.['accepted'], 3);
      assert.equal(refusals, 0);
    },
    (base) => ({
      door: {
        ...base.door,
        accept: (events) => {
          if (refusals === 0) return base.door.accept(events);
          refusals -= 1;
          return Promise.reject(full);
        },
      },
    }),
  );
});

test('an import waits until the follower has caught up', async () => {
  let late = 2;
  await withCli(
    async (cli) => {
      const { exit, json } = await cli.run('import', await file(cli, 'r.csv', text), '--json');
      assert.equal(exit, 0);
      assert.equal(json?.['stateHash'], 'ab');
      assert.equal(late, 0);
    },
    (base) => ({
      maintenance: {
        ...base.maintenance,
        stateHash: (version, after) => {
          assert.deepEqual(after, [{ partition: 0, sequence: 2 }]);
          if (late === 0) return base.maintenance.stateHash(version, after);
          late -= 1;
          return Promise.reject(new RepriseError('TIMEOUT', 'not there yet'));
        },
      },
    }),
  );
});

test('the socket that nobody listens on is told apart from a refusal', async () => {
  const cli = await startCli();
  after(() => undefined);
  await cli.close();
  const { exit, stderr } = await cli.run('status');
  assert.equal(exit, 3);
  assert.match(stderr, /does not answer .* start it, or run the command again \(UNAVAILABLE\)/);
});
