import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventKey } from '../../events/event-key.ts';
import { idFault } from '../../events/id.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { seedOf } from '../../events/seed.ts';
import { surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';
import type { Surrogate } from '../../events/fact.ts';

describe('an id', () => {
  it('is 1 to 256 bytes of UTF-8', () => {
    const good = [
      'a',
      '__proto__',
      'x'.repeat(256),
      'é'.repeat(128),
      '😀'.repeat(64),
      ' ',
      '\u0001',
    ];
    for (const id of good) assert.equal(idFault(id), undefined);
  });

  it('says what is wrong and how to mend it', () => {
    const faults: readonly (readonly [string, string])[] = [
      ['', 'is empty'],
      ['x'.repeat(257), 'longer than 256 bytes'],
      ['é'.repeat(129), 'longer than 256 bytes'],
      ['a\0', 'NUL'],
      ['\ud800', 'surrogate pair'],
      ['ok\udc00é', 'surrogate pair'],
    ];
    for (const [id, fault] of faults) assert.ok(idFault(id)?.includes(fault), fault);
  });
});

describe('what follows from an id', () => {
  it('is fixed for ever: key, seed and partition', () => {
    assert.equal(Buffer.from(eventKey('abc')).toString('hex'), 'ba7816bf8f01cfea414140de5dae2223');
    assert.deepEqual(seedOf('abc'), { seed0: 0xbf1678ba, seed1: 0xeacf018f });
    // The third word is 0xde404141, 0.868 of the way from 0 to 2³².
    assert.deepEqual(
      [1, 2, 10].map((partitions) => partitionOf('abc', partitions)),
      [0, 1, 8],
    );
  });

  it('spreads users over all partitions', () => {
    const counts = new Array<number>(8).fill(0);
    for (let n = 0; n < 4_000; n += 1) {
      const partition = partitionOf(`user-${String(n)}`, 8);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 400 && count < 600, String(counts));
  });

  it('writes surrogates as hex and refuses anything else', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => i);
    const surrogate = surrogateFromBytes(bytes, 2);
    assert.equal(surrogate, '02030405060708090a0b0c0d0e0f1011');
    assert.deepEqual([...surrogateToBytes(surrogate)], [...bytes.subarray(2)]);
    assert.throws(() => surrogateFromBytes(bytes, 3), RangeError);
    assert.throws(() => surrogateToBytes('xy' as Surrogate), RangeError);
  });
});
