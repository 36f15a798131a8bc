import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createIngest } from '../../../activities/ingest/ingest.ts';
import type { IngestDeps } from '../../../activities/ingest/ingest.ts';
import { erasedId } from '../../../events/erased-id.ts';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { Surrogate } from '../../../events/fact.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import { ORIGIN } from '../../../events/position.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';
import { decodeMessage, encodeMessage } from '../../../events/transport-message.ts';
import type { ReceivedMessage } from '../../../events/transport.ts';
import { createIngestWorld, NOW_MS, SILENT } from '../../doubles/ingest-world.ts';
import type { IngestWorld } from '../../doubles/ingest-world.ts';
import { seededBytes } from '../../doubles/random-bytes.ts';

const { signal } = new AbortController();

function played(offset: number, user: string): ReceivedMessage {
  const event = { id: `event-${String(offset)}`, type: 'play', user, item: 'song', time: 1 };
  return { offset, key: null, value: encodeMessage({ event }) };
}

function erased(offset: number, user: Surrogate): ReceivedMessage {
  const fact = { kind: 'UserErased', user, timeMs: 2 } as const;
  return { offset, key: null, value: encodeMessage({ fact, id: erasedId(user) }) };
}

function batch(messages: readonly ReceivedMessage[]) {
  return { partition: 0, messages, highWatermark: messages.length };
}

function ingestOf(world: IngestWorld, more: Partial<IngestDeps> = {}) {
  const { identities, poison, feed, store } = world;
  return createIngest({
    ...{ journal: store.open(), identities, poison, feed, random: seededBytes(7) },
    types: DEFAULT_INTERACTION_TYPES,
    clock: () => NOW_MS,
    logger: SILENT,
    yieldNow: () => Promise.resolve(),
    ...more,
  });
}

/** What stands in the journal, in order: whose each event is, and whose erasure. */
async function rows({ journal }: IngestWorld): Promise<readonly string[]> {
  const block = await journal.read(0, ORIGIN);
  assert.ok(block);
  const found: string[] = [];
  let after = ORIGIN;
  for (;;) {
    const next = await journal.read(0, after);
    if (next === undefined) return found;
    for (let row = 0; row < next.count; row += 1) {
      const fact = next.fact(row);
      if (fact.kind === 'InteractionRecorded') found.push(fact.user);
      if (fact.kind === 'UserErased') found.push(`erased ${fact.user}`);
    }
    after = (next.firstSequence + next.count - 1) as typeof after;
  }
}

async function known(world: IngestWorld, id: string): Promise<Surrogate> {
  const [identity] = await world.identities.resolve([id]);
  assert.ok(identity);
  return identity.surrogate;
}

describe('erasures that come as messages', () => {
  it('make a stranger of the user to whatever was sent after, also in the same batch', async () => {
    const world = createIngestWorld(1);
    const ada = await known(world, 'ada');
    const bo = await known(world, 'bo');
    const messages = [played(0, 'ada'), erased(1, ada), erased(2, bo), played(3, 'ada')];
    await ingestOf(world).handle(batch([...messages, played(4, 'cy')]), signal);
    const again = (await world.identities.find('ada'))?.surrogate;
    assert.ok(again !== undefined && again !== ada);
    assert.deepEqual(await rows(world), [
      ...[ada, `erased ${ada}`, `erased ${bo}`, again],
      await known(world, 'cy'),
    ]);
    assert.equal(await world.identities.find('bo'), undefined);
    assert.ok(await world.journal.isErased(surrogateToBytes(ada)));
  });

  it('change nothing where they come again, and take no new identity', async () => {
    const world = createIngestWorld(1);
    const ada = await known(world, 'ada');
    const ingest = ingestOf(world);
    await ingest.handle(batch([erased(0, ada), played(1, 'ada')]), signal);
    const again = await known(world, 'ada');
    await ingest.handle(batch([erased(2, ada), played(3, 'ada')]), signal);
    assert.deepEqual(await rows(world), [`erased ${ada}`, again, again]);
  });

  it('destroy identities before anything else is sealed, however often the store fails', async () => {
    const world = createIngestWorld(1);
    const ada = await known(world, 'ada');
    let failures = 2;
    const identities = {
      ...world.identities,
      erase: async (users: readonly Surrogate[]) => {
        failures -= 1;
        if (failures >= 0) throw new RepriseError('UNAVAILABLE', 'away');
        return world.identities.erase(users);
      },
    };
    const ingest = ingestOf(world, { identities });
    const messages = [erased(0, ada), played(1, 'ada')];
    for (let tries = 0; tries < 2; tries += 1) {
      await assert.rejects(ingest.handle(batch(messages), signal), (error) =>
        hasCode(error, 'UNAVAILABLE'),
      );
    }
    await ingest.handle(batch(messages), signal);
    const [first, second] = await rows(world);
    assert.equal(first, `erased ${ada}`);
    assert.notEqual(second, ada);
  });

  it('are ended by whoever takes the partition over, before its first message', async () => {
    const world = createIngestWorld(1);
    const ada = await known(world, 'ada');
    const dying = {
      ...world.identities,
      erase: () => Promise.reject(new RepriseError('UNAVAILABLE', 'dying')),
    };
    const first = ingestOf(world, { identities: dying });
    await assert.rejects(first.handle(batch([erased(0, ada)]), signal));
    const takeOver = async (): Promise<void> => {
      if (await world.journal.isErased(surrogateToBytes(ada))) await world.identities.erase([ada]);
    };
    await ingestOf(world, { takeOver }).handle(batch([erased(0, ada), played(1, 'ada')]), signal);
    const found = await rows(world);
    assert.equal(found.length, 2);
    assert.notEqual(found[1], ada);
  });

  it('are parked where they name no surrogate', () => {
    for (const user of ['ada', 7, undefined, 'A'.repeat(32)]) {
      const fact = { kind: 'UserErased', user, timeMs: 1 };
      const value = Buffer.from(JSON.stringify({ v: 1, fact, id: 'x' }));
      assert.match(decodeMessage(value).fault ?? '', /UserErased.user/);
    }
  });
});
