import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SpanStart, Traces } from '../../../activities/traces.ts';
import { sequence } from '../../../events/position.ts';
import { followedRequestsMax, PositionTraces } from '../../../processes/observe/position-traces.ts';
import type { AppliedSlice } from '../../../processes/observe/position-traces.ts';

function recorded(): { readonly traces: Traces; readonly begun: SpanStart[] } {
  const begun: SpanStart[] = [];
  return {
    begun,
    traces: {
      begin: (start) => {
        begun.push(start);
        const name = `${start.name} of ${start.parent ?? ''}`;
        return {
          ...{ traceId: 't', traceparent: name, isSampled: true },
          ...{ tell: () => undefined, end: () => undefined },
        };
      },
    },
  };
}

const slice = (partition: number, to: number): AppliedSlice => {
  return { partition, sequence: to, version: 'v1', beganMs: 10, endedMs: 12 };
};
const at = (partition: number, to: number) => ({ partition, sequence: sequence(to) });

describe('traces that are followed by position', () => {
  it('go on with the slice that learned the event, once', () => {
    const { traces, begun } = recorded();
    const positions = new PositionTraces(traces);
    positions.follow('a', at(0, 5), 8);
    positions.follow('b', at(1, 5), 8);
    positions.applied(slice(0, 4));
    assert.deepEqual(begun, []);
    positions.applied(slice(0, 9));
    positions.applied(slice(0, 20));
    assert.deepEqual(
      begun.map(({ name, parent, beganMs }) => [name, parent, beganMs]),
      [
        ['actors learn', 'a', 8],
        ['projections apply', 'actors learn of a', 10],
      ],
    );
  });

  it('go on where the slice was quicker than the answer', () => {
    const { traces, begun } = recorded();
    const positions = new PositionTraces(traces);
    positions.applied(slice(0, 9));
    positions.follow('a', at(0, 9), 11);
    // A span never begins after it has ended.
    assert.deepEqual(
      begun.map(({ beganMs }) => beganMs),
      [10, 10],
    );
  });

  it('go on with the slice that learned the event, though others came before it was heard of', () => {
    const { traces, begun } = recorded();
    const positions = new PositionTraces(traces, ['apply']);
    for (const [n, to] of [3, 9, 12].entries()) {
      positions.applied({ ...slice(0, to), beganMs: 10 * n, endedMs: 10 * n + 2 });
    }
    positions.follow('a', at(0, 5), 4);
    assert.deepEqual(
      begun.map(({ beganMs }) => beganMs),
      [10],
    );
  });

  it('tell of nothing but what the process does', () => {
    for (const [part, name] of [
      ['learn', 'actors learn'],
      ['apply', 'projections apply'],
    ] as const) {
      const { traces, begun } = recorded();
      const positions = new PositionTraces(traces, [part]);
      positions.follow('a', at(0, 5), 8);
      positions.applied(slice(0, 5));
      assert.deepEqual(
        begun.map((one) => [one.name, one.parent]),
        [[name, 'a']],
      );
    }
  });

  it('are let go of where too many wait', () => {
    const { traces, begun } = recorded();
    const positions = new PositionTraces(traces);
    for (let one = 0; one <= followedRequestsMax; one += 1) {
      positions.follow(`trace ${String(one)}`, at(0, one), 1);
    }
    positions.applied(slice(0, followedRequestsMax + 1));
    assert.equal(begun.length, 2 * followedRequestsMax);
    assert.equal(begun[0]?.parent, 'trace 1');
  });
});
