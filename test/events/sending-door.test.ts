import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AcknowledgedOffsets } from '../../events/acknowledged-offsets.ts';
import { hasCode } from '../../events/error.ts';
import type { ErrorCode } from '../../events/error.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { IncomingEvent } from '../../events/incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { createSendingDoor } from '../../events/sending-door.ts';
import type { SendingDoorDeps } from '../../events/sending-door.ts';
import type { OutgoingMessage } from '../../events/transport.ts';
import { decodeMessage } from '../../events/transport-message.ts';
import { seededBytes } from '../doubles/random-bytes.ts';

const NOW_MS = 1_700_000_000_000;

/** A door before a transport that keeps what it is sent, and time that passes when a test says so. */
function createRig(partitions = 1, more: Partial<SendingDoorDeps> = {}) {
  const due = new Set<() => void>();
  const acknowledged = new AcknowledgedOffsets(
    partitions,
    (_, callback) => {
      due.add(callback);
      return () => due.delete(callback);
    },
    4,
  );
  const sent: OutgoingMessage[] = [];
  const next = Array.from({ length: partitions }, () => 0);
  /** Called between the sending and its answer. */
  const onSent: { call: () => void } = { call: () => undefined };
  const door = createSendingDoor({
    acknowledged,
    partitions,
    types: DEFAULT_INTERACTION_TYPES,
    clock: () => NOW_MS,
    random: seededBytes(1),
    transport: {
      send(messages) {
        sent.push(...messages);
        const offsets = messages.map(({ partition }) => {
          const offset = next[partition] ?? 0;
          next[partition] = offset + 1;
          return { partition, offset };
        });
        onSent.call();
        return Promise.resolve(offsets);
      },
      close: () => Promise.resolve(),
    },
    ...more,
  });
  const tell = (from: number, sequences: readonly number[], duplicates: boolean[] = []): void =>
    acknowledged.take({ partition: 0, from, sequences, duplicates });
  const pass = (): void => [...due].forEach((callback) => callback());
  return { door, sent, tell, pass, onSent, acknowledged, due };
}

const PLAY: IncomingEvent = { id: 'e1', type: 'play', user: 'anna', item: 'song', time: 5 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function refusal(code: ErrorCode): (error: unknown) => boolean {
  return (error) => hasCode(error, code);
}

describe('the sending door', () => {
  it('sends a trace with the events of a request that has one, and not a byte with others', async () => {
    const { door, sent, pass } = createRig(3);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const traced = door.accept([PLAY, { ...PLAY, id: 'e2', user: 'bo' }], traceparent);
    while (sent.length < 2) await settled();
    const bare = door.accept([{ ...PLAY, id: 'e3' }]);
    while (sent.length < 3) await settled();
    pass();
    await Promise.all([traced, bare]);
    const untraced = sent[2] ?? assert.fail('there is no third message');
    assert.deepEqual(
      sent.map(({ headers }) => headers),
      [{ traceparent }, { traceparent }, undefined],
    );
    assert.ok(!('headers' in untraced));
  });

  it('sends what it was given to the partitions of the users, with id and time filled in', async () => {
    const { door, sent, pass } = createRig(3);
    const bare = { type: 'play', user: 'bo', item: 'song' };
    const answer = door.accept([PLAY, bare]);
    await settled();
    pass();
    await answer;
    assert.deepEqual(
      sent.map(({ partition }) => partition),
      [partitionOf('anna', 3), partitionOf('bo', 3)],
    );
    const [first, second] = sent.map(({ value }) => decodeMessage(value).message);
    assert.deepEqual(first, { event: PLAY });
    assert.ok(second !== undefined && 'event' in second);
    assert.match(second.event.id, /^[0-9a-f]{32}$/);
    assert.equal(second.event.time, NOW_MS);
  });

  it('answers positions where acknowledgements come before the sending is told', async () => {
    const { door, tell, onSent, due } = createRig();
    onSent.call = () => tell(0, [7, 3], [false, true]);
    const answer = await door.accept([PLAY, { ...PLAY, id: 'e2' }]);
    const positions = ['0:7', '0:3'];
    assert.deepEqual(answer, { accepted: 1, duplicates: 1, positions, pending: [] });
    assert.equal(due.size, 0);
  });

  it('answers as soon as the last acknowledgement comes', async () => {
    const { door, tell, due } = createRig();
    const answer = door.accept([PLAY, { ...PLAY, id: 'e2' }]);
    await settled();
    tell(1, [1]);
    tell(0, [0]);
    assert.deepEqual((await answer).positions, ['0:0', '0:1']);
    assert.equal(due.size, 0);
  });

  it('calls pending what was not acknowledged in time, and keeps nothing of it', async () => {
    const { door, tell, pass, acknowledged } = createRig();
    const answer = door.accept([PLAY, { ...PLAY, id: 'e2' }, { ...PLAY, id: 'e3' }]);
    await settled();
    tell(1, [9]);
    pass();
    assert.deepEqual(await answer, {
      accepted: 3,
      duplicates: 0,
      positions: ['0:9'],
      pending: ['0@0', '0@2'],
    });
    assert.equal(acknowledged.next(0), 2);
  });

  it('remembers early acknowledgements within a bound', async () => {
    const { door, tell, onSent, pass } = createRig();
    onSent.call = () => tell(0, [0, 1, 2, 3, 4, 5]);
    const events = Array.from({ length: 6 }, (_, n) => ({ ...PLAY, id: `e${String(n)}` }));
    const answer = door.accept(events);
    await settled();
    pass();
    assert.deepEqual((await answer).pending, ['0@0', '0@1']);
  });

  it('refuses a batch whole as the embedded door does, and sends nothing', async () => {
    const { door, sent } = createRig();
    await assert.rejects(door.accept([PLAY, { ...PLAY, type: 'zap' }]), (error) => {
      assert.ok(hasCode(error, 'INVALID'));
      assert.deepEqual([error.fields['index'], error.fields['field']], [1, 'type']);
      return true;
    });
    assert.deepEqual(sent, []);
    assert.deepEqual((await door.accept([])).positions, []);
  });

  it('says so where the ingest parked what the door let in', async () => {
    const { door, tell, onSent } = createRig();
    onSent.call = () => tell(0, [-1]);
    await assert.rejects(door.accept([PLAY]), refusal('CONFLICT'));
  });

  it('sends a shared fact to every partition and waits for all of them', async () => {
    const { door, sent, acknowledged, pass } = createRig(2);
    const first = door.publishItem('song', { title: 'T' }, 'catalogue-1');
    await settled();
    acknowledged.take({ partition: 0, from: 0, sequences: [5], duplicates: [true] });
    acknowledged.take({ partition: 1, from: 0, sequences: [6], duplicates: [false] });
    assert.deepEqual(await first, {
      positions: [
        { partition: 0, sequence: 5 },
        { partition: 1, sequence: 6 },
      ],
      duplicate: false,
    });
    assert.deepEqual(
      sent.map(({ partition }) => partition),
      [0, 1],
    );
    const second = door.publishItems([{ item: 'a', metadata: null }]);
    await settled();
    acknowledged.take({ partition: 0, from: 1, sequences: [7], duplicates: [false] });
    pass();
    await assert.rejects(second, (error) => {
      assert.ok(hasCode(error, 'TIMEOUT'));
      return error.message.includes('partition 1 did not acknowledge');
    });
    await assert.rejects(door.publishItem('', null), refusal('INVALID'));
  });

  it('refuses more with BUSY while the ingest is too far behind', async () => {
    let lag = [0, 11];
    let nowMs = NOW_MS;
    const asked: number[] = [];
    const rig = createRig(2, {
      lagEventsMax: 10,
      clock: () => nowMs,
      lag: () => {
        asked.push(nowMs);
        return Promise.resolve(lag);
      },
    });
    await assert.rejects(rig.door.accept([PLAY]), (error) => {
      assert.ok(hasCode(error, 'BUSY'));
      return error.fields['partition'] === 1 && error.fields['lagEvents'] === 11;
    });
    assert.deepEqual(rig.sent, []);
    lag = [10, 0];
    await assert.rejects(rig.door.accept([PLAY]), refusal('BUSY'));
    nowMs += 1_000;
    await assert.rejects(rig.door.accept([PLAY]), refusal('BUSY'));
    const answer = rig.door.accept([PLAY]);
    await settled();
    rig.pass();
    assert.equal((await answer).pending.length, 1);
    assert.deepEqual(asked, [NOW_MS, NOW_MS + 1_000]);
  });

  it('takes what it sent and heard of for the lag where nobody tells it', async () => {
    let nowMs = NOW_MS;
    const rig = createRig(1, { lagEventsMax: 2, clock: () => nowMs });
    const send = async (count: number): Promise<void> => {
      nowMs += 1_000;
      const events = Array.from({ length: count }, (_, n) => ({ ...PLAY, id: `e${String(n)}` }));
      const answer = rig.door.accept(events);
      await settled();
      rig.pass();
      await answer;
    };
    await send(1);
    rig.tell(0, [0]);
    await send(3);
    await send(1);
    await assert.rejects(rig.door.accept([PLAY]), refusal('BUSY'));
    rig.tell(4, [4]);
    nowMs += 1_000;
    await assert.rejects(rig.door.accept([PLAY]), refusal('BUSY'));
    await send(1);
  });

  it('sends erasures behind what it sent to the same partition, and tells where they stand', async () => {
    const { door, sent, tell, pass } = createRig(1, { sharedWaitMsMax: 5 });
    const fact = { kind: 'UserErased', user: 'a'.repeat(32) as Surrogate, timeMs: 9 } as const;
    const played = door.accept([PLAY]);
    await settled();
    const erased = door.appendErased([{ partition: 0, fact }]);
    await settled();
    tell(0, [4, 7]);
    assert.deepEqual(await erased, [{ partition: 0, sequence: 7 }]);
    await played;
    const id = `erase ${fact.user}`;
    assert.deepEqual(decodeMessage(sent[1]?.value ?? null).message, { fact, id });
    const silent = door.appendErased([{ partition: 0, fact }]);
    await settled();
    pass();
    await assert.rejects(silent, refusal('TIMEOUT'));
  });
});
