import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Span, SpanStart, Traces } from '../../../activities/traces.ts';
import { RequestNotes } from '../../../processes/observe/request-notes.ts';

/** Notes of a request whose trace is kept, or is not. */
function notesOf(isSampled: boolean) {
  const begun: SpanStart[] = [];
  const traces: Traces = {
    begin: (start) => {
      begun.push(start);
      const span: Span = {
        ...{ traceId: 't', traceparent: `span of ${start.name}`, isSampled },
        ...{ tell: () => undefined, end: () => undefined },
      };
      return span;
    },
  };
  const span = traces.begin({ name: 'request' });
  return { begun, notes: new RequestNotes('id', { traces, span, appendKind: 'producer' }) };
}

describe('what is sent on with the events of a request', () => {
  it('is the append under way, where the trace is kept', () => {
    const { begun, notes } = notesOf(true);
    assert.equal(notes.appendParent, undefined);
    notes.begin('something else')();
    assert.equal(notes.appendParent, undefined);
    notes.begin('append');
    assert.equal(notes.appendParent, 'span of append');
    assert.deepEqual(
      begun.map(({ name, kind }) => [name, kind]),
      [
        ['request', undefined],
        ['something else', 'internal'],
        ['append', 'producer'],
      ],
    );
  });

  it('is nothing where the trace is not kept, and where there are no traces', () => {
    const { notes } = notesOf(false);
    notes.begin('append');
    assert.equal(notes.appendParent, undefined);
    const untraced = new RequestNotes('id', undefined);
    untraced.begin('append');
    assert.equal(untraced.appendParent, undefined);
  });
});
