import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { cursorFile, noCursor } from '../../../processes/imports/import-cursor.ts';
import type { CursorStore } from '../../../processes/imports/import-cursor.ts';
import { requestEventsMax, runImport } from '../../../processes/imports/import-run.ts';
import type { ImportReport, ImportSink } from '../../../processes/imports/import-run.ts';
import { chunked } from '../../doubles/chunked.ts';

const folder = await mkdtemp(join(tmpdir(), 'reprise-import-'));
after(() => rm(folder, { recursive: true }));

/** A journal that knows ids, refuses items named `bad`, and may fail at a request. */
class FakeJournal implements ImportSink {
  readonly ids: string[] = [];
  readonly published: string[] = [];
  requests = 0;
  failAtRequest = Infinity;

  async send(events: Parameters<ImportSink['send']>[0]): ReturnType<ImportSink['send']> {
    this.requests += 1;
    if (this.requests === this.failAtRequest) throw new Error('killed');
    const refused = events.flatMap(({ item }, index) =>
      item === 'bad' ? [{ index, reason: 'item: bad' }] : [],
    );
    const known = new Set(this.ids);
    const good = events.filter(({ item }) => item !== 'bad');
    const fresh = good.filter(({ id }) => !known.has(id));
    this.ids.push(...fresh.map(({ id }) => id));
    return { accepted: fresh.length, duplicates: good.length - fresh.length, refused };
  }

  async publish({ item }: Parameters<ImportSink['publish']>[0]): Promise<void> {
    this.published.push(item);
  }
}

function run(
  text: string,
  sink: ImportSink,
  cursor: CursorStore = noCursor,
): Promise<ImportReport> {
  return runImport({
    open: () => chunked(text, 50_000),
    rules: { type: 'play', positiveFrom: undefined },
    sink,
    cursor,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

function rows(count: number, item = 'i'): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `u${String(i % 10)},${item}${String(i)},1,5`,
  );
  return `user,item,value,time\n${lines.join('\n')}\n`;
}

test('sends every row in order, in requests within the bound', async () => {
  const journal = new FakeJournal();
  const count = 2 * requestEventsMax + 17;
  const report = await run(rows(count), journal);
  assert.equal(journal.requests, 3);
  const { format, events, accepted, duplicates, users, items, broken } = report;
  assert.deepEqual(
    { format, events, accepted, duplicates, users, items, broken },
    {
      format: 'csv',
      events: count,
      accepted: count,
      duplicates: 0,
      users: 10,
      items: count,
      broken: 0,
    },
  );
});

test('the same file again is all duplicates', async () => {
  const journal = new FakeJournal();
  await run(rows(100), journal);
  const again = await run(rows(100), journal);
  assert.deepEqual([again.accepted, again.duplicates, journal.ids.length], [0, 100, 100]);
});

test('what the journal refuses is reported by its line', async () => {
  const report = await run('user,item\na,x\na,bad\n\nb,bad\nc,y\nbroken\n', new FakeJournal());
  assert.equal(report.events, 2);
  assert.deepEqual(
    report.errors.map(({ line }) => line),
    [3, 5, 7],
  );
  assert.equal(report.broken, 3);
});

test('items of an export are published', async () => {
  const journal = new FakeJournal();
  const lines = ['{"published":"x","metadata":{"title":"T"}}', '{"user":"a","item":"x"}'];
  const report = await run(lines.join('\n'), journal);
  assert.deepEqual([journal.published, report.published], [['x'], 1]);
});

test('a run that was cut off goes on where it ended', async () => {
  const journal = new FakeJournal();
  const cursor = cursorFile(folder, 'cut');
  const text = rows(4 * requestEventsMax);
  journal.failAtRequest = 3;
  await assert.rejects(run(text, journal, cursor), /killed/);
  assert.equal(journal.ids.length, 2 * requestEventsMax);
  journal.requests = 0;
  journal.failAtRequest = Infinity;
  const report = await run(text, journal, cursor);
  assert.equal(journal.requests, 2);
  assert.deepEqual(
    [report.events, report.accepted, report.duplicates, report.users, journal.ids.length],
    [4 * requestEventsMax, 2 * requestEventsMax, 2 * requestEventsMax, 10, 4 * requestEventsMax],
  );
  assert.equal(await cursor.load(), undefined);
});

for (const [name, other] of [
  ['other rows', rows(3 * requestEventsMax, 'other')],
  ['fewer rows', rows(5)],
] as const) {
  test(`a cursor of another file is passed over: ${name}`, async () => {
    const journal = new FakeJournal();
    const cursor = cursorFile(folder, 'other');
    await cursor.save({ rows: requestEventsMax, digest: 'of something else' });
    const report = await run(other, journal, cursor);
    assert.equal(report.duplicates, 0);
    assert.equal(report.accepted, journal.ids.length);
    assert.equal(await cursor.load(), undefined);
  });
}

test('a source that ends in an error sends what came before it', async () => {
  const journal = new FakeJournal();
  const zipped = (await import('node:zlib')).gzipSync(rows(20_000));
  const open = (): ReturnType<typeof chunked> => chunked(zipped.subarray(0, -9), 4_096);
  const deps = {
    open,
    rules: { type: 'play', positiveFrom: undefined },
    sink: journal,
    cursor: noCursor,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  await assert.rejects(runImport(deps), /gzip/);
  assert.ok(journal.ids.length >= requestEventsMax);
});
