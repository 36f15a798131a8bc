import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { tellUntilLost } from '../../../activities/ingest/telling.ts';
import { createDoor } from '../../../events/door.ts';
import type { EventDoor } from '../../../events/door.ts';
import { tellEvents, passedRowsMax } from '../../../events/export-events.ts';
import type { ToldEvent } from '../../../events/export-events.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import type { Journal } from '../../../events/journal.ts';
import { parsePosition } from '../../../events/position.ts';
import type { ToldCloudEvent } from '../../../events/told-cloud-event.ts';
import type { EventTransport, OutgoingMessage } from '../../../events/transport.ts';
import { createMemoryIdentities } from '../../doubles/memory-identities.ts';
import type { MemoryIdentities } from '../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { createMemoryToldPlaces } from '../../doubles/memory-told-places.ts';
import { seededBytes } from '../../doubles/random-bytes.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

interface World {
  readonly journal: Journal;
  readonly identities: MemoryIdentities;
  readonly door: EventDoor;
}

function createWorld(partitions = 1): World {
  const journal = createMemoryJournal(partitions);
  const identities = createMemoryIdentities(seededBytes(1));
  const shared = { types: DEFAULT_INTERACTION_TYPES, clock: () => NOW_MS, random: seededBytes(2) };
  return { journal, identities, door: createDoor({ journal, identities, ...shared }) };
}

async function play({ door }: World, from: number, count: number, user = 'ada'): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => ({
    ...{ id: `play-${String(from + n)}`, type: 'play', user, item: `item-${String(from + n)}` },
  }));
  await door.accept(events);
}

/** A topic of one partition, and what a consumer makes of it that drops what it had. */
class Topic implements Pick<EventTransport, 'send'> {
  readonly messages: OutgoingMessage[] = [];
  readonly consumed: ToldCloudEvent[] = [];
  #last = -1;

  /** Takes a request; `around` is called before and after it, and what it throws is an outage. */
  async send(
    messages: readonly OutgoingMessage[],
    around: () => void = () => undefined,
  ): Promise<never[]> {
    around();
    for (const message of messages) {
      this.messages.push(message);
      this.#consume(message);
      // Requests of two tellers come in between each other.
      await setImmediate();
    }
    around();
    return [];
  }

  #consume({ value }: OutgoingMessage): void {
    const event = JSON.parse(Buffer.from(value).toString()) as ToldCloudEvent;
    const at = parsePosition(event.position)?.sequence ?? -1;
    if (at <= this.#last) return;
    this.consumed.push(event);
    this.#last = at;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < endMs, 'in vain waited');
    await sleep(1);
  }
}

describe('telling the journal', () => {
  it('tells each event as a structured CloudEvent whose key is its id', async () => {
    const world = createWorld();
    await play(world, 0, 2);
    const topic = new Topic();
    const ending = new AbortController();
    const reached: (number | undefined)[] = [];
    const told = tellUntilLost(
      {
        ...{ ...world, transport: topic, teller: 'a', yieldNow: () => setImmediate() },
        places: createMemoryToldPlaces(() => NOW_MS),
        onPlace: (_, at) => reached.push(at),
      },
      0,
      ending.signal,
    );
    await until(() => topic.messages.length === 2);
    await play(world, 2, 1);
    await until(() => topic.messages.length === 3);
    ending.abort();
    assert.equal(await told, true);
    assert.deepEqual([...new Set(reached)], [-1, 1, 2], 'how far it is told');
    const [first] = topic.messages;
    assert.equal(Buffer.from(first?.key ?? []).toString(), '0:0');
    assert.deepEqual(first?.headers, {
      'content-type': 'application/cloudevents+json; charset=UTF-8',
    });
    assert.deepEqual(
      topic.consumed.map(({ id, type, sentid }) => [id, type, sentid]),
      [0, 1, 2].map((n) => [`0:${String(n)}`, 'dev.reprise.interaction.play', `play-${String(n)}`]),
    );
  });

  it('leaves no event out and keeps their order, whoever dies, fails or tells at the same time', async () => {
    let doubles = 0;
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new SeededRandom(seed);
      const world = createWorld();
      const topic = new Topic();
      let nowMs = 0;
      let isCalm = false;
      const places = createMemoryToldPlaces(() => nowMs);
      const ending = new AbortController();
      const tellers = ['a', 'b', 'c'].map(async (name) => {
        for (let life = 0; !ending.signal.aborted; life += 1) {
          // One that is killed is never heard of again, and another begins where the places say.
          const dying = new AbortController();
          const transport = {
            send: (messages: readonly OutgoingMessage[]) =>
              topic.send(messages, () => {
                // Time leaps past what a teller holds, so that two tell at a time.
                if (isCalm || random.below(3) === 0) nowMs += 20_000;
                if (isCalm || random.below(5) > 0) return;
                if (random.below(2) === 0) dying.abort();
                throw new Error('an outage, or the end of the process');
              }),
          };
          const signal = AbortSignal.any([ending.signal, dying.signal]);
          const deps = { ...world, places, transport, yieldNow: () => setImmediate() };
          const teller = { teller: `${name}${String(life)}`, quietMsMax: 1 };
          const isHeld = await tellUntilLost({ ...deps, ...teller }, 0, signal).catch(() => true);
          // Who waits for a dead one waits until its time is over.
          if (!isHeld) nowMs += 1_000;
          await setImmediate();
        }
      });
      let sent = 0;
      while (sent < 200) {
        const count = 1 + random.below(40);
        await play(world, sent, count, `user-${String(random.below(3))}`);
        sent += count;
        for (let turns = random.below(30); turns > 0; turns -= 1) await setImmediate();
      }
      isCalm = true;
      await until(() => topic.consumed.length >= sent);
      ending.abort();
      await Promise.all(tellers);
      assert.deepEqual(
        topic.consumed.map(({ id }) => id),
        Array.from({ length: sent }, (_, n) => `0:${String(n)}`),
      );
      doubles += topic.messages.length - sent;
    });
    await fc.assert(property, { numRuns: 5 });
    assert.ok(doubles > 0, 'nothing was told twice: the worlds are too kind');
  });

  it('passes nothing that can not be read yet', async () => {
    const world = createWorld();
    await play(world, 0, 2);
    await play(world, 2, 2);
    let reads = 0;
    const journal: Journal = {
      ...world.journal,
      read: async (partition, after) => {
        reads += 1;
        return after < 1 || reads > 6 ? world.journal.read(partition, after) : undefined;
      },
    };
    const topic = new Topic();
    const ending = new AbortController();
    const places = createMemoryToldPlaces(() => NOW_MS);
    const deps = { ...world, journal, places, transport: topic, yieldNow: () => setImmediate() };
    const told = tellUntilLost({ ...deps, teller: 'a' }, 0, ending.signal);
    await until(() => topic.messages.length >= 4);
    ending.abort();
    await told;
    assert.deepEqual(
      topic.consumed.map(({ id }) => id),
      ['0:0', '0:1', '0:2', '0:3'],
    );
    assert.equal(topic.messages.length, 4);
  });

  it('notes a place only after what lies before it was told', async () => {
    const world = createWorld();
    await play(world, 0, 3);
    const transport = { send: () => Promise.reject(new Error('an outage')) };
    const places = createMemoryToldPlaces(() => NOW_MS);
    const deps = { ...world, places, transport, yieldNow: () => setImmediate() };
    const told = tellUntilLost({ ...deps, teller: 'a' }, 0, new AbortController().signal);
    await assert.rejects(told, /an outage/);
    assert.equal(await places.claim(0, 'a'), -1);
  });
});

describe('what is told of the journal', () => {
  async function told({ journal, identities }: World, after: string): Promise<ToldEvent[]> {
    const start = parsePosition(after);
    const events: ToldEvent[] = [];
    for await (const event of tellEvents(journal, identities, start && [start])) {
      events.push(event);
    }
    return events;
  }

  it('says after every thousand rows of nothing that they are passed', async () => {
    const world = createWorld();
    await play(world, 0, 1);
    const [surrogate] = await world.identities.resolve(['gone']);
    assert.ok(surrogate !== undefined);
    await play(world, 1, 2 * passedRowsMax + 5, 'gone');
    await play(world, 5_000, 1);
    await world.journal.append([
      {
        ...{ partition: 0, key: new Uint8Array(16).fill(9) },
        fact: { kind: 'UserErased', user: surrogate.surrogate, timeMs: NOW_MS },
      },
    ]);
    await world.identities.remove('gone');
    const events = await told(world, '');
    assert.deepEqual(
      events.map((event) => [event.position, 'passed' in event ? event.passed : 'event']),
      [
        ...[
          ['0:0', 'event'],
          ['0:1000', passedRowsMax],
          ['0:2000', passedRowsMax],
        ],
        ['0:2006', 'event'],
      ],
    );
    assert.deepEqual(
      (await told(world, '0:2000')).map(({ position }) => position),
      ['0:2006'],
    );
  });
});
