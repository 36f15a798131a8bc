import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { readPage } from '../../processes/page-files.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';

describe('the files of the page', () => {
  it('are read with their types, and compressed where that is smaller', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'assets', 'a-1.js'), 'let a;'.repeat(100));
    await writeFile(join(folder, 'assets', 'b-2.css'), 'a {}');
    const page = readPage(folder)!;
    assert.equal(page.document.mediaType, 'text/html; charset=utf-8');
    assert.equal(page.document.gzipped, undefined);
    assert.deepEqual([...page.assets.keys()].sort(), ['a-1.js', 'b-2.css']);
    const script = page.assets.get('a-1.js')!;
    assert.equal(script.mediaType, 'text/javascript; charset=utf-8');
    assert.deepEqual(gunzipSync(script.gzipped!), script.bytes);
    assert.equal(page.assets.get('b-2.css')?.mediaType, 'text/css; charset=utf-8');
  });

  it('are none where the page was not built', async () => {
    assert.equal(readPage(join(await temporaryFolder(), 'page')), undefined);
  });

  it('as they are built hold no script and no style in the document, and name their hash', () => {
    const page = readPage();
    assert.ok(page !== undefined, 'set-up builds the page: node scripts/setup.mjs');
    const html = Buffer.from(page.document.bytes).toString();
    assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|style=|\son\w+=/);
    for (const [, name = ''] of html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)) {
      assert.ok(page.assets.has(name), name);
      assert.match(name, /-[\w-]{8}\.\w+$/);
    }
    const bytes = [...page.assets.values()].reduce(
      (sum, { gzipped, bytes }) => sum + (gzipped ?? bytes).length,
      0,
    );
    assert.ok(bytes < 70_000, `${String(bytes)} compressed bytes are much for a page`);
  });
});
