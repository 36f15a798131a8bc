import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  ALS,
  BLOCK,
  CHUNK_ROWS,
  EVENT,
  EVENT_ITEMS_MAX,
  NO_ITEM,
  PANEL,
  SCRATCH_ORDER_BYTES,
  SGD,
} from '../../../model/kernel/training-layout.ts';

test('the module and TypeScript agree on the layout of a training', async () => {
  const path = new URL('../../../model/kernel/assembly/training-layout.ts', import.meta.url);
  const source = await readFile(path, 'utf8');
  const found = new Map<string, number>();
  for (const [, name, value] of source.matchAll(/export const (\w+): \w+ = (\w+);/g)) {
    found.set(name as string, Number(value));
  }
  const fields = new Map<string, Record<string, number>>(
    Object.entries({ SGD, BLOCK, EVENT, ALS }),
  );
  for (const [name, value] of found) {
    const [header = '', ...words] = name.toLowerCase().split('_');
    const field = words.map((word, at) =>
      at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1),
    );
    const known = fields.get(header.toUpperCase())?.[field.join('')];
    if (known !== undefined) assert.equal(value, known * 4, name);
  }
  assert.equal(found.get('PANEL'), PANEL);
  assert.equal(found.get('CHUNK_ROWS'), CHUNK_ROWS);
  assert.equal(found.get('EVENT_ITEMS_MAX'), EVENT_ITEMS_MAX);
  assert.equal(found.get('SCRATCH_ORDER'), SCRATCH_ORDER_BYTES);
  assert.equal(found.get('NO_ITEM'), NO_ITEM);
  assert.equal(found.get('EVENT_BYTES'), EVENT.words * 4);
  assert.equal(found.get('SGD_USER_BIAS'), SGD.userBias * 4);
  assert.equal(found.get('ALS_UNOBSERVED'), ALS.unobserved * 4);
});
