import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKeptRecord } from '../../../adapters/embedded/kept-record.ts';
import { readScenarios, Scenarios, scenariosMax } from '../../../processes/core/scenarios.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-scenarios-'));
});
after(() => rm(folder, { recursive: true }));

const open = (): Promise<Scenarios> => {
  const path = join(folder, 'scenarios.json');
  return Scenarios.open(openKeptRecord({ path, parse: readScenarios }), () => NOW_MS);
};

test('scenarios are set, replaced and removed, and are there when the folder is opened again', async () => {
  const scenarios = await open();
  assert.deepEqual(scenarios.list(), []);
  await scenarios.set('b', { filter: 'item.a == 1' });
  const kept = await scenarios.set('a', { diversity: 0.5, pinned: ['x'], blocked: ['y'] });
  await scenarios.set('b', { boost: '2.0' });
  assert.equal(kept.changedAt, '2026-01-01T00:00:00.000Z');
  const again = await open();
  assert.deepEqual(
    again.list().map(({ scenario, definition }) => [scenario, definition]),
    [
      ['a', { diversity: 0.5, pinned: ['x'], blocked: ['y'] }],
      ['b', { boost: '2.0' }],
    ],
  );
  assert.deepEqual(again.get('a'), kept);
  assert.equal(await again.remove('a'), true);
  assert.equal(await again.remove('a'), false);
  assert.equal(again.get('a'), undefined);
  assert.equal((await open()).get('a'), undefined);
});

test('changes at a time all count', async () => {
  const scenarios = await open();
  const names = Array.from({ length: 20 }, (_, at) => `n${String(at)}`);
  await Promise.all(names.map((name) => scenarios.set(name, { diversity: 1 })));
  await Promise.all(names.slice(0, 10).map((name) => scenarios.remove(name)));
  const left = (await open()).list().map(({ scenario }) => scenario);
  assert.deepEqual(left.filter((name) => name.startsWith('n')).sort(), names.slice(10).sort());
});

test('their number is bounded, and what is there may still be replaced', async () => {
  const scenarios = await open();
  for (let at = 0; scenarios.list().length < scenariosMax; at += 1) {
    await scenarios.set(`full-${String(at)}`, {});
  }
  await assert.rejects(scenarios.set('one-more', {}), { code: 'TOO_LARGE' });
  await scenarios.set('full-0', { diversity: 1 });
  assert.deepEqual(scenarios.get('full-0')?.definition, { diversity: 1 });
});

test('a file that is none of ours is damage, and nothing is written over it', async () => {
  const path = join(folder, 'scenarios.json');
  for (const text of ['{', '{"format":2,"scenarios":[]}', '{"format":1,"scenarios":[{"a":1}]}']) {
    await writeFile(path, text);
    await assert.rejects(open(), { code: 'DAMAGED', fields: { path } });
    assert.equal(await readFile(path, 'utf8'), text);
  }
});
