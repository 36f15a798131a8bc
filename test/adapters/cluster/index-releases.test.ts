import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openIndexReleases } from '../../../adapters/cluster/index-releases.ts';
import { openObjectFolder } from '../../../adapters/cluster/objects/object-folder.ts';
import { createIndexer } from '../../../adapters/embedded/indexer.ts';
import { indexBuilderContract } from '../../contracts/index-builder.contract.ts';
import { indexInput } from '../../projections/index-world.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const script = new URL('../../../processes/indexer.ts', import.meta.url);
const clock = Date.now;

function machineOf(root: string, folder: string) {
  const objects = openObjectFolder({ root, random: randomBytes, clock });
  const releases = openIndexReleases({ objects, folder, random: randomBytes, clock });
  const builder = createIndexer({
    ...{ root: folder, script, releases },
    publish: (built) => releases.publish(built),
  });
  return { releases, builder };
}

indexBuilderContract('the indexer and the shared releases', async () => {
  const place = await mkdtemp(join(tmpdir(), 'reprise-indexes-'));
  const [root, folder] = [await mkdtemp(join(place, 'shared-')), join(place, 'local')];
  return {
    ...machineOf(root, folder),
    async damage(release, name) {
      await rm(join(folder, release), { recursive: true, force: true });
      const at = join(root, 'indexes', release);
      const found = (await readdir(at)).find((one) => one.endsWith(name));
      const file = await open(join(at, found ?? name), 'r+');
      const { size } = await file.stat();
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, size - 3);
      await file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, size - 3);
      await file.close();
    },
    names: () => readdir(join(root, 'indexes')).catch(() => []),
    close: () => rm(place, { recursive: true }),
  };
});

describe('the shared index releases', () => {
  const never = new AbortController().signal;
  const jobOf = (release: string, createdMs: number, items: number) => ({
    ...{ release, createdMs, recall10Min: 0.9 },
    inputs: [indexInput({ items })],
  });

  it('are built on one machine and searched on another, which mends its own copy', async () => {
    const root = await temporaryFolder();
    const here = machineOf(root, await temporaryFolder());
    const folder = await temporaryFolder();
    const there = machineOf(root, folder);
    const manifest = await here.builder.build(jobOf('r1', 1, 40), () => undefined, never);
    const loaded = await there.releases.load('r1');
    assert.deepEqual(loaded.manifest, manifest);
    assert.equal(loaded.folder, join(folder, 'r1'));
    const names = ['manifest.json', 'p0.faiss', 'p0.safetensors'];
    assert.deepEqual((await readdir(loaded.folder)).sort(), names);
    await writeFile(join(folder, 'r1', 'p0.faiss'), 'other bytes');
    await there.releases.load('r1');
    assert.equal((await there.releases.newest('v1', () => assert.fail()))?.manifest.release, 'r1');
  });

  it('built twice under one name are the first', async () => {
    const root = await temporaryFolder();
    const [one, other] = [
      machineOf(root, await temporaryFolder()),
      machineOf(root, await temporaryFolder()),
    ];
    const built = await Promise.all([
      one.builder.build(jobOf('r1', 1, 40), () => undefined, never),
      other.builder.build(jobOf('r1', 2, 50), () => undefined, never),
    ]);
    assert.deepEqual(built[0], built[1]);
    const loaded = await one.releases.load('r1');
    assert.equal(loaded.partitions[0]?.ids.length, loaded.manifest.createdMs === 1 ? 40 : 50);
  });

  it('leave copies of few on a machine, and nothing of removed ones among the objects', async () => {
    const root = await temporaryFolder();
    const folder = await temporaryFolder();
    const { builder, releases } = machineOf(root, folder);
    const names = ['r1', 'r2', 'r3', 'r4', 'r5'];
    for (const [at, name] of names.entries()) {
      await builder.build(jobOf(name, at, 10), () => undefined, never);
      await releases.load(name);
    }
    const copies = (await readdir(folder)).filter((name) => name.startsWith('r'));
    assert.deepEqual(copies.sort(), ['r3', 'r4', 'r5']);
    assert.deepEqual([...(await releases.removeOld(2, ['r1']))].sort(), ['r2', 'r3']);
    assert.deepEqual((await readdir(join(root, 'indexes'))).sort(), ['r1', 'r4', 'r5']);
  });
});
