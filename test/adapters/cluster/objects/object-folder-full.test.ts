import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openCheckpoints } from '../../../../adapters/cluster/checkpoints.ts';
import { openObjectFolder } from '../../../../adapters/cluster/objects/object-folder.ts';
import { checkpointAt } from '../../../contracts/checkpoint-store.contract.ts';
import { contentOf } from '../../../contracts/object-store.contract.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const diskBytes = 4 * 1_048_576;

/** A disk of its own for the test; undefined, with the reason, where the system mounts none. */
function mount(folder: string): string | undefined {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${String(diskBytes)}`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'pipe' });
    after(() => void execFileSync('umount', [folder]));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test('a full shared folder refuses, keeps what it has, and goes on when there is room', async (t) => {
  const root = await temporaryFolder();
  const refused = mount(root);
  if (refused !== undefined) {
    t.diagnostic(`no disk of its own can be mounted here: ${refused}`);
    return;
  }
  const objects = openObjectFolder({ root, random: randomBytes, clock: Date.now });
  const store = openCheckpoints({
    objects,
    fences: { check: () => Promise.resolve() },
    fenceOf: (partition) => ({ partition, number: 1, holder: 'test' }),
    onDamaged: () => assert.fail('nothing is damaged'),
  });
  const wide = (sequence: number, floats: number) => {
    const { manifest } = checkpointAt(sequence);
    return { manifest, tensors: { rows: { shape: [floats], data: new Float32Array(floats) } } };
  };
  await store.save(wide(1, 250_000));
  await objects.put('kept', [Buffer.from('old')]);
  const noRoom = { code: 'UNAVAILABLE', message: /has no room left: make room on its disk/ };
  await assert.rejects(store.save(wide(2, 900_000)), noRoom);
  await assert.rejects(objects.put('kept', [Buffer.alloc(diskBytes)]), noRoom);
  await assert.rejects(objects.putNew('new', [Buffer.alloc(diskBytes)]), noRoom);
  assert.deepEqual(await readdir(join(root, '.drafts')), [], 'nothing half-written takes room');
  assert.equal((await store.newest({ partition: 0 }))?.checkpoint.manifest.sequence, 1);
  assert.equal(String(await contentOf(objects, 'kept')), 'old');
  assert.deepEqual(
    (await objects.list('')).map(({ name }) => name),
    ['checkpoints/v1/p0-f1-1.safetensors', 'kept'],
  );
  await objects.remove('checkpoints/v1/p0-f1-1.safetensors');
  await store.save(wide(2, 900_000));
  assert.equal((await store.newest({ partition: 0 }))?.checkpoint.manifest.sequence, 2);
});
