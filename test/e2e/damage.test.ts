import assert from 'node:assert/strict';
import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { blockKey } from '../../adapters/embedded/lmdb/lmdb-block-keys.ts';
import { openEnvironment } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import type { LmdbEnvironment, LmdbWriter } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import { readTensorFile, writeTensorFile } from '../../adapters/tensor-file.ts';
import { madeEvents } from './made-events.ts';
import type { Json, Server, Stand } from './server.ts';
import { createWorld, lastJson } from './world.ts';
import type { Ran, World } from './world.ts';

/** How a checkpoint of the newest pair is harmed. */
type Harm = (file: string) => Promise<void>;

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.length - 5;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

const HARMS: readonly (readonly [string, Harm])[] = [
  ['a flipped byte', flipByte],
  ['half its bytes', async (file) => truncate(file, Math.floor((await readFile(file)).length / 2))],
  ['no byte at all', (file) => truncate(file, 0)],
];

for (const partitions of [1, 2]) {
  describe(`a data folder of ${String(partitions)} partition(s) with damage`, () => {
    let world: World;
    let good: string;
    let stand: Stand;
    let copies = 0;

    before(async () => {
      world = await createWorld();
      good = world.path('good');
      // Three starts leave three checkpoints a partition.
      for (const part of [0, 1, 2]) {
        const server = await world.serve(good, part === 0 ? { partitions } : {});
        await server.postAll(madeEvents(part * 300, part * 300 + 300));
        stand = await server.stand();
        await server.interrupt();
      }
    });
    after(() => world.close());

    async function copy(): Promise<string> {
      copies += 1;
      const data = world.path(`copy-${String(copies)}`);
      await cp(good, data, { recursive: true });
      return data;
    }

    async function checkpointsOf(data: string, partition: number): Promise<readonly string[]> {
      const folder = `${data}/checkpoints/v1`;
      const sequenceOf = (name: string): number => Number(/-(\d+)\./.exec(name)?.[1]);
      const names = (await readdir(folder)).filter((name) =>
        name.startsWith(`p${String(partition)}-`),
      );
      return names.sort((a, b) => sequenceOf(b) - sequenceOf(a)).map((name) => `${folder}/${name}`);
    }

    async function warningsOf(server: Server): Promise<readonly string[]> {
      const { json } = await server.get('/v1/status');
      return (json['warnings'] as readonly { readonly message: string }[]).map(
        ({ message }) => message,
      );
    }

    for (const [what, harm] of HARMS) {
      test(`takes the checkpoint before one with ${what}, and says so`, async () => {
        const data = await copy();
        const [newest = '', before = ''] = await checkpointsOf(data, partitions - 1);
        assert.ok(before !== '');
        await harm(newest);
        const server = await world.serve(data);
        assert.deepEqual(await server.stand(), stand);
        const warnings = await warningsOf(server);
        assert.equal(warnings.length, 1, warnings.join('\n'));
        assert.ok(warnings[0]?.includes(`${newest} is damaged`), warnings[0]);
        assert.match(server.stderr, /a checkpoint is damaged; taking the one before/);
        await server.interrupt();
      });
    }

    test('takes the journal where every checkpoint is damaged, and again where there is none', async () => {
      const data = await copy();
      const all = await checkpointsOf(data, 0);
      assert.equal(all.length, 3);
      for (const file of all) await flipByte(file);
      const server = await world.serve(data);
      assert.deepEqual(await server.stand(), stand);
      assert.equal((await warningsOf(server)).length, 3);
      await server.kill();
      await rm(`${data}/checkpoints`, { recursive: true });
      const without = await world.serve(data);
      assert.deepEqual(await without.stand(), stand);
      assert.deepEqual(await warningsOf(without), []);
      await without.interrupt();
    });

    test('names the checkpoint that was changed together with its hash', async () => {
      const data = await copy();
      const partition = partitions - 1;
      const [newest = ''] = await checkpointsOf(data, partition);
      const { checkpoint } = await readTensorFile(newest);
      const name = Object.keys(checkpoint.tensors).find((one) => /item.*vectors/i.test(one));
      const { data: values } = checkpoint.tensors[name ?? '']!;
      values[1] = (values[1] ?? 0) + 0.5;
      await writeTensorFile(newest, checkpoint);
      const ran = await world.run(['verify', '--json', '--data', data]);
      assert.equal(ran.exit, 1, ran.stderr);
      const report = lastJson(ran.stdout);
      assert.equal(report['equal'], false);
      const place = `${String(partition)}:${String(checkpoint.manifest.sequence)}`;
      const [first] = report['parted'] as readonly Json[];
      assert.deepEqual([first?.['after'], first?.['at'], first?.['events']], [place, place, 0]);
      const { faults } = report['kept'] as { readonly faults: readonly Json[] };
      assert.ok(faults.some(({ position }) => position === place));
      await rm(newest);
      const mended = await world.json('verify', '--full', '--data', data);
      assert.deepEqual([mended['equal'], mended['parted']], [true, []]);
      const { faults: none, checkpoints } = mended['kept'] as Json;
      assert.deepEqual([none, checkpoints], [[], 3 * partitions - 1]);
    });

    /** Expects that neither the server nor a command takes the folder, and that each says what is wrong. */
    async function refused(data: string, words: RegExp): Promise<void> {
      const commands = [['start', '--no-demo', '--port', '0'], ['recommend', 'user-1'], ['verify']];
      for (const argv of commands) {
        const ran = await world.run([...argv, '--json', '--data', data]);
        assert.equal(ran.exit, 1, `${argv.join(' ')}: ${ran.stderr}`);
        assertTold(ran, words);
        assert.doesNotMatch(ran.stdout, /basedOn|"equal":true/);
      }
    }

    test('refuses a journal with a flipped byte', async () => {
      const data = await copy();
      await edit(`${data}/journal`, 5, (environment, writer) => {
        const contents = environment.table('contents');
        const key = blockKey(partitions - 1, 0);
        const stored = Uint8Array.from(contents.get(key) ?? []);
        assert.ok(stored.length > 100);
        stored[60] = (stored[60] ?? 0) ^ 4;
        writer.put(contents, key, stored);
      });
      const place = `the journal is damaged at ${String(partitions - 1)}:0`;
      await refused(data, new RegExp(`${place}: .*restore .*journal from a backup`));
    });

    test('refuses a journal whose newest block is gone', async () => {
      const data = await copy();
      await edit(`${data}/journal`, 5, (environment, writer) => {
        const headers = environment.table('headers');
        const start = blockKey(partitions - 1, 2 ** 48 - 1);
        const [last] = [...headers.range({ start, reverse: true, limit: 1 })];
        assert.ok(last !== undefined);
        writer.remove(headers, last.key);
        writer.remove(environment.table('contents'), last.key);
      });
      await refused(data, /events were lost; restore the journal from a backup/);
    });

    test('refuses an identity store that lost a user, with checkpoints and without', async () => {
      const data = await copy();
      await edit(`${data}/identity`, 2, (environment, writer) => {
        const ids = environment.table('ids');
        const key = Buffer.from('user-3');
        const stored = ids.get(key);
        assert.ok(stored !== undefined);
        writer.remove(ids, key);
        writer.remove(environment.table('surrogates'), stored.subarray(0, 16));
      });
      await refused(data, /identity/);
      await rm(`${data}/checkpoints`, { recursive: true });
      await refused(data, /identity/);
    });

    test('refuses an identity store that lost one half of a pair', async () => {
      const data = await copy();
      await edit(`${data}/identity`, 2, (environment, writer) => {
        writer.remove(environment.table('ids'), Buffer.from('user-3'));
      });
      const ran = await world.run(['recommend', 'user-3', '--data', data]);
      assert.equal(ran.exit, 1);
      assertTold(ran, /the identity store has 40 ids and 41 surrogates/);
    });
  });
}

/** Writes past the adapter into an environment of a folder that nobody has open. */
async function edit(
  folder: string,
  tablesMax: number,
  change: (environment: LmdbEnvironment, writer: LmdbWriter) => void,
): Promise<void> {
  const environment = openEnvironment({ folder, tablesMax, name: 'the test' });
  await environment.commit((writer) => {
    change(environment, writer);
  });
  await environment.close();
}

function assertTold({ stderr, stdout }: Ran, words: RegExp): void {
  assert.match(stderr, words);
  assert.match(stderr, /^reprise: .*\(DAMAGED\)$/m);
  assert.doesNotMatch(stderr + stdout, /^\s+at .*:\d+:\d+/m, 'a stack trace was printed');
}
