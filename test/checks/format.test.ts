import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './program.ts';

test('every file is formatted (npm run format mends it)', async () => {
  const { code, output } = await runProgram('prettier/bin/prettier.cjs', [
    '--check',
    '--log-level=warn',
    '.',
    'bin/reprise',
  ]);
  assert.equal(code, 0, output);
});
