import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesIn, folders, report, textOf } from './sources.ts';

/** The linter holds functions to 70 lines; files that it doesn't read are held to the same length here. */
const fileLinesMax = 400;

/** Made by scripts/build-client.mjs and read by nobody. */
const GENERATED = 'clients/typescript/src/schema.ts';

test(`no file is longer than ${fileLinesMax} lines`, () => {
  const findings = filesIn(
    [...folders, 'docs'],
    ['.ts', '.tsx', '.css', '.mjs', '.h', '.md'],
  ).flatMap((file) => {
    if (file === GENERATED) return [];
    const lines = textOf(file).trimEnd().split('\n').length;
    return lines > fileLinesMax ? [`${file} has ${lines} lines`] : [];
  });
  assert.equal(report(findings), '');
});
