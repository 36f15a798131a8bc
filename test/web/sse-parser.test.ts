import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { eventFrame, HEARTBEAT_FRAME } from '../../api/sse.ts';
import { messageCharsMax, SseParser } from '../../web/wire/sse-parser.ts';

describe('server-sent events', () => {
  it('are read as they were written, however they are cut', () => {
    const sent = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()));
    fc.assert(
      fc.property(sent, fc.integer({ min: 1, max: 7 }), (events, size) => {
        const text = events.map(([name, data]) => eventFrame(name, data)).join(HEARTBEAT_FRAME);
        const parser = new SseParser();
        const read = [];
        for (let at = 0; at < text.length; at += size) {
          read.push(...parser.push(text.slice(at, at + size)));
        }
        assert.deepEqual(
          read.map(({ event, data }) => [event, JSON.stringify(JSON.parse(data))]),
          events.map(([name, data]) => [name, JSON.stringify(data)]),
        );
      }),
    );
  });

  it('may have no name, other line ends and many lines', () => {
    const text = 'retry: 2000\r\n\r\ndata: a\r\ndata:b\r\nid: 3\r\n\r\n: nothing\n\n';
    assert.deepEqual(new SseParser().push(text), [{ event: 'message', data: 'a\nb' }]);
  });

  it('that do not end are given up', () => {
    const parser = new SseParser();
    assert.throws(() => parser.push(`data: ${'a'.repeat(messageCharsMax)}`), RangeError);
  });
});
