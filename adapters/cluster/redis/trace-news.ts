import { sequence } from '../../../events/position.ts';
import type { Position } from '../../../events/position.ts';
import { sampledParent } from '../../../events/traceparent.ts';
import type { RedisLink } from './redis.ts';
import { Subscription } from '../subscription.ts';
import type { SubscriptionOptions } from '../subscription.ts';

/** Tellings on their way at a time; past it traces are left out, and end at the journal. */
export const traceTellingsMax = 64;

/** A trace that goes on at a place in the journal. */
export interface TracedPosition extends Position {
  /** W3C `traceparent` of the append. */
  readonly traceparent: string;
  /** When it was durable, by the clock of who appended; Unix milliseconds. */
  readonly durableMs: number;
}

/** What tells processes where in the journal the events of traced requests stand. */
export interface TraceNews {
  /** Tells without waiting; where that fails, the trace ends at the journal. */
  tell(traced: readonly TracedPosition[]): void;
  /** Hears until the signal aborts; throws UNAVAILABLE where Redis cannot be reached at first. */
  hear(listener: (traced: TracedPosition) => void, signal: AbortSignal): Promise<void>;
}

/** Opens the news of traces over a Redis channel. Nothing is kept there: who was not listening goes without. */
export function openTraceNews(link: RedisLink, options: SubscriptionOptions = {}): TraceNews {
  const channel = `${link.prefix}traces`;
  let inFlight = 0;
  return {
    tell(traced) {
      if (traced.length === 0 || inFlight >= traceTellingsMax) return;
      inFlight += 1;
      const message = JSON.stringify(traced.map(packed));
      link
        .run((redis) => redis.publish(channel, message))
        // Nothing is lost but the rest of some traces.
        .catch(() => undefined)
        .finally(() => {
          inFlight -= 1;
        });
    },
    async hear(listener, signal) {
      if (signal.aborted) return;
      const subscription = new Subscription(link, channel, options, (message) => {
        for (const traced of unpacked(message.toString())) listener(traced);
      });
      await subscription.startUntil(signal);
    },
  };
}

function packed(traced: TracedPosition): readonly unknown[] {
  return [traced.partition, traced.sequence, traced.traceparent, traced.durableMs];
}

/** What can be read of a message; another program's message tells nothing. */
function unpacked(message: string): readonly TracedPosition[] {
  const read = parsed(message);
  if (!Array.isArray(read)) return [];
  return read.flatMap((one: unknown) => {
    if (!Array.isArray(one)) return [];
    const [partition, at, said, durableMs] = one as readonly unknown[];
    const traceparent = typeof said === 'string' ? sampledParent(said) : undefined;
    if (!isWhole(partition) || !isWhole(at) || traceparent === undefined) return [];
    if (typeof durableMs !== 'number') return [];
    return [{ partition, sequence: sequence(at), traceparent, durableMs }];
  });
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined; // Told as nothing by the caller.
  }
}
