import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CONTENT_DECODERS,
  decodeBlock,
  decodeContent,
  encodeBlock,
} from '../../../events/blocks/block-codec.ts';
import type { StoredBlock } from '../../../events/blocks/block-codec.ts';
import {
  GENESIS,
  HEADER_BYTES,
  decodeHeader,
  encodeHeader,
} from '../../../events/blocks/block-header.ts';
import { hasCode } from '../../../events/error.ts';
import type { Fact } from '../../../events/fact.ts';
import { sequence } from '../../../events/position.ts';
import { decodeRedaction, redactBlock, redactedHeader } from '../../../events/redaction.ts';
import { sourceAt } from '../../../events/blocks/source-column.ts';
import { UPCASTERS } from '../../../events/blocks/upcasting.ts';
import type { Upcasters } from '../../../events/blocks/upcasting.ts';
import { entryOf } from '../../doubles/facts.ts';
import { anyRows } from '../arbitrary-facts.ts';
import { RECORDED_ROWS, SOURCED_ROWS } from './recorded-block.ts';

const PLACE = { partition: 1, firstSequence: sequence(7), appendTimeMs: 1_700_000_000_000 };

/** JSON has no −0, and a dictionary's prototype is its own affair. */
function plain(fact: Fact): unknown {
  return JSON.parse(
    JSON.stringify(fact, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
  );
}

describe('the block codec', () => {
  it('gives back what was encoded, in order', () => {
    const property = fc.property(anyRows, (rows) => {
      const block = decodeBlock(encodeBlock(rows, PLACE, GENESIS));
      assert.equal(block.count, rows.length);
      assert.equal(block.firstSequence, 7);
      assert.equal(block.appendTimeMs, PLACE.appendTimeMs);
      assert.equal(
        block.hasSharedFacts,
        rows.some((row) => row.fact.kind !== 'InteractionRecorded'),
      );
      rows.forEach(({ key, fact }, i) => {
        const stored = block.fact(i);
        assert.deepEqual(plain(stored), plain(fact));
        assert.deepEqual(new Uint8Array(block.keys.slice(4 * i, 4 * i + 4).buffer), key);
        assert.equal(block.timeMs[i], fact.timeMs);
        if (stored.kind === 'InteractionRecorded' && fact.kind === 'InteractionRecorded') {
          assert.ok(Object.is(stored.value, fact.value));
        }
      });
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('refuses a block with any bit flipped', () => {
    const stored = encodeBlock([entryOf(0), entryOf(1), entryOf(2)], PLACE, GENESIS);
    const total = HEADER_BYTES + stored.content.length;
    const property = fc.property(fc.nat(total - 1), fc.nat(7), (byte, bit) => {
      const damaged: StoredBlock = {
        header: stored.header.slice(),
        content: stored.content.slice(),
      };
      const inHeader = byte < HEADER_BYTES;
      const part = inHeader ? damaged.header : damaged.content;
      const at = inHeader ? byte : byte - HEADER_BYTES;
      part[at] = (part[at] ?? 0) ^ (1 << bit);
      assert.throws(
        () => decodeBlock(damaged),
        (error) => hasCode(error, 'DAMAGED'),
      );
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('refuses a block that is cut or grown', () => {
    const { header, content } = encodeBlock([entryOf(0)], PLACE, GENESIS);
    const grown = new Uint8Array(content.length + 1);
    grown.set(content);
    for (const other of [content.subarray(1), content.subarray(0, -1), grown, new Uint8Array()]) {
      assert.throws(
        () => decodeBlock({ header, content: other }),
        (error) => hasCode(error, 'DAMAGED'),
      );
    }
    assert.throws(
      () => decodeHeader(header.subarray(1)),
      (error) => hasCode(error, 'DAMAGED'),
    );
  });

  it('chains each header to the one before', () => {
    const first = encodeBlock([entryOf(0)], PLACE, GENESIS);
    const place = { ...PLACE, firstSequence: sequence(8) };
    const second = decodeHeader(encodeBlock([entryOf(1)], place, first.hash).header);
    assert.deepEqual(second.previous, decodeHeader(first.header).hash);
    assert.deepEqual(decodeHeader(first.header).previous, GENESIS);
  });

  it('decodes content at any offset of its buffer', () => {
    const { header, content } = encodeBlock([entryOf(0), entryOf(1)], PLACE, GENESIS);
    const shifted = new Uint8Array(content.length + 3);
    shifted.set(content, 3);
    const block = decodeBlock({ header, content: shifted.subarray(3) });
    assert.deepEqual(block.fact(1), entryOf(1).fact);
    assert.throws(() => block.fact(2), RangeError);
  });

  it('refuses a codec version that is not known yet, with the remedy', () => {
    const { header, content } = encodeBlock([entryOf(0)], PLACE, GENESIS);
    const newer = encodeHeader({ ...decodeHeader(header), codec: CONTENT_DECODERS.length + 1 });
    assert.throws(
      () => decodeBlock({ header: newer, content }),
      (error) => hasCode(error, 'INVALID') && error.message.includes('start a newer Reprise'),
    );
  });
});

async function readRecorded(name = 'block-v1'): Promise<StoredBlock> {
  const bytes = await readFile(new URL(`fixtures/${name}.bin`, import.meta.url));
  return { header: bytes.subarray(0, HEADER_BYTES), content: bytes.subarray(HEADER_BYTES) };
}

describe('a block whose events name their source', () => {
  it('is of version 2, and is read for ever as what it was', async () => {
    const stored = await readRecorded('block-v2');
    assert.equal(decodeHeader(stored.header).codec, 2);
    const block = decodeBlock(stored);
    assert.deepEqual(
      Array.from({ length: block.count }, (_, i) => plain(block.fact(i))),
      SOURCED_ROWS.map(({ fact }) => plain(fact)),
    );
    const sources = Array.from({ length: block.count }, (_, i) => sourceAt(block.sources, i));
    assert.deepEqual(sources.slice(-4), [undefined, 'app', 'café', 'app']);
  });

  it('leaves blocks without one as version 1 wrote them, byte for byte', async () => {
    const place = { partition: 0, firstSequence: sequence(0), appendTimeMs: 1_700_000_000_000 };
    const { header, content } = encodeBlock(RECORDED_ROWS, place, GENESIS);
    const recorded = await readRecorded();
    assert.deepEqual([Buffer.from(header), Buffer.from(content)], Object.values(recorded));
    assert.equal(decodeBlock(recorded).sources, undefined);
  });

  it('keeps nothing of a source whose events were redacted', () => {
    const stored = encodeBlock(SOURCED_ROWS, PLACE, GENESIS);
    const was = { header: decodeHeader(stored.header), block: decodeBlock(stored) };
    const first = SOURCED_ROWS.length - 3;
    const one = redactBlock(was, [first + 1], { before: undefined, timeMs: 1 });
    assert.ok(Buffer.from(stored.content).includes('café'));
    assert.ok(!Buffer.from(one.content).includes('café'));
    assert.ok(Buffer.from(one.content).includes('app'));
    const all = redactBlock(was, [first, first + 1, first + 2], { before: undefined, timeMs: 1 });
    assert.equal(decodeRedaction(all.redaction, was.header).codec, 1);
    const left = redactedHeader(was.header, decodeRedaction(one.redaction, was.header));
    assert.equal(sourceAt(decodeContent(left, one.content).sources, first), 'app');
  });
});

describe('a block that version 1 recorded', () => {
  it('is read for ever as what it was', async () => {
    const block = decodeBlock(await readRecorded());
    assert.deepEqual(
      Array.from({ length: block.count }, (_, i) => plain(block.fact(i))),
      RECORDED_ROWS.map(({ fact }) => plain(fact)),
    );
  });

  it('is lifted by the upcasters of newer payloads, one version after the other', async () => {
    const upcasters: Upcasters = {
      ...UPCASTERS,
      ItemPublished: [
        (payload) => ({ ...payload, metadata: { wrapped: payload['metadata'] } }),
        (payload) => ({ ...payload, metadata: { twice: payload['metadata'] } }),
      ],
    };
    const block = decodeBlock(await readRecorded(), upcasters);
    const published = block.fact(
      RECORDED_ROWS.findIndex(({ fact }) => fact.kind === 'ItemPublished'),
    );
    assert.ok(published.kind === 'ItemPublished');
    assert.deepEqual(published.metadata, { twice: { wrapped: { title: 'Café', year: 1984 } } });
    assert.equal(published.item, 'item-π');
  });

  it('goes through the decoder of its own codec version', async () => {
    const stored = await readRecorded();
    const newest = (): never => assert.fail('the block is not of the newest version');
    const block = decodeBlock(stored, UPCASTERS, [...CONTENT_DECODERS, newest]);
    assert.equal(block.count, RECORDED_ROWS.length);
  });
});
