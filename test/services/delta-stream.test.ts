import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  dropDeltas,
  dropHeldStream,
  heldStreams,
  openDeltaReader,
  openDeltaWriter,
} from '../../adapters/cluster/redis/delta-stream.ts';
import type { RedisDeltaReader } from '../../adapters/cluster/redis/delta-reader.ts';
import { hasCode } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { DeltaEvent, DeltaWriter } from '../../projections/delta-feed.ts';
import {
  deltaFeedContract,
  deltasOf,
  endsAt,
  eventsUntil,
} from '../contracts/delta-feed.contract.ts';
import { shortly } from '../contracts/delta-feed.contract.ts';
import { DeltaWorld } from '../projections/delta-world.ts';
import { RedisServer } from './redis-server.ts';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.close());

let places = 0;

/** A prefix that no other test uses. */
function place(): { prefix: string; commandMsMax: number } {
  places += 1;
  return { prefix: `t${String(places)}:`, commandMsMax: 1_000 };
}

/** Tries until redis answers; what is there already changes nothing. */
async function persist(writer: DeltaWriter, delta: ModelDelta, fence = 1): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await writer.append(delta, fence);
      return;
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE') || tries > 50) throw error;
      await pause(20);
    }
  }
}

deltaFeedContract('the delta stream', () => {
  const link = server.link(place());
  const reader = openDeltaReader(link);
  const feed = { reader, writer: openDeltaWriter(link) };
  return Promise.resolve({ ...feed, close: () => reader.close() });
});

deltaFeedContract('the delta stream of a version beside the live one', () => {
  const link = server.link(place());
  const reader = openDeltaReader(link, { held: 'v1' });
  const feed = { reader, writer: openDeltaWriter(link, { held: 'v1' }) };
  return Promise.resolve({ ...feed, close: () => reader.close() });
});

describe('the delta streams of versions beside the live one', () => {
  const keysOf = (link: ReturnType<RedisServer['link']>): Promise<readonly string[]> =>
    link.run((redis) => redis.keys(`${link.prefix}deltas:*`));

  it('are apart from the live one, and deleted whole, but not by an older fence', async () => {
    const link = server.link(place());
    const [live, held] = [new DeltaWorld(), new DeltaWorld({ version: 'v2' })];
    const writers = [openDeltaWriter(link), openDeltaWriter(link, { held: 'v2' })] as const;
    for (const delta of deltasOf(live, 3)) await writers[0].append(delta, 7);
    const before = (await keysOf(link)).length;
    for (const delta of deltasOf(held, 5)) await writers[1].append(delta, 7);
    assert.deepEqual([(await writers[0].end(0))?.to, (await writers[1].end(0))?.to], [2, 4]);
    assert.deepEqual(await heldStreams(link, 0), ['v2']);
    assert.deepEqual(await heldStreams(link, 1), []);
    await dropHeldStream(link, 0, 'v2', 6);
    assert.deepEqual(await heldStreams(link, 0), ['v2']);
    await assert.rejects(writers[1].append(held.whole(), 6), { code: 'FENCED' });
    await dropHeldStream(link, 0, 'v2', 7);
    assert.deepEqual([await heldStreams(link, 0), await writers[1].end(0)], [[], undefined]);
    assert.equal((await keysOf(link)).length, before);
    assert.equal((await writers[0].end(0))?.to, 2);
  });

  it('go with all deltas that wait, whoever wrote them', async () => {
    const link = server.link(place());
    for (const partition of [0, 1]) {
      const writer = openDeltaWriter(link, { held: 'v2' });
      const [delta] = deltasOf(new DeltaWorld({ version: 'v2', partition }), 1);
      await writer.append(delta!, 9);
    }
    await dropDeltas(link, 2);
    assert.deepEqual(await keysOf(link), []);
  });
});

/** Collects what is read from where the last gap ended, as an owner does that reloads a checkpoint of `reload()`. */
async function follow(
  reader: RedisDeltaReader,
  reload: () => number,
  until: number,
): Promise<string[]> {
  const told: string[] = [];
  let after = -1;
  while (after < until) {
    const events: DeltaEvent[] = await eventsUntil(reader, { after }, endsAt(until));
    for (const event of events) {
      if (event.kind === 'delta') after = event.delta.to;
      if (event.kind === 'gap' && told.at(-1) === 'gap') await pause(20);
      else told.push(shortly(event));
    }
    if (events.at(-1)?.kind === 'gap') after = Math.max(after, reload());
  }
  return told;
}

describe('the delta stream over time', () => {
  it('is trimmed by records and by bytes, and says gap where the start is gone', async () => {
    const link = server.link(place());
    const reader = openDeltaReader(link);
    const deltas = deltasOf(new DeltaWorld(), 40);
    const writer = openDeltaWriter(link, { streamRecordsMax: 10 });
    for (const delta of deltas.slice(0, 30)) await writer.append(delta, 1);
    assert.equal(await link.run((redis) => redis.xlen(`${link.prefix}deltas:{0}`)), 10);
    assert.deepEqual((await eventsUntil(reader, { after: 18 }, endsAt(29))).map(shortly), ['gap']);
    assert.equal((await eventsUntil(reader, { after: 19 }, endsAt(29))).length, 10);
    const narrow = openDeltaWriter(link, { streamBytesMax: 1_000 });
    for (const delta of deltas.slice(30)) await narrow.append(delta, 1);
    const left = await link.run((redis) =>
      redis.xrangeBuffer(`${link.prefix}deltas:{0}`, '-', '+'),
    );
    const bytes = left.reduce((sum, [, [, record]]) => sum + (record?.length ?? 0), 0);
    assert.ok(left.length >= 1 && bytes <= 1_000, `${String(left.length)} of ${String(bytes)}`);
    await reader.close();
  });

  it('sends readers to a checkpoint where a delta is too large', async () => {
    const link = server.link(place());
    const needed: [number, number][] = [];
    const writer = openDeltaWriter(link, {
      streamRecordBytesMax: 1_000,
      onCheckpointNeeded: (partition, at) => needed.push([partition, at]),
    });
    const [older, newer] = [new DeltaWorld(), new DeltaWorld({ version: 'v2' })];
    for (const delta of [older.whole(), ...deltasOf(older, 3)]) await writer.append(delta, 1);
    deltasOf(newer, 3);
    for (let n = 0; n < 20; n += 1) newer.user(`many${String(n)}`);
    await writer.append(newer.whole(), 1);
    await writer.append(newer.whole(), 1);
    for (const delta of deltasOf(newer, 2)) await writer.append(delta, 1);
    assert.deepEqual(needed, [[0, 2]], 'once');
    const reader = openDeltaReader(link);
    const before = await eventsUntil(reader, { after: 1 }, endsAt(4));
    assert.deepEqual(before.map(shortly), ['v1 1–2', 'gap']);
    const reloaded = await eventsUntil(reader, { after: 2, version: 'v2' }, endsAt(4));
    assert.deepEqual(reloaded.map(shortly), ['v2 2–3', 'v2 3–4']);
    await reader.close();
  });

  it('says gap, and what it met, where a record is damaged', async () => {
    const link = server.link(place());
    const writer = openDeltaWriter(link);
    const [first, second] = deltasOf(new DeltaWorld(), 2);
    await writer.append(first!, 1);
    await link.run((redis) => redis.xadd(`${link.prefix}deltas:{0}`, '2-0', 'd', 'broken'));
    const troubles: string[] = [];
    const onTrouble = (_: number, { code }: { code: string }): number => troubles.push(code);
    const reader = openDeltaReader(link, { onTrouble });
    assert.deepEqual((await eventsUntil(reader, {}, endsAt(9))).map(shortly), ['v1 -1–0', 'gap']);
    assert.deepEqual(troubles, ['DAMAGED']);
    await writer.append(second!, 1);
    const needed = await eventsUntil(reader, { after: 0 }, endsAt(1));
    assert.deepEqual(
      needed.map(shortly),
      ['v1 0–1'],
      'a stream that was tampered with starts anew',
    );
    await reader.close();
  });

  it('goes on where a stream was flushed while it was read and nothing is missing', async () => {
    const link = server.link(place());
    const needed: number[] = [];
    const writer = openDeltaWriter(link, { onCheckpointNeeded: (_, at) => needed.push(at) });
    const reader = openDeltaReader(link, { blockMsMax: 100 });
    const deltas = deltasOf(new DeltaWorld(), 12);
    for (const delta of deltas.slice(0, 8)) await writer.append(delta, 1);
    let flushed: Promise<void> | undefined;
    const events = await eventsUntil(reader, {}, (event) => {
      if (event.kind === 'delta' && event.delta.to === 7) {
        flushed = server.flush().then(async () => {
          for (const delta of deltas.slice(8)) await writer.append(delta, 1);
        });
      }
      return endsAt(11)(event);
    });
    await flushed;
    assert.deepEqual(
      events.map(shortly),
      deltas.map((delta) => shortly({ kind: 'delta', delta })),
    );
    assert.deepEqual(needed, [-1, 7], 'the owner is told from where a checkpoint helps');
    await reader.close();
  });

  it('says gap where a flush took deltas that were not read yet', async () => {
    const link = server.link(place());
    const writer = openDeltaWriter(link);
    const reader = openDeltaReader(link, { blockMsMax: 100 });
    const deltas = deltasOf(new DeltaWorld(), 30);
    for (const delta of deltas.slice(0, 5)) await writer.append(delta, 1);
    const reading = follow(reader, () => 9, 29);
    await pause(100);
    await server.flush();
    // More records than were read before, so that their numbers pass the reader's.
    for (const delta of deltas.slice(10)) await writer.append(delta, 1);
    const told = await reading;
    assert.deepEqual(told.slice(4, 7), ['v1 3–4', 'gap', 'v1 9–10']);
    assert.equal(told.at(-1), 'v1 28–29');
    await reader.close();
  });

  it('says gap where redis came back as it was some time ago', async () => {
    const link = server.link(place());
    const needed: number[] = [];
    const writer = openDeltaWriter(link, { onCheckpointNeeded: (_, at) => needed.push(at) });
    const reader = openDeltaReader(link, { blockMsMax: 100 });
    const deltas = deltasOf(new DeltaWorld(), 20);
    for (const delta of deltas.slice(0, 5)) await writer.append(delta, 1);
    const keys = ['', ':index', ':state'].map((part) => `${link.prefix}deltas:{0}${part}`);
    const copies = await link.run((redis) => Promise.all(keys.map((key) => redis.dumpBuffer(key))));
    for (const delta of deltas.slice(5, 12)) await writer.append(delta, 1);
    const reading = follow(reader, () => 12, 19);
    await pause(200);
    await link.run((redis) =>
      Promise.all(keys.map((key, n) => redis.restore(key, 0, copies[n] ?? '', 'REPLACE'))),
    );
    for (const delta of deltas.slice(13)) await writer.append(delta, 1);
    const told = await reading;
    assert.deepEqual(told.slice(10, 15), ['v1 9–10', 'v1 10–11', 'gap', 'v1 12–13', 'v1 13–14']);
    assert.deepEqual(needed, [-1, 12], 'the writer is told of the hole');
    await reader.close();
  });

  it('outlives a kill and a restart while it is written and read', async () => {
    const link = server.link(place());
    let checkpoint = -1;
    const writer = openDeltaWriter(link, { onCheckpointNeeded: (_, at) => (checkpoint = at) });
    const troubles: string[] = [];
    const reader = openDeltaReader(link, {
      blockMsMax: 200,
      retryMsMax: 100,
      onTrouble: (_, { message }) => troubles.push(message),
    });
    const deltas = deltasOf(new DeltaWorld(), 300);
    const reading = follow(reader, () => checkpoint, 299);
    const writing = (async () => {
      for (const delta of deltas) {
        await persist(writer, delta);
        await pause(2);
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      await pause(150);
      await server.kill();
      await pause(200);
      const { answeredMsAgo = 0 } = reader.freshness(0) ?? {};
      assert.ok(answeredMsAgo >= 150, `stale for ${String(answeredMsAgo)} ms`);
      await server.start();
    }
    await writing;
    const told = await reading;
    assert.equal(told.at(-1), 'v1 298–299');
    assert.ok(troubles.length >= 2 && troubles.length <= 10, troubles.join('\n'));
    assert.match(troubles[0] ?? '', /does not answer/);
    assert.ok((reader.freshness(0)?.answeredMsAgo ?? Infinity) < 2_000);
    await reader.close();
  });

  it('ends a reading that waits for a server that is down', async () => {
    const link = server.link({ ...place(), url: 'redis://127.0.0.1:1' });
    const reader = openDeltaReader(link, { retryMsMax: 60_000 });
    const stop = new AbortController();
    const read = reader.read(0, sequence(-1), 'v1', stop.signal)[Symbol.asyncIterator]();
    const next = read.next();
    await pause(300);
    stop.abort();
    assert.equal((await next).done, true);
  });
});
