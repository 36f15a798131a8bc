import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import type { ScenarioAnswer } from '../../../api/schema/scenarios.ts';
import { startCli } from './harness.ts';

const kept = new Map<string, ScenarioAnswer>();

const cli = await startCli(() => ({
  scenarios: {
    list: () => [...kept.values()],
    get: (name) => kept.get(name),
    set: (scenario, definition) => {
      const answer = { scenario, definition, changedAt: '2026-01-01T00:00:00.000Z' };
      kept.set(scenario, answer);
      return Promise.resolve(answer);
    },
    remove: (name) => Promise.resolve(kept.delete(name)),
  },
}));
after(() => cli.close());

describe('scenarios', () => {
  test('set sends every rule that it was given, and no other', async () => {
    const shares = ['--diversity', '0.3', '--rotation', '0.5', '--explore', '0.1'];
    const { exit, json } = await cli.run(
      ...['scenarios', 'set', 'evening', '--filter', 'item.year > 1990', ...shares],
      ...['--pin', 'a', '--pin', 'b', '--json'],
    );
    assert.equal(exit, 0);
    const definition = { filter: 'item.year > 1990', diversity: 0.3, rotation: 0.5, explore: 0.1 };
    assert.deepEqual(kept.get('evening')?.definition, { ...definition, pinned: ['a', 'b'] });
    assert.deepEqual(json, kept.get('evening'));
  });

  test('list tells them in columns', async () => {
    const { stdout } = await cli.run('scenarios', 'list');
    const [head = '', row = ''] = stdout.split('\n').map((line) => line.replace(/ +/g, ' '));
    assert.equal(
      head.trim(),
      'scenario filter boost diversity rotation explore pinned blocked changed',
    );
    assert.equal(row.trim(), 'evening item.year > 1990 0.3 0.5 0.1 a b 2026-01-01T00:00:00.000Z');
  });

  for (const option of ['--diversity', '--rotation', '--explore']) {
    test(`set refuses ${option} that is no share, and keeps nothing`, async () => {
      const { exit, stderr } = await cli.run('scenarios', 'set', 'x', option, '1.5');
      assert.equal(exit, 2);
      assert.match(stderr, new RegExp(`${option} is a number from 0 to 1, not 1.5`));
      assert.equal(kept.has('x'), false);
    });
  }
});
