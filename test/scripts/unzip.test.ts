import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { deflateRawSync } from 'node:zlib';

type Unzip = (file: string, nameOf: (path: string) => string | undefined) => Promise<number>;

const { unzip } = (await import(
  new URL('../../scripts/setup/unzip.mjs', import.meta.url).href
)) as {
  unzip: Unzip;
};

interface Member {
  readonly path: string;
  readonly content: string;
  readonly method: 0 | 8 | 12;
}

/** Writes a ZIP file of the given members, as far as a reader of its directory looks. */
function zipOf(members: readonly Member[], comment = ''): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { path, content, method } of members) {
    const name = Buffer.from(path);
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, name, packed);
    entries.push(entry, name);
    offset += local.length + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, directory, end, Buffer.from(comment)]);
}

async function fileWith(t: TestContext, bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-zip-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'archive.zip'), bytes);
  return join(folder, 'archive.zip');
}

const members: readonly Member[] = [
  { path: 'a/stored', content: 'as it is', method: 0 },
  { path: 'a/packed', content: 'again and again '.repeat(1_000), method: 8 },
  { path: 'a/empty', content: '', method: 0 },
];

test('stored, packed and empty members come out as they went in', async (t) => {
  const file = await fileWith(t, zipOf(members, 'a comment'));
  const place = (path: string): string => join(file, '..', path.replace('/', '-'));
  assert.equal(await unzip(file, place), members.length);
  for (const { path, content } of members) {
    assert.equal(await readFile(place(path), 'utf8'), content);
  }
});

test('only what is wanted is unpacked', async (t) => {
  const file = await fileWith(t, zipOf(members));
  const count = await unzip(file, (path) => (path === 'a/stored' ? `${file}.out` : undefined));
  assert.equal(count, 1);
});

test('what is no ZIP file, cut short or packed otherwise is refused', async (t) => {
  const wanted = (path: string): string => join(tmpdir(), path);
  const text = await fileWith(t, Buffer.from('not an archive'));
  await assert.rejects(unzip(text, wanted), /not a ZIP file/);
  const whole = zipOf(members);
  const cut = await fileWith(t, whole.subarray(whole.length - 40));
  await assert.rejects(unzip(cut, wanted), /cut short/);
  const odd = await fileWith(t, zipOf([{ path: 'odd', content: 'x', method: 12 }]));
  await assert.rejects(unzip(odd, wanted), /unknown way/);
});
