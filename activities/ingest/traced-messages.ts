import type { Appended } from '../../events/journal.ts';
import type { Partition } from '../../events/position.ts';
import type { ReceivedMessage } from '../../events/transport.ts';
import type { TracedAppend } from './append-traces.ts';
import type { ReadMessage } from './message-reading.ts';

/** The `traceparent` of messages that came with one, by offset. */
export function parentsOf(messages: readonly ReceivedMessage[]): ReadonlyMap<number, string> {
  const parents = new Map<number, string>();
  for (const { offset, traceparent } of messages) {
    if (traceparent !== undefined) parents.set(offset, traceparent);
  }
  return parents;
}

/** Messages as an append left them. */
export interface AppendedMessages {
  readonly partition: Partition;
  readonly read: readonly ReadMessage[];
  /** Message by message; undefined for what was not appended. */
  readonly outcomes: readonly (Appended | undefined)[];
  readonly parents: ReadonlyMap<number, string>;
}

/** What was appended of traced requests; what stood there before was told of then. */
export function tracedIn(messages: AppendedMessages): readonly TracedAppend[] {
  const { partition, read, outcomes, parents } = messages;
  return read.flatMap(({ offset }, i) => {
    const traceparent = parents.get(offset);
    const appended = outcomes[i];
    if (traceparent === undefined || appended === undefined || appended.duplicate) return [];
    const position = appended.positions.find((one) => one.partition === partition);
    return position === undefined ? [] : [{ ...position, traceparent }];
  });
}
