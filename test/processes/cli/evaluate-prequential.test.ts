import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { STREAM_LEARNERS } from '../../../model/stream/learner-registry.ts';
import type { CliHarness, Ran } from './harness.ts';
import { startCli } from './harness.ts';

let cli: CliHarness;

before(async () => {
  cli = await startCli();
});

after(() => cli.close());

/** Evaluates a file of these lines with options. */
async function evaluate(lines: readonly string[], ...options: string[]): Promise<Ran> {
  const path = join(cli.folder, 'stream.csv.gz');
  await writeFile(path, gzipSync(lines.join('\n')));
  return cli.run('evaluate', 'prequential', path, '--json', ...options);
}

const HEADER = 'user,item,rating,timestamp';
const ROWS = [
  HEADER,
  ...['a,001,5,100', 'a,2,1,101', 'b,2,4,102', 'b,001,5,103', 'c,001,3,104', 'c,2,5,'],
];

/** All numbers of a document. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

test('the document has the figures of every k, over the stream and by window', async () => {
  const { exit, json } = await evaluate(ROWS, '--learner', 'popularity', '--k', '1,2');
  assert.equal(exit, 0);
  const { recall, precision, mrr, events, newUserShare, newItemShare, windows } = json ?? {};
  assert.deepEqual(
    { recall, precision, mrr, events, newUserShare, newItemShare },
    {
      recall: { 1: 2 / 6, 2: 2 / 6 },
      precision: { 1: 2 / 6, 2: 1 / 6 },
      mrr: { 1: 2 / 6, 2: 2 / 6 },
      events: 6,
      newUserShare: 3 / 6,
      newItemShare: 2 / 6,
    },
  );
  const last = (windows as { events: number; recall: unknown }[]).at(-1);
  assert.deepEqual([last?.events, last?.recall], [6, recall]);
  assert.ok(Number(json?.['microsecondsPerUpdate']) > 0);
  assert.ok(Number(json?.['microsecondsPerRanking']) > 0);
});

test('several learners give runs, in the order in which they were named', async () => {
  const names = [...STREAM_LEARNERS.keys()].reverse();
  const { json } = await evaluate(ROWS, '--learner', names.join(','));
  const runs = json?.['runs'] as { learner: string; events: number }[];
  assert.deepEqual(
    runs.map(({ learner, events }) => [learner, events]),
    names.map((name) => [name, 6]),
  );
});

test('rows below --positive-from are passed over, and give no user and no item', async () => {
  const { json } = await evaluate(ROWS, '--learner', 'popularity', '--positive-from', '4');
  assert.deepEqual([json?.['events'], json?.['passedOver'], json?.['users']], [4, 2, 3]);
});

test('what a user has had is a miss, unless repeats are kept', async () => {
  const again = [HEADER, 'a,1,5,1', 'a,1,5,2', 'a,1,5,3'];
  const dropped = await evaluate(again, '--learner', 'popularity');
  assert.deepEqual(dropped.json?.['recall'], { 10: 0, 20: 0 });
  const kept = await evaluate(again, '--learner', 'popularity', '--repeats', 'keep');
  assert.deepEqual(kept.json?.['recall'], { 10: 2 / 3, 20: 2 / 3 });
});

test('a stream out of time order is refused with its line, or sorted as asked', async () => {
  const mixed = [HEADER, 'a,1,5,100', 'b,1,5,300', 'a,2,5,200'];
  const refused = await evaluate(mixed);
  assert.equal(refused.exit, 2);
  assert.match(refused.stderr, /out of time order: line 4 .*--order sort/);
  const sorted = await evaluate(mixed, '--order', 'sort', '--learner', 'popularity');
  const straight = [HEADER, 'a,1,5,100', 'a,2,5,200', 'b,1,5,300'];
  const expected = await evaluate(straight, '--learner', 'popularity');
  assert.equal(sorted.exit, 0);
  assert.deepEqual(sorted.json?.['windows'], expected.json?.['windows']);
});

for (const [what, rows] of [
  ['one user', ['a,1,5,1', 'a,2,5,2', 'a,3,5,3']],
  ['one item', ['a,1,5,1', 'b,1,5,2', 'c,1,5,3']],
  ['one event', ['a,1,5,1']],
  ['one event again and again', ['a,1,5,1', 'a,1,5,1', 'a,1,5,1']],
] as const) {
  test(`a stream of ${what} gives figures of nought, and no NaN`, async () => {
    const names = [...STREAM_LEARNERS.keys()].join(',');
    const { exit, json } = await evaluate([HEADER, ...rows], '--learner', names);
    assert.equal(exit, 0);
    for (const { recall } of json?.['runs'] as { recall: object }[]) {
      assert.deepEqual(recall, { 10: 0, 20: 0 });
    }
    assert.ok(numbersIn(json).every(Number.isFinite));
  });
}

test('a file without events is refused with the reason', async () => {
  const words = async (lines: readonly string[], ...options: string[]): Promise<string> => {
    const { exit, stderr } = await evaluate(lines, ...options);
    assert.equal(exit, 2);
    return stderr;
  };
  assert.match(await words([]), /the file is empty/);
  assert.match(await words([HEADER]), /has no rows/);
  assert.match(await words([HEADER, 'a,1,x,1']), /line 2: value "x" is not a number/);
  assert.match(await words(ROWS, '--positive-from', '9'), /all 6 rows lie below/);
});

test('broken lines are told, and the rest is evaluated', async () => {
  const { exit, json, stderr } = await evaluate([...ROWS, 'a,1'], '--learner', 'popularity');
  assert.equal(exit, 1);
  assert.deepEqual([json?.['events'], json?.['broken']], [6, 1]);
  assert.match(stderr, /line 8: 2 fields where 4 are expected/);
});

test('a learner, a k and a folder that are not there are refused before the run', async () => {
  assert.match((await evaluate(ROWS, '--learner', 'magic')).stderr, /choose from popularity/);
  assert.match((await evaluate(ROWS, '--k', '0')).stderr, /whole number from 1/);
  const { exit } = await evaluate(ROWS, '--report', join(cli.folder, 'nowhere', 'page.html'));
  assert.equal(exit, 2);
});

test('the report is a page with a plot a k and the times', async () => {
  const page = join(cli.folder, 'page.html');
  const { exit } = await evaluate(ROWS, '--learner', 'popularity,isgd', '--report', page);
  assert.equal(exit, 0);
  const html = await readFile(page, 'utf8');
  for (const words of ['Recall@10 over the stream', 'Recall@20', 'Time an update', '6 events']) {
    assert.ok(html.includes(words), words);
  }
});

test('people are told in a table', async () => {
  const path = join(cli.folder, 'plain.csv');
  await writeFile(path, ROWS.join('\n'));
  const { stdout } = await cli.run('evaluate', 'prequential', path, '--learner', 'popularity');
  assert.match(stdout, /^learner +recall@10 +recall@20/m);
  assert.match(stdout, /^popularity +0\.3333/m);
  assert.match(stdout, /6 events of 3 users and 2 items; 50\.0% by a new user/);
});
