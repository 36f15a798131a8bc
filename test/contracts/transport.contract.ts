import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { encodeMessage } from '../../events/transport-message.ts';
import type {
  AssignmentListener,
  BatchHandler,
  EventTransport,
  OutgoingMessage,
  ReceivedMessage,
  TransportConsumer,
} from '../../events/transport.ts';
import { createIngestWorld } from '../doubles/ingest-world.ts';

/** A transport and what a test does to it. */
export interface TransportRig {
  readonly transport: EventTransport;
  createConsumer(): TransportConsumer;
  /** A consumer that can be cut off from the group without a word, as by kill -9. */
  createMortal(): { readonly consumer: TransportConsumer; readonly kill: () => Promise<void> };
  /** Puts a message there as a producer of others would, whatever its size. */
  put(partition: number, value: Uint8Array): Promise<number>;
  lag(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Makes an empty transport; `close` removes what it left. */
export type TransportFactory = (partitions: number) => Promise<TransportRig>;

const WAIT_MS_MAX = 45_000;

/** What every transport must do. */
export function transportContract(name: string, factory: TransportFactory): void {
  describe(name, () => {
    const opened: (() => Promise<void>)[] = [];
    const open = async (partitions: number): Promise<TransportRig> => {
      const rig = await factory(partitions);
      opened.push(() => rig.close());
      return rig;
    };
    /** Runs a consumer until the end of the test. */
    const run = (consumer: TransportConsumer, ...given: Parameters<TransportConsumer['run']>) => {
      const ended = consumer.run(...given);
      opened.push(async () => {
        await consumer.close();
        await ended;
      });
    };
    afterEach(async () => {
      for (const close of opened.splice(0).reverse()) await close();
    });
    sendContract(open, run);
    consumeContract(open, run);
    ingestContract(open, run);
    cloudContract(open, run);
  });
}

type Open = (partitions: number) => Promise<TransportRig>;
type Run = (
  consumer: TransportConsumer,
  handle: BatchHandler,
  assignment: AssignmentListener,
) => void;

/** The message of the nth event of a test: a user of its own every ten events. */
function messageOf(n: number, partitions: number): OutgoingMessage {
  const user = `user-${String(n % 10)}`;
  const id = `event-${String(n)}`;
  const event = { id, type: 'play', user, item: `item-${String(n)}`, time: n };
  const value = encodeMessage({ event });
  return { partition: partitionOf(user, partitions), key: eventKey(id), value };
}

function messagesOf(from: number, to: number, partitions: number): OutgoingMessage[] {
  return Array.from({ length: to - from }, (_, i) => messageOf(from + i, partitions));
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `in vain waited for: ${what}`);
    await sleep(20);
  }
}

const fromStart: AssignmentListener = {
  assigned: () => Promise.resolve(0),
  revoked: () => undefined,
};

function sendContract(open: Open, run: Run): void {
  it('tells where every message stands, dense and in order in its partition', async () => {
    const { transport } = await open(3);
    const messages = messagesOf(0, 2_500, 3);
    const halves = await Promise.all([
      transport.send(messages.slice(0, 1_700)),
      transport.send(messages.slice(1_700)),
    ]);
    const next = [0, 0, 0];
    halves.flat().forEach(({ partition, offset }, i) => {
      assert.equal(partition, messages[i]?.partition);
      assert.equal(offset, next[partition]);
      next[partition] = offset + 1;
    });
    assert.deepEqual(await transport.send([]), []);
  });

  it('refuses a message of 10 MB clearly, and sends nothing of its batch', async () => {
    const rig = await open(1);
    const large = { partition: 0, key: eventKey('large'), value: new Uint8Array(10_000_000) };
    await assert.rejects(rig.transport.send([messageOf(0, 1), large]), (error) => {
      assert.ok(hasCode(error, 'TOO_LARGE'));
      return true;
    });
    assert.deepEqual(await rig.transport.send([messageOf(1, 1)]), [{ partition: 0, offset: 0 }]);
  });

  it('refuses what comes after its closing', async () => {
    const { transport } = await open(1);
    await transport.send([messageOf(0, 1)]);
    await transport.close();
    await assert.rejects(transport.send([messageOf(1, 1)]), (error) =>
      hasCode(error, 'UNAVAILABLE'),
    );
  });

  it('tells how far the group is behind', async () => {
    const rig = await open(2);
    await rig.transport.send(messagesOf(0, 100, 2));
    const sum = async () => (await rig.lag()).reduce((total, lag) => total + lag, 0);
    assert.equal(await sum(), 100);
    run(rig.createConsumer(), () => Promise.resolve(), fromStart);
    await until('no lag', async () => (await sum()) === 0);
  });
}

function consumeContract(open: Open, run: Run): void {
  it("hands messages over in order, from the journal's own offset on", async () => {
    const rig = await open(1);
    const sent = messagesOf(0, 300, 1);
    await rig.transport.send(sent);
    const got: ReceivedMessage[] = [];
    const handle: BatchHandler = (batch) => {
      assert.equal(batch.partition, 0);
      got.push(...batch.messages);
      return Promise.resolve();
    };
    run(rig.createConsumer(), handle, {
      assigned: () => Promise.resolve(123),
      revoked: () => undefined,
    });
    await until('all from 123 on', () => got.length >= 177);
    assert.deepEqual(
      got.map(({ offset }) => offset),
      Array.from({ length: 177 }, (_, i) => 123 + i),
    );
    got.forEach(({ offset, value }) => {
      assert.deepEqual(Buffer.from(value ?? []), Buffer.from(sent[offset]?.value ?? []));
    });
  });

  it('brings a batch that failed again, while the other partitions go on', async () => {
    const rig = await open(2);
    await rig.transport.send(messagesOf(0, 100, 2));
    const counts = [0, 0];
    let failures = 0;
    let othersBeforeEnd = -1;
    const handle: BatchHandler = async ({ partition, messages }) => {
      if (partition === 0 && failures < 2) {
        failures += 1;
        throw new Error('the journal is away');
      }
      if (partition === 0 && othersBeforeEnd < 0) othersBeforeEnd = counts[1] ?? 0;
      counts[partition] = (counts[partition] ?? 0) + messages.length;
      return Promise.resolve();
    };
    run(rig.createConsumer(), handle, fromStart);
    await until('all', () => (counts[0] ?? 0) + (counts[1] ?? 0) >= 100);
    assert.equal(failures, 2);
    assert.ok(othersBeforeEnd > 0);
  });
}

function ingestContract(open: Open, run: Run): void {
  it('parks a message of 10 MB that another producer put there, and what is no message', async () => {
    const rig = await open(1);
    const world = createIngestWorld(1);
    const large = await rig.put(0, new Uint8Array(10_000_000).fill(0x61));
    const wrong = await rig.put(0, Buffer.from('{"v":1,"user":"secret"}'));
    await rig.transport.send([messageOf(0, 1)]);
    const ingest = world.createIngest();
    run(rig.createConsumer(), ingest.handle, ingest);
    await until('the event', async () => (await world.items(0)).length === 1);
    const parked = await world.poison.list();
    assert.deepEqual(
      parked.map(({ offset }) => offset),
      [large, wrong],
    );
    assert.match(parked[0]?.reason ?? '', /10000000 bytes/);
    assert.doesNotMatch(JSON.stringify(parked), /secret/);
  });

  it('loses nothing and covers nothing twice when one of two members dies', async () => {
    const partitions = 4;
    const rig = await open(partitions);
    const world = createIngestWorld(partitions);
    const members = [world.createIngest(), world.createIngest()] as const;
    const busy = [new Set<number>(), new Set<number>()] as const;
    const mortal = rig.createMortal();
    members.forEach((ingest, n) => {
      const handle: BatchHandler = async (batch, signal) => {
        busy[n as 0 | 1].add(batch.partition);
        await ingest.handle(batch, signal);
      };
      run(n === 0 ? mortal.consumer : rig.createConsumer(), handle, ingest);
    });
    let sent = 0;
    const send = async (count: number): Promise<void> => {
      await rig.transport.send(messagesOf(sent, sent + count, partitions));
      sent += count;
    };
    await until('both members at work', async () => {
      await send(20);
      await sleep(20);
      return busy[0].size > 0 && busy[1].size > 0;
    });
    busy[1].clear();
    await mortal.kill();
    for (let i = 0; i < 20; i += 1) await send(20);
    await until('all in the journal', async () => (await world.count()) >= sent);
    assert.ok(busy[1].size > 0);
    await world.assertWhole(sent);
  });
}

/** A CloudEvent as another producer sends it, in structured mode. */
function cloudMessage(
  partition: number,
  fields: Readonly<Record<string, unknown>> & { readonly subject?: string },
) {
  const item = fields.subject ?? '';
  const cloud = {
    ...{ specversion: '1.0', id: item, source: '/shop', type: 'com.example.play' },
    ...{ data: { user: 'user-1' }, ...fields },
  };
  return {
    ...{ partition, key: Buffer.from('theirs'), value: Buffer.from(JSON.stringify(cloud)) },
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
  };
}

function cloudContract(open: Open, run: Run): void {
  it('brings CloudEvents of other producers into the journal beside ours, and parks the faulty', async () => {
    const rig = await open(2);
    const world = createIngestWorld(2);
    const own = partitionOf('user-1', 2);
    const structured = cloudMessage(own, { subject: 'item-1' });
    const [binary, wrongType] = ['play', 'sneeze'].map((type) => ({
      ...{ partition: own, key: Buffer.from(''), value: Buffer.from('{"user":"user-1"}') },
      headers: {
        ...{ ce_specversion: '1.0', ce_id: 'b', ce_source: '/shop', ce_type: type },
        ...{ ce_subject: 'item-2', 'content-type': 'application/json', traceparent: 'x' },
      },
    }));
    const batch = {
      ...{ ...structured, value: Buffer.from('[]') },
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    };
    assert.ok(binary !== undefined && wrongType !== undefined);
    await rig.transport.send([
      ...[messageOf(1, 2), structured, wrongType, binary, batch],
      ...[cloudMessage(own, { subject: 'item-3', data: 'secret' }), structured, messageOf(11, 2)],
      cloudMessage(1 - own, { subject: 'item-9' }),
    ]);
    const ingest = world.createIngest();
    run(rig.createConsumer(), ingest.handle, ingest);
    await until('all', async () => (await world.items(own)).length === 4);
    assert.deepEqual(await world.items(own), ['item-1', 'item-1', 'item-2', 'item-11']);
    await until('what is parked', async () => (await world.poison.list()).length === 4);
    const parked = await world.poison.list();
    const reasons = [/type is unknown; use one of/, /no batched mode/, /data is no JSON object/];
    const here = parked.filter(({ partition }) => partition === own);
    assert.equal(here.length, reasons.length);
    reasons.forEach((reason, n) => assert.match(here[n]?.reason ?? '', reason));
    assert.match(
      parked.find(({ partition }) => partition !== own)?.reason ?? '',
      /wrong partition/,
    );
    assert.doesNotMatch(JSON.stringify(parked), /secret|sneeze/);
  });
}
