import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import type { BrokenLine, ImportedItem } from '../../../processes/imports/row.ts';
import type { ImportedEvent, ImportRules } from '../../../processes/imports/imported-event.ts';
import { EventSource } from '../../../processes/imports/event-source.ts';
import { chunked } from '../../doubles/chunked.ts';

const plays: ImportRules = { type: 'play', positiveFrom: undefined };

interface Read {
  readonly format: string | undefined;
  readonly events: readonly ImportedEvent[];
  readonly items: readonly ImportedItem[];
  readonly broken: readonly BrokenLine[];
  readonly users: number;
  readonly itemCount: number;
}

async function read(bytes: string | Uint8Array, rules = plays, chunk = 7): Promise<Read> {
  const source = new EventSource(rules);
  const events: ImportedEvent[] = [];
  const items: ImportedItem[] = [];
  const broken: BrokenLine[] = [];
  for await (const batch of source.read(chunked(bytes, chunk))) {
    events.push(...batch.events.map(({ event }) => event));
    items.push(...batch.items);
    broken.push(...batch.broken);
  }
  const { format, users } = source;
  return { format, events, items, broken, users, itemCount: source.items };
}

/** The same three interactions in every format; the last has no value where the format allows it. */
const FILES: readonly (readonly [name: string, format: string, timed: boolean, text: string])[] = [
  [
    'our header',
    'csv',
    true,
    'user,item,rating_or_count,timestamp\nä1,007,5,10\nb,x y,2.5,20\nä1,8,1,30\n',
  ],
  [
    'MovieLens csv',
    'csv',
    true,
    'userId,movieId,rating,timestamp\nä1,007,5,10\nb,x y,2.5,20\nä1,8,1,30\n',
  ],
  [
    'other order, more columns',
    'csv',
    true,
    'ts;Title;Item ID;User-ID;Play Count\n10;t;007;ä1;5\n20;t;x y;b;2.5\n30;t;8;ä1;1\n',
  ],
  [
    'quoted',
    'csv',
    true,
    '"user","item","value","time"\n"ä1","007","5","10"\n"b","x y",2.5,"20"\nä1,"8",1,30\n',
  ],
  [
    'ISO times',
    'csv',
    true,
    'uid,song_id,plays,datetime\nä1,007,5,1970-01-01T00:00:10Z\nb,x y,2.5,1970-01-01 00:00:20\nä1,8,1,1970-01-01T01:00:30+01:00\n',
  ],
  ['ratings.dat', 'movielens-dat', true, 'ä1::007::5::10\nb::x y::2.5::20\nä1::8::1::30\n'],
  ['u.data', 'movielens-data', true, 'ä1\t007\t5\t10\nb\tx y\t2.5\t20\nä1\t8\t1\t30\n'],
  ['triplets', 'triplets', false, 'ä1\t007\t5\nb\tx y\t2.5\nä1\t8\t1\n'],
  [
    'user_artists.dat',
    'csv',
    false,
    'userID\tartistID\tweight\r\nä1\t007\t5\r\nb\tx y\t2.5\r\nä1\t8\t1\r\n',
  ],
  [
    'NDJSON',
    'ndjson',
    true,
    '{"user":"ä1","item":"007","value":5,"time":10}\n{"user":"b","item":"x y","value":2.5,"time":"1970-01-01T00:00:20Z"}\n{"user":"ä1","item":"8","value":1,"time":30}\n',
  ],
];

for (const [name, format, timed, text] of FILES) {
  const expected = [
    ['ä1', '007', 5, timed ? 10_000 : 0],
    ['b', 'x y', 2.5, timed ? 20_000 : 0],
    ['ä1', '8', 1, timed ? 30_000 : 0],
  ];
  const variants: readonly (readonly [string, string | Uint8Array])[] = [
    ['plain', text],
    ['gzip', gzipSync(text)],
    ['CRLF', text.replaceAll(/\r?\n/g, '\r\n')],
    ['a byte order mark', `\uFEFF${text}`],
    ['blank lines', `\n\n${text.replaceAll('\n', '\n\n')}`],
    ['no newline at the end', text.trimEnd()],
  ];
  for (const [variant, bytes] of variants) {
    test(`${name} is read with ${variant}`, async () => {
      const found = await read(bytes);
      assert.equal(found.format, format);
      assert.deepEqual(
        found.events.map(({ user, item, value, time }) => [user, item, value, time]),
        expected,
      );
      assert.deepEqual(found.broken, []);
      assert.deepEqual([found.users, found.itemCount], [2, 3]);
    });
  }

  test(`${name} gives the same ids however it is packed and cut`, async () => {
    const ids = (found: Read): readonly string[] => found.events.map(({ id }) => id);
    const plain = ids(await read(text, plays, 1));
    assert.deepEqual(ids(await read(gzipSync(text), plays, 1_000)), plain);
    assert.equal(new Set(plain).size, 3);
  });
}

test('rows of the same content get ids of their own, the same ones each time', async () => {
  const text = 'user,item,value,time\na,x,1,5\na,x,1,5\na,x,1,6\na,x,1,5\n';
  const ids = (await read(text)).events.map(({ id }) => id);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(
    (await read(text)).events.map(({ id }) => id),
    ids,
  );
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
});

test('a blank time takes the one before, and 0 where there is none', async () => {
  const { events } = await read('user,item,value,time\na,x,1,\na,y,1,50\na,z,1, \nb,x,1,60\n');
  assert.deepEqual(
    events.map(({ time }) => time),
    [0, 50_000, 50_000, 60_000],
  );
});

test('lower values become dislike, a blank value does not', async () => {
  const rules: ImportRules = { type: 'like', positiveFrom: 3 };
  const { events } = await read('user,item,value\na,x,2.9\na,y,3\na,z,\n', rules);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['dislike', 'like', 'like'],
  );
  assert.equal(events[2]!.value, undefined);
});

test('quoted fields keep delimiters, quotes and line breaks', async () => {
  const text = 'user,item,title\na,"x,1","say ""hi"""\nb,"two\nlines",t\nc,z,t\n';
  const { events, broken } = await read(text);
  assert.deepEqual(
    events.map(({ item }) => item),
    ['x,1', 'two\nlines', 'z'],
  );
  assert.deepEqual(broken, []);
});

test('a quote that is never closed breaks its own line alone', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `u${String(i)},i,1`);
  const { events, broken } = await read(`user,item,value\n"open,i,1\n${rows.join('\n')}\n`);
  assert.deepEqual(broken, [{ line: 2, reason: 'a quote is not closed' }]);
  assert.equal(events.length, 40);
});

const BROKEN: readonly (readonly [string, RegExp])[] = [
  ['a,x', /2 fields where 4 are expected/],
  ['a,x,1,5,6', /5 fields/],
  [',x,1,5', /user is blank/],
  ['a, ,1,5', /item is blank/],
  ['a,x,many,5', /value "many" is not a number/],
  ['a,x,NaN,5', /value "NaN" is not a number/],
  ['a,x,1,soon', /time "soon" is neither/],
  ['a,x,1,2020-13-01', /time/],
  ['a\0,x,1,5', /user holds a NUL/],
  [`${'a'.repeat(257)},x,1,5`, /user is longer than 256 bytes/],
  [`${'ä'.repeat(129)},x,1,5`, /user is longer than 256 bytes/],
  ['a,"x"y,1,5', /quote is misplaced/],
  [`a,${'x'.repeat(300_000)},1,5`, /./],
];

for (const [line, reason] of BROKEN) {
  test(`a broken line is reported and the rest read: ${line.slice(0, 24)}`, async () => {
    const text = `user,item,value,time\na,x,1,5\n${line}\nb,y,2,6\n`;
    const { events, broken } = await read(text, plays, 100_000);
    assert.deepEqual(
      events.map(({ user }) => user),
      ['a', 'b'],
    );
    assert.equal(broken.length, 1);
    assert.equal(broken[0]!.line, 3);
    assert.match(broken[0]!.reason, reason);
  });
}

test('bytes that are no UTF-8 break their line', async () => {
  const bytes = Buffer.concat([
    Buffer.from('user,item\na,'),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('\nb,y\n'),
  ]);
  const { events, broken } = await read(bytes);
  assert.deepEqual(
    events.map(({ user }) => user),
    ['b'],
  );
  assert.deepEqual(broken, [{ line: 2, reason: 'item is not valid UTF-8' }]);
});

test('line 50,001 of a long file is reported by its number', async () => {
  const lines = Array.from(
    { length: 60_000 },
    (_, i) => `u${String(i % 7)},i${String(i % 11)},1,5`,
  );
  lines[49_999] = 'what is this';
  const { events, broken } = await read(
    `user,item,value,time\n${lines.join('\n')}\n`,
    plays,
    65_536,
  );
  assert.equal(events.length, 59_999);
  assert.deepEqual(
    broken.map(({ line }) => line),
    [50_001],
  );
});

test('NDJSON keeps ids, types and context, and reads exported items', async () => {
  const lines = [
    '{"id":"e1","position":"0:0","type":"like","user":"a","item":"__proto__","value":2,"time":1234,"context":{"k":1}}',
    '{"position":"0:1","published":"x","metadata":{"title":"T"},"time":5}',
    '{"position":"0:2","published":"y","metadata":null,"time":5}',
    'nonsense',
    '{"user":"a"}',
    '{"user":"a","item":"x","value":"1"}',
    '{"user":"a","item":"x","time":true}',
    '{"user":"a","item":"x","context":[]}',
    '{"user":"a","item":"x","id":7}',
    '[1]',
  ];
  const { events, items, broken } = await read(lines.join('\n'));
  assert.deepEqual(events, [
    {
      id: 'e1',
      type: 'like',
      user: 'a',
      item: '__proto__',
      value: 2,
      time: 1234,
      context: { k: 1 },
    },
  ]);
  assert.deepEqual(
    items.map(({ item, metadata }) => [item, metadata]),
    [
      ['x', { title: 'T' }],
      ['y', null],
    ],
  );
  assert.deepEqual(
    broken.map(({ line }) => line),
    [4, 5, 6, 7, 8, 9, 10],
  );
});

const UNREADABLE: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an empty file', '', /empty/],
  ['blank lines alone', '\n \n', /empty/],
  ['a zip archive', Buffer.from('PK\x03\x04 and more'), /zip archive: unpack/],
  ['UTF-16', Buffer.from('\uFEFFuser,item\n', 'utf16le'), /UTF-8/],
  ['a JSON array', '[{"user":"a","item":"b"}]', /one object a line/],
  ['no header', '1,2,3,4\n', /header line/],
  ['a header without an item', 'user,value\n1,2\n', /header line/],
  ['damaged gzip', gzipSync('user,item\na,b\n').subarray(0, 25), /gzip/],
];

for (const [name, bytes, message] of UNREADABLE) {
  test(`${name} is refused with a remedy`, async () => {
    await assert.rejects(read(bytes), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID');
      assert.match(error.message, message);
      return true;
    });
  });
}
