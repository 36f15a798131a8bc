import type { AcknowledgedMessage, AcknowledgedOffsets } from './acknowledged-offsets.ts';
import { BackPressure } from './back-pressure.ts';
import { checkEvents, checkItems } from './check-incoming.ts';
import type { AnswerCheck } from './check-incoming.ts';
import { EVENT_AHEAD_MS_MAX } from './door.ts';
import type { EventDoor } from './door.ts';
import { RepriseError } from './error.ts';
import { erasedId } from './erased-id.ts';
import { eventKey } from './event-key.ts';
import type { SharedFact, UserErased } from './fact.ts';
import type { AcceptedEvents, AppendedShared, IncomingEvent } from './incoming.ts';
import { eventTypes } from './interaction-type.ts';
import type { InteractionTypes } from './interaction-type.ts';
import { madeId } from './made-id.ts';
import { partitionOf } from './partition-of.ts';
import { formatPosition } from './position.ts';
import type { Partition, Position } from './position.ts';
import type { RandomBytes } from './random.ts';
import { SLICE_EVENTS_MAX } from './sealing.ts';
import { TRACEPARENT } from './traceparent.ts';
import { encodeMessage } from './transport-message.ts';
import { formatOffset } from './transport.ts';
import type { EventTransport, OutgoingMessage, TransportOffset } from './transport.ts';

/** How long an answer waits for acknowledgements before it says `pending`. */
export const ackWaitMsMax = 2_000;

/** How long a shared fact waits for the acknowledgements of all partitions. */
export const sharedWaitMsMax = 10_000;

/** The messages that are sent at a time. */
export const partMessagesMax = 4_000;

/** What the sending door needs. */
export interface SendingDoorDeps {
  readonly transport: EventTransport;
  /** Fed by a subscription to the acknowledgement feed. */
  readonly acknowledged: AcknowledgedOffsets;
  readonly partitions: number;
  readonly types: InteractionTypes;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  /** Lets other work run between the slices of a long batch; nothing is let in where it is absent. */
  readonly yieldNow?: () => Promise<void>;
  /** How far ahead of the clock an event's time may be; {@link EVENT_AHEAD_MS_MAX} where absent. */
  readonly eventAheadMsMax?: number;
  /** Tells whether a recommendation's id was made here; where absent, none is asked after. */
  readonly isAnswer?: AnswerCheck;
  /** {@link ackWaitMsMax} where absent. */
  readonly ackWaitMsMax?: number;
  /** {@link sharedWaitMsMax} where absent. */
  readonly sharedWaitMsMax?: number;
  /** Messages that wait for the ingest, one number a partition; what this door sent and heard of where absent. */
  readonly lag?: () => Promise<readonly number[]>;
  /** The lag past which more is refused with BUSY; `lagEventsMax` of back-pressure where absent. */
  readonly lagEventsMax?: number;
}

/** Where messages stand in the transport, and what is known to have become of them. */
interface Sent {
  readonly offsets: readonly TransportOffset[];
  readonly outcomes: readonly (AcknowledgedMessage | undefined)[];
}

/** A shared fact with its id. */
interface Shared {
  readonly fact: SharedFact;
  readonly id: string;
}

/** The erasure of a user, and the partition that has their events. */
export interface SentErasure {
  readonly partition: Partition;
  readonly fact: UserErased;
}

/** The door of the cluster: erasures go the way of events, so that they stand behind all that was sent before them. */
export interface SendingEventDoor extends EventDoor {
  /**
   * Appends erasures to their users' partitions and resolves to where each stands; TIMEOUT where the ingest is silent.
   * Sent again they change nothing.
   */
  appendErased(erasures: readonly SentErasure[]): Promise<readonly Position[]>;
}

/** Creates the door before a transport: it checks as the embedded door does, sends, and waits for acknowledgements. */
export function createSendingDoor(deps: SendingDoorDeps): SendingEventDoor {
  const door = new SendingDoor(deps);
  const types = eventTypes(deps.types);
  const timeMsMax = (): number => deps.clock() + (deps.eventAheadMsMax ?? EVENT_AHEAD_MS_MAX);
  const publishItems: EventDoor['publishItems'] = (items) => {
    checkItems(items, timeMsMax());
    return door.share(
      items.map(({ item, metadata, id, time }) => ({
        id: id ?? madeId(deps.random),
        fact: { kind: 'ItemPublished', item, metadata, timeMs: time ?? deps.clock() },
      })),
    );
  };
  return {
    async accept(incoming, traceparent) {
      checkEvents(incoming, { types, timeMsMax: timeMsMax(), isAnswer: deps.isAnswer });
      return door.accept(incoming, traceparent);
    },
    publishItem: async (item, metadata, id) =>
      onlyOne(await publishItems([{ item, metadata, id }])),
    publishItems: async (items) => publishItems(items),
    appendShared: async (fact, id) => onlyOne(await door.share([{ fact, id }])),
    appendErased: (erasures) => door.erase(erasures),
  };
}

class SendingDoor {
  readonly #deps: SendingDoorDeps;
  readonly #pressure: BackPressure;
  /** The offset after the last one sent, one a partition. */
  readonly #sent = new Map<number, number>();

  constructor(deps: SendingDoorDeps) {
    this.#deps = deps;
    this.#pressure = new BackPressure({
      lag: deps.lag ?? (() => Promise.resolve(this.#ownLag())),
      clock: deps.clock,
      lagEventsMax: deps.lagEventsMax,
    });
  }

  async accept(
    incoming: readonly IncomingEvent[],
    traceparent: string | undefined,
  ): Promise<AcceptedEvents> {
    if (incoming.length === 0) return { accepted: 0, duplicates: 0, positions: [], pending: [] };
    const messages: OutgoingMessage[] = [];
    const nowMs = this.#deps.clock();
    const traced = traceparent !== undefined && { headers: { [TRACEPARENT]: traceparent } };
    for (const { id = madeId(this.#deps.random), time = nowMs, ...said } of incoming) {
      // In the order that the ingest reads fastest.
      const value = encodeMessage({ event: { id, ...said, time } });
      const partition = partitionOf(said.user, this.#deps.partitions);
      messages.push({ partition, key: eventKey(id), value, ...traced });
      if (messages.length % SLICE_EVENTS_MAX === 0) await this.#deps.yieldNow?.();
    }
    const { offsets, outcomes } = await this.#send(
      messages,
      this.#deps.ackWaitMsMax ?? ackWaitMsMax,
    );
    return answerOf(offsets, outcomes);
  }

  async share(shared: readonly Shared[]): Promise<readonly AppendedShared[]> {
    const { partitions } = this.#deps;
    const messages = shared.flatMap(({ fact, id }) => {
      const message = { key: eventKey(id), value: encodeMessage({ fact, id }) };
      return Array.from({ length: partitions }, (_, partition) => ({ partition, ...message }));
    });
    if (messages.length === 0) return [];
    const waitMsMax = this.#deps.sharedWaitMsMax ?? sharedWaitMsMax;
    const { outcomes } = await this.#send(messages, waitMsMax);
    return shared.map((_, n) => {
      const first = n * partitions;
      return sharedAnswer(outcomes.slice(first, first + partitions), waitMsMax);
    });
  }

  async erase(erasures: readonly SentErasure[]): Promise<readonly Position[]> {
    if (erasures.length === 0) return [];
    const messages = erasures.map(({ partition, fact }): OutgoingMessage => {
      const id = erasedId(fact.user);
      return { partition, key: eventKey(id), value: encodeMessage({ fact, id }) };
    });
    const waitMsMax = this.#deps.sharedWaitMsMax ?? sharedWaitMsMax;
    const { outcomes } = await this.#send(messages, waitMsMax);
    return erasures.map(({ partition }, n) => placeOf(outcomes[n], partition, waitMsMax));
  }

  /** Sends in parts, each of which waits from its own sending on: the window of early acknowledgements stays small. */
  async #send(messages: readonly OutgoingMessage[], waitMsMax: number): Promise<Sent> {
    await this.#pressure.admit();
    const offsets: TransportOffset[] = [];
    const waits: ReturnType<AcknowledgedOffsets['wait']>[] = [];
    for (let from = 0; from < messages.length; from += partMessagesMax) {
      const part = messages.slice(from, from + partMessagesMax);
      const told = await this.#deps.transport.send(part);
      if (told.length !== part.length) {
        throw new Error('the transport did not tell where every message stands');
      }
      waits.push(this.#deps.acknowledged.wait(told, waitMsMax));
      for (const { partition, offset } of told) {
        this.#sent.set(partition, Math.max(this.#sent.get(partition) ?? 0, offset + 1));
      }
      offsets.push(...told);
    }
    return { offsets, outcomes: (await Promise.all(waits)).flat() };
  }

  #ownLag(): readonly number[] {
    return Array.from({ length: this.#deps.partitions }, (_, partition) => {
      const next = this.#deps.acknowledged.next(partition);
      const sent = this.#sent.get(partition) ?? 0;
      return next === undefined ? 0 : Math.max(0, sent - next);
    });
  }
}

function answerOf(
  offsets: readonly TransportOffset[],
  outcomes: readonly (AcknowledgedMessage | undefined)[],
): AcceptedEvents {
  const positions: string[] = [];
  const pending: string[] = [];
  let duplicates = 0;
  offsets.forEach((offset, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) {
      pending.push(formatOffset(offset));
    } else if (outcome.sequence === undefined) {
      throw parked({ index });
    } else {
      if (outcome.duplicate) duplicates += 1;
      positions.push(formatPosition({ partition: offset.partition, sequence: outcome.sequence }));
    }
  });
  return { accepted: offsets.length - duplicates, duplicates, positions, pending };
}

function sharedAnswer(
  outcomes: readonly (AcknowledgedMessage | undefined)[],
  waitMsMax: number,
): AppendedShared {
  const positions = outcomes.map((outcome, partition) => placeOf(outcome, partition, waitMsMax));
  return { positions, duplicate: outcomes.every((outcome) => outcome?.duplicate === true) };
}

/** Where a fact stands in a partition; throws where that is not known, or where it is not there. */
function placeOf(
  outcome: AcknowledgedMessage | undefined,
  partition: Partition,
  waitMsMax: number,
): Position {
  if (outcome === undefined) {
    throw new RepriseError(
      'TIMEOUT',
      `partition ${String(partition)} did not acknowledge within ${String(waitMsMax)} ms: it was sent and will be ` +
        'appended; the same id may be sent again, and changes nothing then',
      { partition },
    );
  }
  if (outcome.sequence === undefined) throw parked({ partition });
  return { partition, sequence: outcome.sequence };
}

/** What this door let in and the ingest did not: the two were started with different settings. */
function parked(fields: Readonly<Record<string, number>>): RepriseError {
  return new RepriseError(
    'CONFLICT',
    'the ingest parked what was sent: give api and ingest the same types and clocks; its dead letters say why',
    fields,
  );
}

function onlyOne(appended: readonly AppendedShared[]): AppendedShared {
  const [first] = appended;
  if (first === undefined) throw new Error('nothing was sent');
  return first;
}
