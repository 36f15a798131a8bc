import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encryptInPlace } from '../../events/chacha20-poly1305.ts';
import { ChaCha20 } from '../../events/chacha20.ts';
import { Poly1305 } from '../../events/poly1305.ts';

/** What OpenSSL makes of a text: the encrypted bytes and the tag behind them. */
function openssl(text: Uint8Array, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.setAAD(aad, { plaintextLength: text.length });
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Encrypts a text at an offset of a memory that holds something else already. */
function encrypted(
  text: Uint8Array,
  key: Uint8Array,
  nonces: Uint8Array,
  nonceAt: number,
  associated: Uint8Array,
): Buffer {
  const memory = new ArrayBuffer((text.length + 67) & -4);
  const bytes = Buffer.from(memory).fill(0xa5);
  const at = 8;
  bytes.set(text, at);
  const under = { key, nonces, nonceAt, associated };
  encryptInPlace({ bytes, words: new Int32Array(memory) }, at, text.length, under);
  assert.deepEqual(bytes.subarray(0, at), Buffer.alloc(at, 0xa5), 'what stands before is kept');
  assert.deepEqual(
    bytes.subarray(at + text.length + 32),
    Buffer.alloc(bytes.length - at - text.length - 32, 0xa5),
    'what stands 32 bytes behind is kept',
  );
  return bytes.subarray(at, at + text.length + 16);
}

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.uint8Array({ minLength: length, maxLength: length }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, 0xff).map((byte) => new Uint8Array(length).fill(byte)),
    },
  );

describe('the cipher of seals', () => {
  it('encrypts as OpenSSL does, whatever text, key, nonce and event', () => {
    const text = fc.nat({ max: 700 }).chain(bytesOf);
    const property = fc.property(
      ...([text, bytesOf(32), bytesOf(12), bytesOf(16), fc.nat({ max: 5 })] as const),
      (plain, key, nonce, associated, nonceAt) => {
        const nonces = Buffer.concat([Buffer.alloc(nonceAt, 9), nonce, Buffer.alloc(3, 9)]);
        assert.deepEqual(
          encrypted(plain, key, nonces, nonceAt, associated),
          openssl(plain, key, nonce, associated),
        );
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('makes the stream of RFC 8439, section 2.3.2', () => {
    const cipher = new ChaCha20();
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    cipher.start(key, Buffer.from('000000090000004a00000000', 'hex'), 0);
    cipher.next();
    cipher.next();
    assert.deepEqual(
      [...cipher.stream].map((word) => (word >>> 0).toString(16).padStart(8, '0')),
      [
        ...['e4e7f110', '15593bd1', '1fdd0f50', 'c47120a3'],
        ...['c7f4d1c7', '0368c033', '9aaa2204', '4e6cd4c3'],
        ...['466482d2', '09aa9f07', '05d7c214', 'a2028bd9'],
        ...['d19c12b5', 'b94e16de', 'e883d0cb', '4e3c50a2'],
      ],
    );
  });

  // The sums that end at or next to 2^130 − 5 and 2^128, which chance does not find.
  const ONES = 'ff'.repeat(16);
  const ZEROS = '00'.repeat(16);
  const vectors = [
    {
      of: 'a sum that is not reduced',
      r: `02${'00'.repeat(15)}`,
      s: ZEROS,
      text: ONES,
      tag: `03${'00'.repeat(15)}`,
    },
    {
      of: 'a pad that runs over',
      r: `02${'00'.repeat(15)}`,
      s: ONES,
      text: `02${'00'.repeat(15)}`,
      tag: `03${'00'.repeat(15)}`,
    },
    {
      of: 'a limb of ones with a carry',
      r: `01${'00'.repeat(15)}`,
      s: ZEROS,
      text: `${ONES}f0${'ff'.repeat(15)}11${'00'.repeat(15)}`,
      tag: `05${'00'.repeat(15)}`,
    },
    {
      of: 'a sum of 2^130 − 5',
      r: `01${'00'.repeat(15)}`,
      s: ZEROS,
      text: `${ONES}fb${'fe'.repeat(15)}${'01'.repeat(16)}`,
      tag: ZEROS,
    },
    {
      of: 'a sum of 2^130 − 6',
      r: `02${'00'.repeat(15)}`,
      s: ZEROS,
      text: `fd${'ff'.repeat(15)}`,
      tag: `fa${'ff'.repeat(15)}`,
    },
    {
      of: '131 bits on the way',
      r: '01000000000000000400000000000000',
      s: ZEROS,
      text:
        'e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001' +
        '000000000000000000000000000000',
      tag: '14000000000000005500000000000000',
    },
    {
      of: '131 bits at the end',
      r: '01000000000000000400000000000000',
      s: ZEROS,
      text: 'e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000',
      tag: '13000000000000000000000000000000',
    },
  ];
  for (const { of, r, s, text, tag } of vectors) {
    it(`authenticates as in RFC 8439, appendix A.3: ${of}`, () => {
      const words = (hex: string): Int32Array => {
        const bytes = Buffer.from(hex, 'hex');
        return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
      };
      const authenticator = new Poly1305();
      authenticator.start(words(r + s));
      const [...message] = words(text);
      for (let i = 0; i < message.length; i += 4) {
        const [a = 0, b = 0, c = 0, d = 0] = message.slice(i, i + 4);
        authenticator.add(a, b, c, d);
      }
      const found = new Int32Array(4);
      authenticator.finish(found);
      assert.equal(Buffer.from(found.buffer).toString('hex'), tag);
    });
  }
});
