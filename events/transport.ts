import type { MessageHeaders } from './cloud-message.ts';
import type { Partition } from './position.ts';

/** A place in the transport: partition and offset there. Written `"0@5678"`. */
export interface TransportOffset {
  readonly partition: Partition;
  readonly offset: number;
}

/** A message to send: the event key as its key, or a position where events are told; JSON as its value. */
export interface OutgoingMessage {
  readonly partition: Partition;
  readonly key: Uint8Array;
  /** UTF-8 JSON of one event or one shared fact (see `transport-message.ts`), or a CloudEvent. */
  readonly value: Uint8Array;
  /** Of a CloudEvent, and the `traceparent` of a request whose trace is kept; of no other message. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message as it was received. */
export interface ReceivedMessage {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Of a CloudEvent alone; every other message is read by its value. */
  readonly headers?: MessageHeaders;
  /** The W3C `traceparent` of what sent it, where its trace is kept. */
  readonly traceparent?: string;
}

/** Consecutive messages of one partition. */
export interface TransportBatch {
  readonly partition: Partition;
  readonly messages: readonly ReceivedMessage[];
  /** The offset after the last message of the partition as the broker last told. */
  readonly highWatermark: number;
}

/** Carries events from the API to the ingest; its retention is bounded, so it is no journal. */
export interface EventTransport {
  /**
   * Sends messages in order, once each, and resolves when every in-sync broker holds them. Rejects with UNAVAILABLE
   * within its bound where the broker cannot be had, and TOO_LARGE where a message is over the broker's bound; some of
   * the messages may be there all the same, so send them again under the same ids.
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly TransportOffset[]>;
  close(): Promise<void>;
}

/** What handles one batch; after its failure the batch comes again, and other partitions go on meanwhile. */
export type BatchHandler = (batch: TransportBatch, signal: AbortSignal) => Promise<void>;

/** Hears of the partitions that this consumer is given or loses. */
export interface AssignmentListener {
  /** The offset to start from: the journal's own, which counts more than the broker's. */
  assigned(partition: Partition): Promise<number>;
  revoked(partition: Partition): void;
}

/** One member of the group that moves events from the transport to the journal. */
export interface TransportConsumer {
  /**
   * Consumes the partitions that it is given, one batch of a partition at a time. Resolves when it was closed; rejects
   * where it can't go on: UNAVAILABLE, INVALID credentials, or CONFLICT where the transport was made anew under the journal.
   */
  run(handle: BatchHandler, assignment: AssignmentListener): Promise<void>;
  close(): Promise<void>;
}

/** Writes an offset as `"partition@offset"`. */
export function formatOffset({ partition, offset }: TransportOffset): string {
  return `${String(partition)}@${String(offset)}`;
}

/** Reads `"partition@offset"`; undefined where the text is not of that form. */
export function parseOffset(text: string): TransportOffset | undefined {
  const match = /^(\d{1,5})@(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  return { partition: Number(match[1]), offset: Number(match[2]) };
}
