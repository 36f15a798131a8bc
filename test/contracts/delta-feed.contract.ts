import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { sequence } from '../../events/position.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { DeltaEvent, DeltaReader, DeltaWriter } from '../../projections/delta-feed.ts';
import { DeltaMirror } from '../doubles/delta-mirror.ts';
import { DeltaWorld } from '../projections/delta-world.ts';

/** A feed in a place of its own; `close` ends its readers and writers too. */
export interface OpenedFeed {
  readonly writer: DeltaWriter;
  readonly reader: DeltaReader;
  readonly close: () => Promise<void>;
}

/** Where a reading starts: at the start of partition 0 of `v1` where nothing else is said. */
export interface ReadFrom {
  readonly partition?: number;
  readonly after?: number;
  readonly version?: string;
}

/** Reads events of a partition until one fulfils a condition. */
export async function eventsUntil(
  reader: DeltaReader,
  { partition = 0, after = -1, version = 'v1' }: ReadFrom,
  isLast: (event: DeltaEvent) => boolean,
): Promise<DeltaEvent[]> {
  const events: DeltaEvent[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const event of reader.read(partition, sequence(after), version, signal)) {
    events.push(event);
    if (isLast(event)) return events;
  }
  if (signal.aborted) assert.fail(`nothing came after ${events.map(shortly).join(', ')}`);
  return events;
}

/** An event as a few characters, to compare by. */
export function shortly(event: DeltaEvent): string {
  if (event.kind === 'gap') return 'gap';
  const { version, from, to, whole } = event.delta;
  return `${version} ${whole ? 'whole' : String(from)}–${String(to)}`;
}

/** Ends a reading at this position, or at a gap. */
export function endsAt(to: number): (event: DeltaEvent) => boolean {
  return (event) => event.kind === 'gap' || event.delta.to >= to;
}

/** Makes n deltas of a world, an event each. */
export function deltasOf(world: DeltaWorld, n: number): ModelDelta[] {
  return Array.from({ length: n }, () => {
    const at = world.position + 1;
    world.happen({ user: `u${String(at % 3)}`, item: `i${String(at % 5)}`, timeMs: at });
    return world.take();
  });
}

/** What every feed of deltas must do. */
export function deltaFeedContract(name: string, open: () => Promise<OpenedFeed>): void {
  describe(name, () => {
    const closers: (() => Promise<void>)[] = [];
    const opened = async (): Promise<OpenedFeed> => {
      const one = await open();
      closers.push(one.close);
      return one;
    };
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    const appendAll = async (writer: DeltaWriter, deltas: readonly ModelDelta[], fence = 1) => {
      for (const delta of deltas) await writer.append(delta, fence);
    };

    it('gives what was written and what is written then, equal and in order', async () => {
      const { writer, reader } = await opened();
      const world = new DeltaWorld();
      await appendAll(writer, [world.whole(), ...deltasOf(world, 20)]);
      const reading = eventsUntil(reader, {}, endsAt(39));
      await appendAll(writer, deltasOf(world, 20));
      const mirror = new DeltaMirror();
      mirror.apply(new DeltaWorld().whole());
      for (const event of await reading) if (event.kind === 'delta') mirror.apply(event.delta);
      const whole = new DeltaMirror();
      whole.apply(world.whole());
      assert.deepEqual(mirror.content(), whole.content());
    });

    it('starts behind the position that is asked for', async () => {
      const { writer, reader } = await opened();
      await appendAll(writer, deltasOf(new DeltaWorld(), 10));
      const events = await eventsUntil(reader, { after: 6 }, endsAt(9));
      assert.deepEqual(events.map(shortly), ['v1 6–7', 'v1 7–8', 'v1 8–9']);
    });

    it('keeps partitions apart', async () => {
      const { writer, reader } = await opened();
      await appendAll(writer, deltasOf(new DeltaWorld({ partition: 0 }), 3));
      await appendAll(writer, deltasOf(new DeltaWorld({ partition: 1 }), 2));
      const events = await eventsUntil(reader, { partition: 1 }, endsAt(1));
      assert.ok(events.every((event) => event.kind === 'delta' && event.delta.partition === 1));
      assert.equal(events.length, 2);
    });

    it('says where what continues is missing', async () => {
      const { writer, reader } = await opened();
      const deltas = deltasOf(new DeltaWorld(), 9);
      deltas.splice(5, 1);
      await appendAll(writer, deltas.slice(2));
      assert.deepEqual((await eventsUntil(reader, {}, endsAt(9))).map(shortly), ['gap']);
      const events = await eventsUntil(reader, { after: 2 }, endsAt(9));
      assert.deepEqual(events.map(shortly), ['v1 2–3', 'v1 3–4', 'gap']);
    });

    it('gives the whole delta of a promotion, and what continues it', async () => {
      const { writer, reader } = await opened();
      const [older, newer] = [new DeltaWorld(), new DeltaWorld({ version: 'v2' })];
      await appendAll(writer, deltasOf(older, 4));
      deltasOf(newer, 4);
      await appendAll(writer, [newer.whole(), ...deltasOf(newer, 2)]);
      const events = await eventsUntil(reader, { after: 2 }, endsAt(5));
      assert.deepEqual(events.map(shortly), ['v1 2–3', 'v2 whole–3', 'v2 3–4', 'v2 4–5']);
    });

    it('holds a delta once, however often it is appended', async () => {
      const { writer, reader } = await opened();
      const world = new DeltaWorld();
      const deltas = [world.whole(), ...deltasOf(world, 6)];
      await appendAll(writer, deltas);
      await appendAll(writer, deltas, 2);
      const events = await eventsUntil(reader, {}, endsAt(5));
      const wanted = [0, 1, 2, 3, 4, 5].map((to) => `v1 ${String(to - 1)}–${String(to)}`);
      assert.deepEqual(events.map(shortly), wanted);
    });

    it('refuses an older fence, and changes nothing then', async () => {
      const { writer, reader } = await opened();
      const deltas = deltasOf(new DeltaWorld(), 5);
      await writer.append(deltas[0]!, 1);
      await writer.append(deltas[1]!, 3);
      await assert.rejects(writer.append(deltas[2]!, 2), { code: 'FENCED' });
      await writer.append(deltas[2]!, 3);
      const events = await eventsUntil(reader, {}, endsAt(2));
      assert.deepEqual(events.map(shortly), ['v1 -1–0', 'v1 0–1', 'v1 1–2']);
    });

    it('ends a reading when it is told to, and when it is closed', async () => {
      const { writer, reader } = await opened();
      await appendAll(writer, deltasOf(new DeltaWorld(), 2));
      const stop = new AbortController();
      const read = async (signal: AbortSignal): Promise<number> => {
        let count = 0;
        for await (const _ of reader.read(0, sequence(-1), 'v1', signal)) count += 1;
        return count;
      };
      const [stopped, closed] = [read(stop.signal), read(new AbortController().signal)];
      await new Promise((resolve) => setTimeout(resolve, 200));
      const started = performance.now();
      stop.abort();
      assert.equal(await stopped, 2);
      await reader.close();
      assert.equal(await closed, 2);
      assert.ok(performance.now() - started < 500, 'at once');
    });
  });
}
