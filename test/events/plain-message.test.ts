import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SentEvent } from '../../events/incoming.ts';
import { messageFault } from '../../events/message-fault.ts';
import { readPlainMessage } from '../../events/plain-message.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('x'.repeat(256), 'x'.repeat(257), '', '"', '\\', '__proto__'),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 4.5, 1_700_000_000_000, 1e15, 1e21, 5e-324, 999_999_999_999_999),
);
const event = fc.record(
  { id: text, type: text, user: text, item: text, value: number, time: number, source: text },
  { requiredKeys: ['id', 'type', 'user', 'item', 'time'] },
);

function bytesOf(sent: object): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, event: sent }));
}

/** What the parser and the check of every field make of bytes; undefined where they refuse them. */
function parsed(bytes: Buffer): SentEvent | undefined {
  try {
    const { v, ...message } = JSON.parse(bytes.toString()) as { v: number; event: SentEvent };
    return v === 1 && messageFault(message) === undefined ? message.event : undefined;
  } catch {
    return undefined;
  }
}

describe('a plain message', () => {
  it('is read as the parser reads it, or left to it', () => {
    fc.assert(
      fc.property(event, (sent) => {
        const bytes = bytesOf(sent);
        const read = readPlainMessage(bytes);
        if (read !== undefined) assert.deepStrictEqual(read, parsed(bytes));
      }),
    );
  });

  it('is never what the parser refuses, when bytes of it are others, more or fewer', () => {
    const sound = { id: 'e', type: 'play', user: 'anna', item: 'song', value: 4.5, time: 17 };
    const pieces = fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      '}',
      '{',
      '0',
      '-',
      '.',
      'e',
      ' ',
      '\0',
      'é',
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), pieces, (at, removed, put) => {
        const before = bytesOf(sound).toString();
        const from = at % before.length;
        const bytes = Buffer.from(before.slice(0, from) + put + before.slice(from + removed));
        const read = readPlainMessage(bytes);
        if (read !== undefined) assert.deepStrictEqual(read, parsed(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the one that the sending door writes', () => {
    const sent = {
      id: 'event-1',
      type: 'play',
      user: 'anna',
      item: 'song',
      time: 1_700_000_000_000,
    };
    assert.deepStrictEqual(readPlainMessage(bytesOf(sent)), sent);
    const { time, ...said } = sent;
    const ordered = { ...said, value: -4.25, time };
    assert.deepStrictEqual(readPlainMessage(bytesOf(ordered)), ordered);
  });
});
