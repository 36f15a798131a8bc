import type { IdentityStore } from '../../events/identity.ts';
import { tellPartition } from '../../events/export-events.ts';
import type { ToldEvent } from '../../events/export-events.ts';
import type { Journal } from '../../events/journal.ts';
import { parsePosition } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { STRUCTURED_TYPE } from '../../events/cloud-message.ts';
import { toCloudEvent } from '../../events/told-cloud-event.ts';
import type { ToldPlaces } from '../../events/told-places.ts';
import type { EventTransport, OutgoingMessage } from '../../events/transport.ts';

/** The events that are told before the place is noted. */
export const toldBatchEventsMax = 500;

/** How long a partition in which nothing happens is held before its teller says that it is there. */
export const toldQuietMsMax = 5_000;

/** What telling the journal to others needs. */
export interface TellingDeps {
  readonly journal: Pick<Journal, 'head' | 'read' | 'changed' | 'isErased'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly places: ToldPlaces;
  readonly transport: Pick<EventTransport, 'send'>;
  /** A name that no other process has. */
  readonly teller: string;
  /** Lets other work run between two batches. */
  readonly yieldNow: () => Promise<void>;
  /** {@link toldQuietMsMax} where absent. */
  readonly quietMsMax?: number;
  /** Told how far a partition is told here, and undefined when another process tells it; after a failure what was told last holds. */
  readonly onPlace?: (partition: Partition, at: Sequence | undefined) => void;
}

/**
 * Tells a partition as CloudEvents, from the place where it was left, until the signal aborts or another teller holds it.
 * A batch is told before its place is noted: after a kill it comes again, under the same ids. Gives false where the
 * partition was another's from the start.
 */
export async function tellUntilLost(
  deps: TellingDeps,
  partition: Partition,
  signal: AbortSignal,
): Promise<boolean> {
  const at = await deps.places.claim(partition, deps.teller);
  deps.onPlace?.(partition, at);
  if (at === undefined) return false;
  await tellOnFrom(deps, { partition, after: at }, signal);
  if (!signal.aborted) deps.onPlace?.(partition, undefined);
  return true;
}

/** Tells a partition that is held here; resolves when it is another's, or the signal aborts. */
async function tellOnFrom(
  deps: TellingDeps,
  { partition, after }: { readonly partition: Partition; readonly after: Sequence },
  signal: AbortSignal,
): Promise<void> {
  const { journal, places, teller, quietMsMax = toldQuietMsMax } = deps;
  let at = after;
  while (!signal.aborted) {
    const head = journal.head(partition);
    if (head > at) {
      const told = await tellTo(deps, { partition, after: at, to: head }, signal);
      if (told === undefined) return;
      at = told;
      continue;
    }
    await changedWithin(quietMsMax, journal, { partition, after: at }, signal);
    if (journal.head(partition) <= at && !(await places.advance(partition, teller, at))) return;
  }
}

/** Waits for events of a partition, at most so long or until the signal aborts. */
async function changedWithin(
  msMax: number,
  journal: TellingDeps['journal'],
  { partition, after }: { readonly partition: Partition; readonly after: Sequence },
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  // A signal composed of a time-out may be collected before it fires (Node 20), and the wait would have no end.
  const timer = setTimeout(end, msMax);
  signal.addEventListener('abort', end, { once: true });
  try {
    await journal.changed(partition, after, ending.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** Tells a range batch by batch, and gives where it ended; undefined where the partition is another's. */
async function tellTo(
  deps: TellingDeps,
  range: { readonly partition: Partition; readonly after: Sequence; readonly to: Sequence },
  signal: AbortSignal,
): Promise<Sequence | undefined> {
  const { journal, identities, places, teller } = deps;
  const { partition, to } = range;
  let last = range.after;
  let batch: OutgoingMessage[] = [];
  const flush = async (): Promise<boolean> => {
    if (batch.length > 0) await deps.transport.send(batch);
    batch = [];
    await deps.yieldNow();
    const isHeld = await places.advance(partition, teller, last);
    if (isHeld) deps.onPlace?.(partition, last);
    return isHeld;
  };
  const reading = { isShort: false };
  const reader: Parameters<typeof tellPartition>[0] = {
    isErased: (surrogate) => journal.isErased(surrogate),
    async read(...place) {
      const block = await journal.read(...place);
      // A head that was heard of before its block can be read: what is not told must not be passed.
      reading.isShort ||= block === undefined;
      return block;
    },
  };
  for await (const event of tellPartition(reader, identities, range)) {
    last = parsePosition(event.position)?.sequence ?? last;
    if (!('passed' in event)) batch.push(messageOf(partition, event));
    if (batch.length < toldBatchEventsMax && !('passed' in event)) continue;
    if (!(await flush())) return undefined;
    if (signal.aborted) return last;
  }
  if (!reading.isShort) last = to;
  return (await flush()) ? last : undefined;
}

/** A CloudEvent in structured mode; its key is its id, so that a compacted topic would keep each once. */
function messageOf(partition: Partition, event: ToldEvent): OutgoingMessage {
  return {
    partition,
    key: Buffer.from(event.position),
    value: Buffer.from(JSON.stringify(toCloudEvent(event))),
    headers: { 'content-type': `${STRUCTURED_TYPE}; charset=UTF-8` },
  };
}
