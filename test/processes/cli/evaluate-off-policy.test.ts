import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { CliHarness, Ran } from './harness.ts';
import { startCli } from './harness.ts';

let cli: CliHarness;

before(async () => {
  cli = await startCli();
});

after(() => cli.close());

async function evaluate(lines: readonly string[], ...options: string[]): Promise<Ran> {
  const path = join(cli.folder, 'choices.ndjson');
  await writeFile(path, `${lines.join('\n')}\n`);
  return cli.run('evaluate', 'off-policy', path, ...options);
}

const TAKEN = '{"propensity":0.25,"target":0.5,"reward":1,"user":"somebody"}';
const LEFT = '{"propensity":0.75,"target":0.5,"reward":0}';

test('the document has every estimate', async () => {
  const { exit, json } = await evaluate([TAKEN, '', LEFT], '--json');
  assert.equal(exit, 0);
  const { rows, weightMax, ips, doublyRobust, snips } = json ?? {};
  assert.deepEqual([rows, weightMax], [2, 2]);
  assert.deepEqual(doublyRobust, ips);
  assert.equal((ips as { value: number }).value, 1);
  assert.equal((snips as { value: number }).value, 2 / (2 + 0.5 / 0.75));
});

test('people are told with intervals', async () => {
  const { exit, stdout } = await evaluate([TAKEN, LEFT]);
  assert.equal(exit, 0);
  assert.match(stdout, /^rows +2$/m);
  assert.match(stdout, /^IPS +1\.00000 ± \d\.\d{5}$/m);
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', '{', /line 2: it is no JSON/],
  [
    'a choice that could not be made',
    '{"propensity":0,"target":1,"reward":1}',
    /line 2: propensity must be more than 0/,
  ],
  ['no reward', '{"propensity":1,"target":1}', /line 2: reward /],
  ['half a model', '{"propensity":1,"target":1,"reward":1,"predicted":0}', /line 2: .*together/],
];
for (const [what, line, reason] of REFUSED) {
  test(`${what} is refused by its line`, async () => {
    const { exit, stderr } = await evaluate([TAKEN, line]);
    assert.equal(exit, 2);
    assert.match(stderr, reason);
  });
}

test('a file without rows, and one that is not there, are refused', async () => {
  assert.match((await evaluate([''])).stderr, /holds no rows/);
  const { exit } = await cli.run('evaluate', 'off-policy', join(cli.folder, 'nowhere.ndjson'));
  assert.notEqual(exit, 0);
});

test('without a file it asks what the instance explored, and says what could not be proven', async () => {
  const asked: object[] = [];
  const unproven = { answer: 'a', unproven: 'erased' };
  const rows = [JSON.parse(TAKEN) as object, unproven, JSON.parse(LEFT) as object];
  const explored = {
    async *tell(query: object) {
      asked.push(query);
      yield* await Promise.resolve(rows.splice(0));
    },
  };
  Object.assign(cli.api, { explored });
  const window = ['--scenario', 'curious', '--from', '2026-01-01T00:00:00Z'];
  const { exit, json, stderr } = await cli.run('evaluate', 'off-policy', ...window, '--json');
  assert.equal(exit, 0, stderr);
  assert.deepEqual([json?.['rows'], json?.['answers'], json?.['unproven']], [2, 2, 1]);
  assert.deepEqual(asked, [
    { scenario: 'curious', target: undefined, fromMs: Date.UTC(2026, 0, 1), toMs: undefined },
  ]);
  const nothing = await cli.run('evaluate', 'off-policy');
  assert.equal(nothing.exit, 2);
  assert.match(nothing.stderr, /explored nothing that an event names: ask with explore/);
  const both = await evaluate([TAKEN], '--target', 'x');
  assert.equal(both.exit, 2);
  assert.match(both.stderr, /--target asks what the instance explored: leave .* out/);
});
