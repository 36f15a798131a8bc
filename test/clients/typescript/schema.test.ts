import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const { clientSchema } = (await import(new URL('scripts/client/schema.mjs', root).href)) as {
  clientSchema: () => Promise<string>;
};

test('the types of the client are those of the API (scripts/build-client.mjs mends it)', async () => {
  const committed = await readFile(new URL('clients/typescript/src/schema.ts', root), 'utf8');
  const made = await clientSchema();
  assert.ok(committed === made, 'run `node --import tsx scripts/build-client.mjs` and commit');
  assert.match(made, /^export type Recommendation = /m);
});
