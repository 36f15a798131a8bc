import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ObjectStore } from '../../activities/object-store.ts';

/** A store with nothing in it, and a way to do harm to what it keeps. */
export interface OpenedObjects {
  readonly store: ObjectStore;
  /** Another process's view of the same objects. */
  readonly other: ObjectStore;
  /** Changes the kept content of an object behind the store's back. */
  readonly overwrite: (name: string, content: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The whole content of an object. */
export async function contentOf(store: ObjectStore, name: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const bytes = (text: string): readonly Uint8Array[] => [Buffer.from(text)];
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** What every object store keeps to. */
export function objectStoreContract(name: string, open: () => Promise<OpenedObjects>): void {
  describe(`${name}, an object store`, () => {
    let opened: OpenedObjects;
    let store: ObjectStore;
    before(async () => {
      opened = await open();
      store = opened.store;
    });
    after(() => opened.close());

    const textOf = async (of: ObjectStore, at: string) => (await contentOf(of, at)).toString();

    it('gives back what was put, to another process as well', async () => {
      const put = await store.put('a/b/one.txt', [
        ...bytes('first '),
        ...bytes(''),
        ...bytes('second'),
      ]);
      assert.equal(put.bytes, 12);
      assert.equal(put.sha256, sha256(Buffer.from('first second')));
      assert.equal(await textOf(store, 'a/b/one.txt'), 'first second');
      assert.equal(await textOf(opened.other, 'a/b/one.txt'), 'first second');
      const [listed] = await opened.other.list('a/b/');
      assert.deepEqual(listed, { name: 'a/b/one.txt', bytes: 12, tag: put.tag });
    });

    it('takes pieces that come later, none at all, and megabytes', async () => {
      const big = Buffer.alloc(3_500_000, 'reprise');
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        await Promise.resolve();
        yield big.subarray(0, 1_000_001);
        yield big.subarray(1_000_001);
      };
      const put = await store.put('big', pieces());
      assert.equal(put.sha256, sha256(big));
      assert.ok((await contentOf(store, 'big')).equals(big));
      assert.equal((await store.put('empty', [])).bytes, 0);
      assert.equal(await textOf(store, 'empty'), '');
    });

    it('replaces, and tells so by another tag', async () => {
      const first = await store.put('again', bytes('one'));
      const second = await store.put('again', bytes('three'));
      assert.notEqual(second.tag, first.tag);
      assert.equal(await textOf(opened.other, 'again'), 'three');
      await store.put('again', bytes('one'));
      assert.equal(await textOf(store, 'again'), 'one');
    });

    it('asks once more when all is written, and publishes nothing where that is refused', async () => {
      const said: string[] = [];
      const pieces = function* (): Generator<Uint8Array> {
        yield Buffer.from('new');
        said.push('written');
      };
      await store.put('asked/standing', bytes('old'));
      for (const at of ['asked/standing', 'asked/absent']) {
        const refused = store.put(at, pieces(), async () => {
          said.push(`asked beside ${(await store.list('asked/')).map((each) => each.name).join()}`);
          throw new Error('no longer ours');
        });
        await assert.rejects(refused, /no longer ours/);
      }
      const asked = ['written', 'asked beside asked/standing'];
      assert.deepEqual(said, [...asked, ...asked]);
      assert.equal(await textOf(opened.other, 'asked/standing'), 'old');
      await store.put('asked/absent', pieces(), () => Promise.resolve());
      assert.equal(await textOf(opened.other, 'asked/absent'), 'new');
      for (const at of ['asked/standing', 'asked/absent']) await store.remove(at);
    });

    it('puts what is new once, by whoever comes first', async () => {
      await store.putNew('new/x', bytes('mine'));
      await assert.rejects(opened.other.putNew('new/x', bytes('theirs')), { code: 'CONFLICT' });
      assert.equal(await textOf(store, 'new/x'), 'mine');
      assert.equal((await opened.other.putNew('new/x', bytes('mine'))).sha256.length, 64);
      const writers = Array.from({ length: 8 }, (_, i) => `writer ${String(i)}`);
      const tried = await Promise.allSettled(
        writers.map((text, i) => (i % 2 ? store : opened.other).putNew('new/race', bytes(text))),
      );
      assert.equal(tried.filter(({ status }) => status === 'fulfilled').length, 1);
      const winner = writers[tried.findIndex(({ status }) => status === 'fulfilled')];
      assert.equal(await textOf(store, 'new/race'), winner);
    });

    it('reads well again after many have written the same name at once', async () => {
      const texts = Array.from({ length: 6 }, (_, i) => `text ${String(i)}`);
      await Promise.all(
        texts.map((text, i) => (i % 2 ? store : opened.other).put('raced', bytes(text))),
      );
      assert.ok(texts.includes(await textOf(store, 'raced')));
    });

    it('keeps what stood where the content fails, and nothing of the new', async () => {
      await store.put('kept/x', bytes('old'));
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        await Promise.resolve();
        throw new RangeError('no more');
      };
      await assert.rejects(store.put('kept/x', failing()), RangeError);
      await assert.rejects(store.put('kept/y', failing()), RangeError);
      assert.equal(await textOf(store, 'kept/x'), 'old');
      assert.deepEqual(
        (await store.list('kept/')).map((object) => object.name),
        ['kept/x'],
      );
    });

    it('lists by prefix, in the order of names, and only whole parts', async () => {
      for (const at of ['list/b/2', 'list/a', 'list/b/10', 'lists/c']) {
        await store.put(at, bytes(at));
      }
      const namesOf = async (prefix: string) =>
        (await store.list(prefix)).map((object) => object.name);
      assert.deepEqual(await namesOf('list/'), ['list/a', 'list/b/10', 'list/b/2']);
      assert.deepEqual(await namesOf('list/b/'), ['list/b/10', 'list/b/2']);
      assert.deepEqual(await namesOf('none/'), []);
      assert.ok((await namesOf('')).includes('lists/c'));
    });

    it('removes, and what is removed is not found', async () => {
      await store.put('gone/x', bytes('x'));
      await opened.other.remove('gone/x');
      await store.remove('gone/x');
      await assert.rejects(contentOf(store, 'gone/x'), { code: 'NOT_FOUND' });
      assert.deepEqual(await store.list('gone/'), []);
      await store.putNew('gone/x', bytes('y'));
      assert.equal(await textOf(store, 'gone/x'), 'y');
    });

    it('tells of content that is not what was put', async () => {
      await store.put('harmed', bytes('as it was'));
      await opened.overwrite('harmed', Buffer.from('as it waz'));
      await assert.rejects(contentOf(store, 'harmed'), { code: 'DAMAGED', message: /harmed/ });
      await opened.overwrite('harmed', Buffer.from('as it'));
      await assert.rejects(contentOf(store, 'harmed'), { code: 'DAMAGED' });
      await store.put('harmed', bytes('as it was'));
      assert.equal(await textOf(store, 'harmed'), 'as it was');
    });

    it('refuses names that would leave their place', async () => {
      const wrong = [
        '',
        '/',
        'a/',
        '/a',
        'a//b',
        '../a',
        'a/../b',
        '.a',
        'a/.b',
        'ä',
        'a b',
        'a~b',
      ];
      for (const at of [...wrong, 'x'.repeat(129), 'x/'.repeat(300) + 'x']) {
        await assert.rejects(store.put(at, bytes('x')), { code: 'INVALID' }, at);
        await assert.rejects(contentOf(store, at), { code: 'INVALID' }, at);
        await assert.rejects(store.remove(at), { code: 'INVALID' }, at);
      }
      for (const prefix of ['a', '/', '../', 'a/.b/']) {
        await assert.rejects(store.list(prefix), { code: 'INVALID' }, prefix);
      }
    });

    it('says where an object stands', () => {
      assert.match(store.where('a/b'), /a\/b$/);
    });
  });
}
