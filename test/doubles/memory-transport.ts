import { setTimeout as sleep } from 'node:timers/promises';
import { isCloudEvent } from '../../events/cloud-message.ts';
import type { MessageHeaders } from '../../events/cloud-message.ts';
import { RepriseError } from '../../events/error.ts';
import { MESSAGE_BYTES_MAX } from '../../events/transport-message.ts';
import type {
  AssignmentListener,
  BatchHandler,
  EventTransport,
  ReceivedMessage,
  TransportConsumer,
} from '../../events/transport.ts';

/** The messages of one batch that a consumer in memory is given. */
const BATCH_MESSAGES_MAX = 100;

/** A broker in memory with one topic and one group. */
export interface MemoryBroker {
  readonly transport: EventTransport;
  createConsumer(): TransportConsumer;
  /** Puts a message there as another producer would, unchecked. */
  put(partition: number, value: Uint8Array | null): number;
  lag(): Promise<readonly number[]>;
}

/** Creates a broker in memory; members of its group share the partitions, and each change gives all of them anew. */
export function createMemoryBroker(partitions: number): MemoryBroker {
  const topic = new MemoryTopic(partitions);
  return {
    transport: {
      async send(messages) {
        if (topic.closed) throw new RepriseError('UNAVAILABLE', 'the transport is closed');
        if (messages.some(({ value }) => value.length > MESSAGE_BYTES_MAX)) {
          throw new RepriseError('TOO_LARGE', 'a message is over the bound: send less');
        }
        return Promise.resolve(
          messages.map(({ partition, key, value, headers }) => ({
            partition,
            offset: topic.add(partition, key, value, headers),
          })),
        );
      },
      close() {
        topic.close();
        return Promise.resolve();
      },
    },
    createConsumer: () => new MemoryConsumer(topic),
    put: (partition, value) => topic.add(partition, null, value),
    lag: () => Promise.resolve(topic.logs.map((log, p) => log.length - (topic.handled[p] ?? 0))),
  };
}

class MemoryTopic {
  readonly logs: ReceivedMessage[][];
  readonly handled: number[];
  readonly members: MemoryConsumer[] = [];
  closed = false;
  #wake: (() => void)[] = [];

  constructor(partitions: number) {
    this.logs = Array.from({ length: partitions }, () => []);
    this.handled = this.logs.map(() => 0);
  }

  add(
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers?: MessageHeaders,
  ): number {
    const log = this.logs[partition];
    if (log === undefined) throw new RepriseError('INVALID', 'there is no such partition');
    const isMarked = headers !== undefined && isCloudEvent(headers);
    log.push({ offset: log.length, key, value, ...(isMarked && { headers }) });
    this.wake();
    return log.length - 1;
  }

  close(): void {
    this.closed = true;
  }

  wake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  changed(): Promise<void> {
    return new Promise((resolve) => void this.#wake.push(resolve));
  }

  share(): void {
    this.members.forEach((member, n) =>
      member.give(
        [...this.logs.keys()].filter((partition) => partition % this.members.length === n),
      ),
    );
    this.wake();
  }
}

class MemoryConsumer implements TransportConsumer {
  readonly #topic: MemoryTopic;
  #handle: BatchHandler | undefined;
  #assignment: AssignmentListener | undefined;
  #held: readonly number[] = [];
  #aborting = new AbortController();
  #end: () => void = () => undefined;

  constructor(topic: MemoryTopic) {
    this.#topic = topic;
  }

  async run(handle: BatchHandler, assignment: AssignmentListener): Promise<void> {
    this.#handle = handle;
    this.#assignment = assignment;
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.#topic.members.push(this);
    this.#topic.share();
    await ended;
  }

  close(): Promise<void> {
    const at = this.#topic.members.indexOf(this);
    if (at >= 0) this.#topic.members.splice(at, 1);
    this.give([]);
    this.#topic.share();
    this.#end();
    return Promise.resolve();
  }

  give(held: readonly number[]): void {
    this.#aborting.abort();
    this.#aborting = new AbortController();
    for (const lost of this.#held.filter((p) => !held.includes(p))) this.#assignment?.revoked(lost);
    this.#held = held;
    for (const partition of held) void this.#consume(partition, this.#aborting.signal);
  }

  async #consume(partition: number, signal: AbortSignal): Promise<void> {
    let next: number | undefined;
    while (!signal.aborted) {
      const log = this.#topic.logs[partition] ?? [];
      try {
        next ??= await this.#assignment?.assigned(partition);
        const messages = log.slice(next ?? 0, (next ?? 0) + BATCH_MESSAGES_MAX);
        if (messages.length === 0) {
          await this.#topic.changed();
          continue;
        }
        if (isAborted(signal)) return;
        await this.#handle?.({ partition, messages, highWatermark: log.length }, signal);
        next = (next ?? 0) + messages.length;
        this.#topic.handled[partition] = next;
      } catch {
        // The batch comes again, from where the journal is then.
        next = undefined;
        await sleep(5);
      }
    }
  }
}

/** Asks again what another turn may have changed, which the compiler takes for settled. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
