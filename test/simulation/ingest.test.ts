import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Acknowledgement } from '../../events/acknowledgements.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { decodeMessage, encodeMessage } from '../../events/transport-message.ts';
import type { ReceivedMessage } from '../../events/transport.ts';
import { createIngestWorld } from '../doubles/ingest-world.ts';
import type { IngestWorld } from '../doubles/ingest-world.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

const PARTITIONS = 2;
const WRITERS = 3;
const { signal } = new AbortController();

/** What stands at an offset of a log. */
type Sent = { readonly kind: 'event' | 'fact'; readonly id: string } | { readonly kind: 'poison' };

interface Log {
  readonly messages: ReceivedMessage[];
  readonly sent: Sent[];
}

function eventValue(n: number, user: string): Uint8Array {
  const event = {
    id: `event-${String(n)}`,
    type: 'play',
    user,
    item: `item-${String(n)}`,
    time: n,
  };
  return encodeMessage({ event });
}

/** Fills a partition's log: events, some of them again, shared facts, and what is no event of this partition. */
function fill(random: SeededRandom, partition: number, count: number): Log {
  const log: Log = { messages: [], sent: [] };
  const users = Array.from({ length: 40 }, (_, n) => `user-${String(n)}`);
  const own = users.filter((user) => partitionOf(user, PARTITIONS) === partition);
  const others = users.filter((user) => partitionOf(user, PARTITIONS) !== partition);
  const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? '';
  let made = 0;
  const put = (value: Uint8Array | null, sent: Sent): void => {
    log.messages.push({ offset: log.messages.length, key: null, value });
    log.sent.push(sent);
  };
  for (let i = 0; i < count; i += 1) {
    const kind = random.below(10);
    // Numbers of events that the other partition has not; an event that comes again keeps its user.
    const number = (n: number): number => n * PARTITIONS + partition;
    if (kind === 0) put(random.bytes(20), { kind: 'poison' });
    else if (kind === 1) put(eventValue(number(100_000 + i), pick(others)), { kind: 'poison' });
    else if (kind === 2 && made > 0) {
      const n = number(random.below(made));
      put(eventValue(n, own[n % own.length] ?? ''), { kind: 'event', id: `event-${String(n)}` });
    } else if (kind === 3) {
      const id = `fact-${String(random.below(5))}`;
      const fact = { kind: 'ItemPublished', item: id, metadata: null, timeMs: 1 } as const;
      put(encodeMessage({ fact, id }), { kind: 'fact', id });
    } else {
      const n = number(made);
      made += 1;
      put(eventValue(n, own[n % own.length] ?? ''), { kind: 'event', id: `event-${String(n)}` });
    }
  }
  return log;
}

/** Lets writers take random parts of the logs, from wherever each believes to stand, some of it at the same time. */
async function play(world: IngestWorld, random: SeededRandom, logs: readonly Log[]): Promise<void> {
  const writers = Array.from({ length: WRITERS }, () => world.createIngest());
  const takePart = async (writer: number, partition: number): Promise<void> => {
    const ingest = writers[writer];
    const log = logs[partition];
    if (ingest === undefined || log === undefined) return;
    const start = random.below(3) === 0 ? await ingest.assigned(partition) : undefined;
    const from = start ?? (await world.journal.uncovered(partition));
    const back = start === undefined ? random.below(4) : 0;
    const messages = log.messages.slice(Math.max(0, from - back), from + 1 + random.below(12));
    if (random.below(5) === 0) ingest.revoked(partition);
    await ingest.handle({ partition, messages, highWatermark: log.messages.length }, signal);
  };
  for (let round = 0; round < 30; round += 1) {
    const parts = Array.from({ length: 1 + random.below(3) }, () =>
      takePart(random.below(WRITERS), random.below(PARTITIONS)),
    );
    await Promise.all(parts);
  }
  // A last writer takes the rest, as after the death of all others.
  const last = world.createIngest();
  for (const [partition, log] of logs.entries()) {
    const from = await last.assigned(partition);
    const messages = log.messages.slice(from);
    await last.handle({ partition, messages, highWatermark: log.messages.length }, signal);
  }
}

/** The ids of a partition in the journal's order, facts by their items. */
async function idsOf(world: IngestWorld, partition: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let after = -1;
  for (;;) {
    const block = await world.journal.read(partition, after as never);
    if (block === undefined) return ids;
    for (let row = 0; row < block.count; row += 1) {
      const fact = block.fact(row);
      if (fact.kind === 'InteractionRecorded') ids.push(fact.item.replace('item', 'event'));
      if (fact.kind === 'ItemPublished') ids.push(fact.item);
    }
    after = block.firstSequence + block.count - 1;
  }
}

describe('the ingest', () => {
  it('keeps every event once and in order, whoever wrote when and how often it came', async () => {
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new SeededRandom(seed);
      const world = createIngestWorld(PARTITIONS);
      const told: Acknowledgement[] = [];
      await world.feed.subscribe(
        (acknowledgement) => void told.push(acknowledgement),
        new AbortController().signal,
      );
      const logs = [fill(random, 0, 80), fill(random, 1, 60)];
      await play(world, random, logs);
      for (const [partition, log] of logs.entries()) {
        const expected = new Set(log.sent.flatMap((sent) => ('id' in sent ? [sent.id] : [])));
        const ids = await idsOf(world, partition);
        assert.deepEqual(ids, [...expected]);
        const parked = (await world.poison.list()).filter((each) => each.partition === partition);
        const poisoned = log.sent.flatMap((sent, n) => (sent.kind === 'poison' ? [n] : []));
        assert.deepEqual(
          parked.map(({ offset }) => offset),
          poisoned,
        );
        let next = 0;
        for (const { from, to } of world.store.covered(partition)) {
          assert.ok(from >= next && to >= from, 'an offset is covered twice');
          next = to + 1;
        }
        for (const { from, sequences } of told.filter((each) => each.partition === partition)) {
          sequences.forEach((sequence, i) => {
            const sent = log.sent[from + i];
            assert.equal(ids[sequence], sent !== undefined && 'id' in sent ? sent.id : undefined);
          });
        }
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('acknowledges a batch of only duplicates and writes nothing for it', async () => {
    const world = createIngestWorld(1);
    const told: Acknowledgement[] = [];
    await world.feed.subscribe(
      (acknowledgement) => void told.push(acknowledgement),
      new AbortController().signal,
    );
    const ingest = world.createIngest();
    const log = [0, 1, 0, 1, 2].map((n, offset) => ({
      offset,
      key: null,
      value: eventValue(n, 'anna'),
    }));
    const batch = (from: number, to: number) => ({
      partition: 0,
      messages: log.slice(from, to),
      highWatermark: log.length,
    });
    await ingest.handle(batch(0, 2), signal);
    await ingest.handle(batch(2, 4), signal);
    assert.deepEqual(world.store.covered(0), [{ from: 0, to: 1 }]);
    await ingest.handle(batch(4, 5), signal);
    assert.deepEqual(world.store.covered(0), [
      { from: 0, to: 1 },
      { from: 2, to: 4 },
    ]);
    assert.deepEqual(
      told.map(({ from, sequences, duplicates }) => [from, sequences, duplicates]),
      [
        [0, [0, 1], [false, false]],
        [2, [0, 1], [true, true]],
        [4, [2], [false]],
      ],
    );
  });

  it('makes no identity anew for an event of a user who was erased', async () => {
    const world = createIngestWorld(1);
    const ingest = world.createIngest();
    const value = eventValue(0, 'anna');
    const at = (offset: number) => ({
      partition: 0,
      messages: [{ offset, key: null, value }],
      highWatermark: offset + 1,
    });
    await ingest.handle(at(0), signal);
    const anna = await world.identities.find('anna');
    assert.ok(anna !== undefined);
    await world.identities.remove('anna');
    const fact = { kind: 'UserErased', user: anna.surrogate, timeMs: 6 } as const;
    await world.journal.append([{ partition: 0, key: eventKey('erase anna'), fact }]);
    await ingest.handle(at(1), signal);
    assert.equal(await world.identities.find('anna'), undefined);
    assert.equal(decodeMessage(value).fault, undefined);
  });

  it('goes on when acknowledgements can not be published', async () => {
    const world = createIngestWorld(1);
    const feed = { publish: () => Promise.reject(new Error('the feed is away')) };
    const ingest = world.createIngest(undefined, feed);
    for (let offset = 0; offset < 100; offset += 1) {
      const messages = [{ offset, key: null, value: eventValue(offset, 'anna') }];
      await ingest.handle({ partition: 0, messages, highWatermark: 100 }, signal);
    }
    await world.assertWhole(100);
  });
});
