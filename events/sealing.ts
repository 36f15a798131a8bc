import type { Identity, IdentityStore } from './identity.ts';
import type { IncomingEvent } from './incoming.ts';
import type { EventKey, JournalEntry } from './journal.ts';
import type { Partition } from './position.ts';
import type { RandomBytes } from './random.ts';
import { NONCE_BYTES, seal } from './seal.ts';

/** What sealing needs. */
export interface SealingDeps {
  readonly identities: Pick<IdentityStore, 'resolve'>;
  /** The partition of a user. */
  readonly partitionOf: (user: string) => Partition;
  readonly random: RandomBytes;
  /** Lets other work run between the slices of a long batch; nothing is let in where it is absent. */
  readonly yieldNow?: (() => Promise<void>) | undefined;
}

/** An incoming event with its id and key. */
export interface Arrival {
  readonly event: IncomingEvent;
  readonly id: string;
  readonly key: EventKey;
}

/** A user whose events are sealed, and the partition that they go to. */
type Owner = Omit<Identity, 'id'> & { readonly partition: Partition };

/** How many events are sealed before other work may run. */
export const SLICE_EVENTS_MAX = 500;

/** Gives the users of events their surrogates and seals ids and context: what then goes into the journal, in order. */
export async function sealEntries(
  deps: SealingDeps,
  arrivals: readonly Arrival[],
  nowMs: number,
): Promise<JournalEntry[]> {
  const users = [...new Set(arrivals.map((arrival) => arrival.event.user))];
  const owners = new Map<string, Owner>();
  for (const { id, surrogate, key } of await deps.identities.resolve(users)) {
    owners.set(id, { surrogate, key, partition: deps.partitionOf(id) });
  }
  const entries: JournalEntry[] = [];
  for (let from = 0; from < arrivals.length; from += SLICE_EVENTS_MAX) {
    const slice = arrivals.slice(from, from + SLICE_EVENTS_MAX);
    const nonces = deps.random(slice.length * NONCE_BYTES);
    slice.forEach((arrival, i) => {
      const owner = owners.get(arrival.event.user);
      if (owner === undefined) throw new Error('the identity store left a user out');
      const sealed = sealOf(arrival, owner, nonces, i * NONCE_BYTES);
      entries.push(interactionEntry(arrival, owner, nowMs, sealed));
    });
    await deps.yieldNow?.();
  }
  return entries;
}

function sealOf(
  { event: { context, recommendationId }, id, key }: Arrival,
  owner: Owner,
  nonces: Uint8Array,
  nonceAt: number,
): Uint8Array {
  if (context === undefined && recommendationId === undefined) {
    return seal({ id }, owner.key, nonces, key, nonceAt);
  }
  const content = {
    id,
    ...(context !== undefined && { context }),
    ...(recommendationId !== undefined && { recommendationId }),
  };
  return seal(content, owner.key, nonces, key, nonceAt);
}

function interactionEntry(
  { event, key }: Arrival,
  { surrogate, partition }: Owner,
  nowMs: number,
  sealed: Uint8Array,
): JournalEntry {
  return {
    partition,
    key,
    fact: {
      kind: 'InteractionRecorded',
      type: event.type,
      user: surrogate,
      item: event.item,
      value: event.value ?? NaN,
      timeMs: event.time ?? nowMs,
      ...(event.source !== undefined && { source: event.source }),
      sealed,
    },
  };
}
