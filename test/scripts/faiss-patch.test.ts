import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const { patched } = (await import(
  new URL('../../scripts/setup/faiss-patch.mjs', import.meta.url).href
)) as { patched: (source: string) => string };

const published = readFileSync(
  new URL('../../node_modules/faiss-node/src/faiss.cc', import.meta.url),
  'utf8',
);

test('the mended source owns its memory and lets no exception out of a method', () => {
  const mended = patched(published);
  assert.doesNotMatch(mended, /\bnew (float|idx_t|faiss::VectorIO)|delete\[\]/);
  assert.doesNotMatch(mended, /(Instance|Static)Method\("\w+", &\w+::(?!guarded)/);
});

test('another source than the known one is refused', () => {
  assert.throws(() => patched(published.replace('delete[] I;\n', '')), /places like/);
  assert.throws(() => patched(patched(published)), /places like/);
});
