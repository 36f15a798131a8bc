import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { isReaction, NONCE_BYTES, seal, unseal } from '../../events/seal.ts';
import { seededBytes } from '../doubles/random-bytes.ts';

const random = seededBytes(3);
const KEY = random(32);
const NONCE = random(NONCE_BYTES);
const BOUND = eventKey('e1');

describe('a seal', () => {
  it('opens under the same key for the same event', () => {
    const content = fc.record(
      {
        id: fc.string({ minLength: 1 }),
        context: fc.dictionary(fc.string(), fc.integer()),
        recommendationId: fc.string(),
      },
      { requiredKeys: ['id'] },
    );
    const property = fc.property(content, (sealed) => {
      const opened = unseal(seal(sealed, KEY, NONCE, BOUND), KEY, BOUND);
      assert.deepEqual(opened, JSON.parse(JSON.stringify(sealed)));
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('opens what was sealed by AES-256-GCM before', () => {
    const cipher = createCipheriv('aes-256-gcm', KEY, NONCE);
    cipher.setAAD(BOUND);
    const text = Buffer.concat([cipher.update('{"id":"e1","context":{"page":1}}'), cipher.final()]);
    const sealed = Buffer.concat([Uint8Array.of(1), NONCE, text, cipher.getAuthTag()]);
    assert.deepEqual(unseal(sealed, KEY, BOUND), { id: 'e1', context: { page: 1 } });
  });

  it('keeps many apart, and takes its nonce from a row of them', () => {
    const nonces = random(3_000 * NONCE_BYTES);
    const contents = Array.from({ length: 3_000 }, (_, n) => ({
      id: `ereignis-ü-${String(n)}`,
      context: { note: 'é'.repeat(n === 1_000 ? 40_000 : n % 300) },
    }));
    const seals = contents.map((content, n) => seal(content, KEY, nonces, BOUND, n * NONCE_BYTES));
    seals.forEach((sealed, n) => {
      assert.deepEqual(
        sealed.subarray(1, 1 + NONCE_BYTES),
        nonces.subarray(n * NONCE_BYTES, (n + 1) * NONCE_BYTES),
      );
      assert.deepEqual(unseal(sealed, KEY, BOUND), contents[n]);
    });
  });

  it('tells unopened whether its event reacts to an answer, and lets nobody change that', () => {
    const reaction = seal({ id: 'e1', recommendationId: 'r1' }, KEY, NONCE, BOUND);
    const plain = seal({ id: 'e1' }, KEY, NONCE, BOUND);
    assert.deepEqual([isReaction(reaction), isReaction(plain)], [true, false]);
    assert.equal(Buffer.from(reaction).includes('r1'), false);
    for (const sealed of [reaction, plain]) {
      const relabelled = Uint8Array.from(sealed);
      relabelled[0] = isReaction(sealed) ? 2 : 3;
      assert.throws(
        () => unseal(relabelled, KEY, BOUND),
        (error) => hasCode(error, 'DAMAGED'),
      );
    }
  });

  it('hides the id', () => {
    const sealed = seal({ id: 'a telling id' }, KEY, NONCE, BOUND);
    assert.equal(Buffer.from(sealed).includes('telling'), false);
  });

  it('does not open under another key, for another event, or with a bit flipped', () => {
    const sealed = seal({ id: 'e1' }, KEY, NONCE, BOUND);
    const damaged = (error: unknown): boolean => hasCode(error, 'DAMAGED');
    assert.throws(() => unseal(sealed, random(32), BOUND), damaged);
    assert.throws(() => unseal(sealed, KEY, eventKey('e2')), damaged);
    assert.throws(() => unseal(sealed.subarray(0, 20), KEY, BOUND), damaged);
    for (let at = 0; at < sealed.length; at += 1) {
      const flipped = Uint8Array.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      assert.throws(() => unseal(flipped, KEY, BOUND), damaged);
    }
  });
});
