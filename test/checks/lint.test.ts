import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './program.ts';

test('the linter has nothing to say', async () => {
  const { code, output } = await runProgram('eslint/bin/eslint.js', ['--max-warnings', '0', '.']);
  assert.equal(code, 0, output);
});
