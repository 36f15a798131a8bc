import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sign } from '../../projections/answer-signature.ts';

test('a signature is HMAC-SHA256, cut short, and leaves the bytes around it', () => {
  const secret = fc.uint8Array({ minLength: 1, maxLength: 64 });
  const text = fc.uint8Array({ maxLength: 2_000 });
  fc.assert(
    fc.property(secret, fc.array(text, { minLength: 1, maxLength: 4 }), (bytes, texts) => {
      const key = createSecretKey(bytes);
      for (const one of texts) {
        const out = Buffer.alloc(40, 7);
        sign(one, key, out, 8, 16);
        const wanted = createHmac('sha256', key).update(one).digest().subarray(0, 16);
        assert.deepEqual(out, Buffer.concat([Buffer.alloc(8, 7), wanted, Buffer.alloc(16, 7)]));
      }
    }),
  );
});
