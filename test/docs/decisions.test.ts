import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pages, pageText } from './markdown.ts';

test('every decision says what was decided, why and at what cost, in 25 lines at most', () => {
  const wrong = pages()
    .filter((page) => /decisions\/\d/.test(page))
    .filter((page) => {
      const text = pageText(page);
      // The list of dependencies is a table: what and why stand in its rows.
      const isTold = text.includes('**Decided.**') && text.includes('**Why.**');
      return (!isTold && !/^\| package \|/m.test(text)) || text.split('\n').length > 26;
    });
  assert.deepEqual(wrong, []);
});
