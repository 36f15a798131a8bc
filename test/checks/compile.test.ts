import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './program.ts';

test('the types agree', async () => {
  const { code, output } = await runProgram('typescript/bin/tsc', [
    '--noEmit',
    '--pretty',
    'false',
  ]);
  assert.equal(code, 0, output);
});

test('the types of the page agree, as a browser has them', async () => {
  const { code, output } = await runProgram('typescript/bin/tsc', [
    ...['--noEmit', '--pretty', 'false'],
    ...['--project', 'web'],
  ]);
  assert.equal(code, 0, output);
});
