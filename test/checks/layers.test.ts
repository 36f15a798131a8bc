import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './program.ts';
import { rooms } from './sources.ts';

test('every room imports only what it may', async () => {
  const { code, output } = await runProgram('dependency-cruiser/bin/dependency-cruise.mjs', [
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
    ...rooms,
    ...['clients', 'test', 'benchmarks'],
  ]);
  assert.equal(code, 0, output);
  // A cruise that reads no file finds nothing wrong either.
  const cruised = Number(/\((\d+) modules/.exec(output)?.[1]);
  assert.ok(cruised > rooms.length, output);
});
