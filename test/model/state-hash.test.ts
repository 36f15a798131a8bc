import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '../../model/sha256.ts';
import { StateHasher, combineStateHashes } from '../../model/state-hash.ts';

function hashed(add: (hasher: StateHasher) => void, domain = 'test/1'): string {
  const hasher = new StateHasher(domain);
  add(hasher);
  return hasher.hex();
}

test('equal values hash equally, and differ by domain', () => {
  const add = (hasher: StateHasher): void => {
    hasher.text('a');
    hasher.number(0.1);
    hasher.whole(3);
  };
  assert.equal(hashed(add), hashed(add));
  assert.notEqual(hashed(add), hashed(add, 'test/2'));
});

test('no two ways to cut the same values share a hash', () => {
  const hashes = [
    hashed((h) => {
      h.text('ab');
    }),
    hashed((h) => {
      h.text('a');
      h.text('b');
    }),
    hashed((h) => {
      h.bytes(new TextEncoder().encode('ab'));
    }),
    hashed((h) => {
      h.floats(Float32Array.of(1, 2));
    }),
    hashed((h) => {
      h.floats(Float32Array.of(1));
      h.floats(Float32Array.of(2));
    }),
    hashed((h) => {
      h.number(1);
    }),
    hashed((h) => {
      h.whole(1);
    }),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
});

test('one changed bit of a float changes the hash, the payload of a NaN does not', () => {
  const of = (value: number): string =>
    hashed((h) => {
      h.floats(Float32Array.of(1, value));
    });
  assert.notEqual(of(0), of(-0));
  const payload = new Float32Array(Uint32Array.of(0x7fc00123).buffer);
  const withPayload = hashed((h) => {
    h.floats(Float32Array.of(1));
    h.floats(payload);
  });
  const canonical = hashed((h) => {
    h.floats(Float32Array.of(1));
    h.floats(Float32Array.of(NaN));
  });
  assert.equal(withPayload, canonical);
});

test('values past the buffer hash as they would alone', () => {
  const long = new Uint8Array(200_000).fill(7);
  const floats = Float32Array.from({ length: 50_000 }, (_, at) => at);
  const one = hashed((h) => {
    h.bytes(long);
    h.floats(floats);
    h.floats(floats, 10, 5);
  });
  const other = hashed((h) => {
    h.bytes(long);
    h.floats(floats);
    h.floats(floats.slice(10, 15));
  });
  assert.equal(one, other);
});

test('the bytes that are hashed are the documented ones', () => {
  const hash = hashed((h) => {
    h.whole(2);
  }, 'd');
  const two = new Uint8Array(Float64Array.of(2).buffer);
  assert.equal(hash, sha256Hex(Uint8Array.of(1, 1, 0, 0, 0, 0x64, 3, ...two)));
});

test('what cannot be hashed is refused', () => {
  const hasher = new StateHasher('test/1');
  assert.throws(() => {
    hasher.whole(-1);
  }, RangeError);
  assert.throws(() => {
    hasher.floats(new Float32Array(2), 1, 2);
  }, RangeError);
});

test('one partition’s hash is the whole one; several are hashed in their order', () => {
  assert.equal(combineStateHashes(['aa']), 'aa');
  assert.notEqual(combineStateHashes(['aa', 'bb']), combineStateHashes(['bb', 'aa']));
  assert.throws(() => combineStateHashes([]), RangeError);
});
