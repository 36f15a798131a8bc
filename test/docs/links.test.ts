import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { pages, pageText, proseOf, root } from './markdown.ts';

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = proseOf(pageText(page)).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinks(page: string): readonly string[] {
  const links = proseOf(pageText(page)).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].flatMap(([, link = '']) => {
    if (/^https?:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return [`${page}: ${link} is not there`];
    if (anchor === undefined || anchorsOf(target).has(anchor)) return [];
    return [`${page}: ${link} names no heading`];
  });
}

test('links between the docs resolve', () => {
  assert.equal(pages().flatMap(brokenLinks).join('\n'), '');
});

test('every decision is listed, in order', () => {
  const listed = pageText('docs/decisions/README.md').matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g);
  const files = pages().filter((page) => /decisions\/\d/.test(page));
  assert.deepEqual(
    [...listed].map(([, name = '']) => join('docs', 'decisions', name)),
    files,
  );
});

test('every page of the docs is reached from the README or another page', () => {
  const linked = new Set(
    pages().flatMap((page) =>
      [...proseOf(pageText(page)).matchAll(/\]\(([^)\s#]+)/g)].map(([, link = '']) =>
        join(dirname(page), link),
      ),
    ),
  );
  const unreached = pages().filter((page) => page !== 'README.md' && !linked.has(page));
  assert.equal(unreached.join('\n'), '');
});
