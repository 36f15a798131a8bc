import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDoor } from '../../events/door.ts';
import type { EventDoor } from '../../events/door.ts';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { exportEvents } from '../../events/export-events.ts';
import type { ExportedEvent } from '../../events/export-events.ts';
import type { IncomingEvent } from '../../events/incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { createMemoryIdentities } from '../doubles/memory-identities.ts';
import type { MemoryIdentities } from '../doubles/memory-identities.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { seededBytes } from '../doubles/random-bytes.ts';

const NOW_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

interface Rig {
  readonly door: EventDoor;
  readonly journal: Journal;
  readonly identities: MemoryIdentities;
}

function createRig(partitions = 1): Rig {
  const journal = createMemoryJournal(partitions);
  const identities = createMemoryIdentities(seededBytes(1));
  const random = seededBytes(2);
  const types = DEFAULT_INTERACTION_TYPES;
  const door = createDoor({ journal, identities, types, clock: () => NOW_MS, random });
  return { door, journal, identities };
}

async function exported({ journal, identities }: Rig): Promise<ExportedEvent[]> {
  const events: ExportedEvent[] = [];
  for await (const event of exportEvents(journal, identities)) events.push(event);
  return events;
}

const PLAY: IncomingEvent = { id: 'e1', type: 'play', user: 'anna', item: 'song', time: 5 };

describe('the events door', () => {
  it('appends a batch and tells where each event stands', async () => {
    const { door } = createRig();
    const accepted = await door.accept([PLAY, { ...PLAY, id: 'e2', user: 'bo' }]);
    const positions = ['0:0', '0:1'];
    assert.deepEqual(accepted, { accepted: 2, duplicates: 0, positions, pending: [] });
    assert.deepEqual((await door.accept([])).positions, []);
  });

  it('counts an event that comes again, in a batch or later, and keeps the first', async () => {
    const rig = createRig();
    const first = await rig.door.accept([PLAY, { ...PLAY, item: 'other' }]);
    assert.deepEqual([first.accepted, first.duplicates], [1, 1]);
    assert.deepEqual(first.positions, ['0:0', '0:0']);
    const batch = [
      { ...PLAY, id: 'e2' },
      { ...PLAY, user: 'nobody new' },
    ];
    const second = await rig.door.accept(batch);
    assert.deepEqual([second.accepted, second.duplicates], [1, 1]);
    assert.deepEqual(second.positions, ['0:1', '0:0']);
    assert.equal(await rig.identities.find('nobody new'), undefined);
    const items = (await exported(rig)).map((event) => 'item' in event && event.item);
    assert.deepEqual(items, ['song', 'song']);
  });

  it('makes an id and takes the time of arrival where they are absent', async () => {
    const rig = createRig();
    const bare = { type: 'play', user: 'anna', item: 'song' };
    assert.equal((await rig.door.accept([bare, bare])).accepted, 2);
    const [first, second] = await exported(rig);
    assert.ok(first !== undefined && 'id' in first && second !== undefined && 'id' in second);
    assert.match(first.id, /^[0-9a-f]{32}$/);
    assert.notEqual(first.id, second.id);
    assert.equal(first.time, NOW_MS);
    assert.equal('value' in first, false);
  });

  it("puts a user's events into one partition and keeps their order", async () => {
    const rig = createRig(2);
    const users = ['anna', 'bo', 'cy', 'di', 'ed', 'fay'];
    const events = users.flatMap((user) =>
      [1, 2].map((n) => ({ ...PLAY, id: `${user}${String(n)}`, user, item: `i${String(n)}` })),
    );
    const { positions } = await rig.door.accept(events);
    events.forEach(({ user }, i) => {
      assert.equal(Number(positions[i]?.split(':')[0]), partitionOf(user, 2));
    });
    assert.equal(new Set(positions).size, events.length);
    assert.equal(new Set(users.map((user) => partitionOf(user, 2))).size, 2);
  });

  it('publishes items to every partition, once an id', async () => {
    const rig = createRig(2);
    const item = { item: '__proto__', metadata: { title: 'T' }, id: 'catalogue-1', time: 3 };
    const [first] = await rig.door.publishItems([item]);
    const [again] = await rig.door.publishItems([item]);
    assert.deepEqual(first, {
      positions: [
        { partition: 0, sequence: sequence(0) },
        { partition: 1, sequence: sequence(0) },
      ],
      duplicate: false,
    });
    assert.deepEqual(again, { ...first, duplicate: true });
    assert.equal((await rig.door.publishItem('b', null)).positions.length, 2);
    assert.deepEqual(await exported(rig), [
      { position: '0:0', published: '__proto__', metadata: { title: 'T' }, time: 3 },
      { position: '0:1', published: 'b', metadata: null, time: NOW_MS },
    ]);
  });

  it('appends a shared fact once an id', async () => {
    const { door, journal } = createRig(2);
    const fact = {
      kind: 'IndexReleased',
      release: 'r1',
      version: 'v1',
      sha256: 'ab',
      recall10: 1,
      timeMs: 1,
    } as const;
    const first = await door.appendShared(fact, 'release r1');
    assert.deepEqual(await door.appendShared(fact, 'release r1'), { ...first, duplicate: true });
    assert.deepEqual((await journal.read(1, ORIGIN))?.fact(0), fact);
    assert.deepEqual(await journal.find(eventKey('release r1')), first.positions);
  });

  const faults: readonly (readonly [string, Partial<IncomingEvent>, string])[] = [
    ['an unknown type', { type: 'zap' }, 'type'],
    ['a type that every object has', { type: 'constructor' }, 'type'],
    ['an empty user', { user: '' }, 'user'],
    ['a user with a NUL', { user: 'a\0b' }, 'user'],
    ['an item of 257 bytes', { item: 'é'.repeat(128) + 'x' }, 'item'],
    ['half a surrogate pair', { item: 'a\ud800' }, 'item'],
    ['an empty id', { id: '' }, 'id'],
    ['a value that is no number', { value: NaN }, 'value'],
    ['an endless value', { value: Infinity }, 'value'],
    ['a time more than a day ahead', { time: NOW_MS + DAY_MS + 1 }, 'time'],
    ['a time before 1970', { time: -1 }, 'time'],
  ];
  for (const [what, fault, field] of faults) {
    it(`refuses ${what} and with it the whole batch`, async () => {
      const rig = createRig();
      await assert.rejects(rig.door.accept([PLAY, { ...PLAY, id: 'e2', ...fault }]), (error) => {
        assert.ok(hasCode(error, 'INVALID'));
        assert.deepEqual([error.fields['index'], error.fields['field']], [1, field]);
        assert.ok(error.message.startsWith(`event 1: ${field} `), error.message);
        return true;
      });
      assert.equal(rig.journal.head(0), ORIGIN);
      assert.equal(await rig.identities.find('anna'), undefined);
    });
  }

  it('refuses the id of an answer that was not made here, where it can tell', async () => {
    const journal = createMemoryJournal(1);
    const door = createDoor({
      ...{ journal, identities: createMemoryIdentities(seededBytes(1)), random: seededBytes(2) },
      ...{ types: DEFAULT_INTERACTION_TYPES, clock: () => NOW_MS },
      isAnswer: (id) => id === 'ours',
    });
    const reaction = { ...PLAY, recommendationId: 'ours' };
    await assert.rejects(
      door.accept([reaction, { ...PLAY, id: 'e2', recommendationId: 'theirs' }]),
      (error) => {
        assert.ok(hasCode(error, 'INVALID'));
        assert.match(error.message, /^event 1: recommendationId was not made by this instance/);
        assert.match(error.message, /or leave it out$/);
        return true;
      },
    );
    assert.equal(journal.head(0), ORIGIN);
    assert.equal((await door.accept([reaction])).accepted, 1);
  });

  it('lets in what is just within the limits', async () => {
    const { door } = createRig();
    const edge = { ...PLAY, time: NOW_MS + DAY_MS, item: 'é'.repeat(128), user: '__proto__' };
    assert.equal((await door.accept([edge])).accepted, 1);
  });
});

describe('an export', () => {
  it('gives back what was sent', async () => {
    const rig = createRig();
    const context = { page: 'home', rank: 2 };
    const sent = { ...PLAY, user: 'ünï', value: 4.5, context, recommendationId: 'r1' };
    await rig.door.accept([sent]);
    assert.deepEqual(await exported(rig), [{ ...sent, position: '0:0' }]);
  });

  it('passes over the events of an erased user, and refuses a user who was lost', async () => {
    const rig = createRig();
    await rig.door.accept([PLAY, { ...PLAY, id: 'e2', user: 'bo' }]);
    const anna = await rig.identities.find('anna');
    assert.ok(anna !== undefined);
    await rig.identities.remove('anna');
    await assert.rejects(exported(rig), (error) => hasCode(error, 'DAMAGED'));
    const fact = { kind: 'UserErased', user: anna.surrogate, timeMs: 6 } as const;
    await rig.journal.append([{ partition: 0, key: eventKey('erase anna'), fact }]);
    assert.deepEqual(
      (await exported(rig)).map((event) => 'user' in event && event.user),
      ['bo'],
    );
  });
});
