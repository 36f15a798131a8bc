import { randomBytes } from 'node:crypto';
import type { ClusterTransport } from '../../adapters/cluster/transport.ts';
import { AcknowledgedOffsets } from '../../events/acknowledged-offsets.ts';
import type { AcknowledgementFeed } from '../../events/acknowledgements.ts';
import type { AnswerCheck } from '../../events/check-incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { createSendingDoor } from '../../events/sending-door.ts';
import type { SendingEventDoor } from '../../events/sending-door.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import { yieldNow } from '../core/yield-now.ts';
import { persist } from './servers/persisting.ts';

/** What the door of a process is made with. */
export interface SendingDeps {
  readonly config: ClusterConfig;
  readonly transport: ClusterTransport;
  readonly feed: AcknowledgementFeed;
  /** Unix milliseconds, whole. */
  readonly clock: () => number;
  /** Ends the subscription to what is acknowledged. */
  readonly signal: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
  /** Tells whether a recommendation's id was made by these APIs; absent where no event comes in here. */
  readonly isAnswer?: AnswerCheck;
}

/** Opens the door of a process that sends events through Kafka, and hears where they came to stand. */
export function openSendingDoor(deps: SendingDeps): SendingEventDoor {
  const { config, transport, feed, clock, signal, onTrouble } = deps;
  const { partitions, ackWaitMsMax, lagEventsMax } = config;
  const acknowledged = new AcknowledgedOffsets(partitions, (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  });
  const subscribe = (): Promise<void> =>
    feed.subscribe((acknowledgement) => {
      acknowledged.take(acknowledgement);
    }, signal);
  // Where Redis is down the door is open all the same: what is sent is answered as pending until it is back.
  persist(subscribe, {
    ...{ signal, what: 'subscribe to acknowledgements' },
    logger: { warn: ({ err }) => onTrouble(err) },
  }).catch((error: unknown) => {
    if (!signal.aborted) onTrouble(error);
  });
  return createSendingDoor({
    ...{ transport, acknowledged, partitions, clock, ackWaitMsMax, lagEventsMax, yieldNow },
    types: DEFAULT_INTERACTION_TYPES,
    random: randomBytes,
    ...(deps.isAnswer !== undefined && { isAnswer: deps.isAnswer }),
    lag: () => transport.lag(),
  });
}
