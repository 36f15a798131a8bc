import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { SentEvent, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** The disk, and the ballast on it whose removal makes room. */
const diskBytes = 48 * 1_048_576;
const ballastBytes = 24 * 1_048_576;
/** Checkpoints are taken often, so that they meet the full disk too. */
const env = { REPRISE_CHECKPOINT_EVENTS_MAX: '2000', REPRISE_CHECKPOINT_MS_MAX: '300' };

/** A disk of its own for the test; undefined, with the reason, where the system mounts none. */
function mount(folder: string): string | undefined {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${String(diskBytes)}`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a full disk', () => {
  let world: World;
  let disk: string;
  let refusedMount: string | undefined;

  before(async () => {
    world = await createWorld();
    disk = world.path('disk');
    await mkdir(disk);
    refusedMount = mount(disk);
  });

  after(async () => {
    await world.end();
    if (refusedMount === undefined) execFileSync('umount', [disk]);
    await world.close();
  });

  /** Takes the room that is left on the disk, but for some bytes; the server may take its share meanwhile. */
  async function fill(name: string, leaveBytes: number): Promise<void> {
    const file = await open(`${disk}/${name}`, 'w');
    const zeros = Buffer.alloc(65_536, 1);
    const room = async (): Promise<number> => {
      const { bavail, bsize } = await statfs(disk);
      return bavail * bsize - leaveBytes;
    };
    try {
      for (let left = await room(); left > 0; left = await room()) {
        await file.write(zeros, 0, Math.min(zeros.length, left));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  test('refuses events with 503, loses none, and goes on when there is room', async (t) => {
    if (refusedMount !== undefined) {
      // A limit on the size of files is the other real way; test/adapters/journal-full-disk.test.ts goes it.
      t.diagnostic(`no disk of its own can be mounted here: ${refusedMount}`);
      return;
    }
    const ballast = await open(`${disk}/ballast`, 'w');
    await ballast.write(Buffer.alloc(ballastBytes, 1));
    await ballast.close();
    const data = `${disk}/data`;
    const server = await world.serve(data, { env });
    const acknowledged = new Set<string>();
    let next = 0;
    /** Sends batches until one is refused, or so many are in. */
    const send = async (batches: number): Promise<Awaited<ReturnType<Server['post']>> | null> => {
      for (let batch = 0; batch < batches; batch += 1) {
        const events = madeEvents(next, next + 500);
        next += events.length;
        const answer = await server.post(events);
        if (answer.status !== 202) return answer;
        for (const { id } of events) acknowledged.add(id);
      }
      return null;
    };
    assert.equal(await send(4), null);
    // So many items make a checkpoint larger than the room that is left.
    await server.postAll(
      madeEvents(0, 4_000, 'wide').map((event, i) => ({ ...event, item: `wide-${String(i)}` })),
    );
    await server.stand();
    await fill('filling', 250_000);
    const refusal = await send(400);
    assert.ok(refusal !== null, 'the disk took everything');
    assert.equal(refusal.status, 503, refusal.text);
    assert.match(refusal.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.match(String(refusal.json['detail']), /make room on the disk, then send again/);
    assert.ok(Number(refusal.headers.get('retry-after')) > 0);
    await assertFull(server);
    const { status, json } = await server.get('/v1/users/user-1/recommendations');
    assert.deepEqual([status, json['basedOn']], [200, 'user']);
    const known = madeEvents(0, 1);
    const again = await server.post(known);
    assert.deepEqual([again.status, again.json['duplicates']], [202, 1], again.text);

    const failed = await untilWarned(server, /^checkpoint of partition 0 failed: .*(space|full)/);
    assert.ok(failed >= 1);
    await server.stand();

    await rm(`${disk}/ballast`);
    const retried = await untilTaken(server, madeEvents(next - 500, next));
    for (const { id } of retried) acknowledged.add(id);
    assert.equal(await send(4), null);
    await assertWhole(server, acknowledged);
    assert.equal((await server.get('/health/ready')).status, 200);
    await server.kill();
    const recovered = await world.serve(data, { env });
    await assertWhole(recovered, acknowledged);
    await recovered.interrupt();
  });

  async function assertFull(server: Server): Promise<void> {
    const { json } = await server.get('/v1/status');
    assert.equal((json['journal'] as { readonly full: boolean }).full, true);
    const ready = await server.get('/health/ready');
    assert.deepEqual([ready.status, ready.json['awaited']], [503, ['room on the disk']]);
  }
});

/** Waits for a warning in status; gives how often it came. */
async function untilWarned(server: Server, words: RegExp): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { json } = await server.get('/v1/status');
    const warnings = json['warnings'] as readonly { message: string; times: number }[];
    const found = warnings.find(({ message }) => words.test(message));
    if (found !== undefined) return found.times;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`status never warned of ${String(words)}`);
}

/** Sends events, as a client does that heeds Retry-After, until they are taken. */
async function untilTaken(
  server: Server,
  events: readonly SentEvent[],
): Promise<readonly SentEvent[]> {
  for (let tries = 0; tries < 50; tries += 1) {
    const { status } = await server.post(events);
    if (status === 202) return events;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server does not go on although there is room');
}

/** Expects every acknowledged event in the journal, once, and the live state equal to a clean replay. */
async function assertWhole(server: Server, acknowledged: ReadonlySet<string>): Promise<void> {
  await server.stand();
  const { text } = await server.get('/v1/events/export');
  const ids = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
  assert.equal(new Set(ids).size, ids.length, 'an event is there twice');
  const found = new Set(ids);
  assert.deepEqual(
    [...acknowledged].filter((id) => !found.has(id)),
    [],
  );
  const verified = await server.call('POST', '/v1/verifications', '{}', 'application/json');
  assert.equal(verified.json['equal'], true, verified.text);
}
