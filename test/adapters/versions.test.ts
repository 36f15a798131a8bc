import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NewVersion, VersionRegistry } from '../../activities/versions/version-registry.ts';
import { openVersions } from '../../adapters/embedded/versions.ts';
import { checkpointAt } from '../contracts/checkpoint-store.contract.ts';
import { definitionOf } from '../doubles/partition-rig.ts';
import { temporaryFolder } from './temporary-folder.ts';

function versionNamed(version: string, createdMs = 1): NewVersion {
  const { baseSha256: _, ...definition } = definitionOf(version, {}, 2);
  return {
    definition,
    parent: 'v1',
    createdMs,
    trainedBy: `train-${version}`,
    metrics: { loss: 1 },
  };
}

const BASES = [checkpointAt(10), checkpointAt(12, 'v1', 1)];

async function opened(): Promise<{ folder: string; registry: VersionRegistry }> {
  const folder = await temporaryFolder();
  return { folder, registry: openVersions({ folder }) };
}

describe('the embedded version registry', () => {
  it('names the next version, gives versions back oldest first, and knows no others', async () => {
    const { folder, registry } = await opened();
    assert.equal(await registry.nextName(), 'v1');
    await registry.register(versionNamed('v1', 5), null);
    await registry.register(versionNamed('v10', 7), null);
    await registry.register(versionNamed('v2', 6), null);
    assert.equal(await registry.nextName(), 'v11');
    const again = openVersions({ folder });
    const names = (await again.list()).map(({ definition }) => definition.version);
    assert.deepEqual(names, ['v1', 'v2', 'v10']);
    assert.equal(await again.get('v3'), undefined);
    assert.equal(await again.get('../v1'), undefined);
    assert.equal(await again.base('v1', 0), undefined, 'a version that starts empty has no base');
    await assert.rejects(again.base('v3', 0), { code: 'NOT_FOUND' });
  });

  it('keeps the bases and knows them by their hashes', async () => {
    const { registry } = await opened();
    const { definition } = await registry.register(versionNamed('v2'), BASES);
    assert.equal(definition.baseSha256?.length, 2);
    assert.deepEqual(await registry.base('v2', 1), BASES[1]);
  });

  it('takes the same registration again, and refuses another of that name', async () => {
    const { registry } = await opened();
    const first = await registry.register(versionNamed('v2'), BASES);
    assert.deepEqual(await registry.register(versionNamed('v2'), BASES), first);
    const later = await registry.register({ ...versionNamed('v2'), createdMs: 99 }, BASES);
    assert.deepEqual(later, first, 'a retry has another clock');
    const other = { ...versionNamed('v2'), trainedBy: 'another run' };
    await assert.rejects(registry.register(other, BASES), { code: 'CONFLICT' });
  });

  it('holds no version whose registration was cut short', async () => {
    const { folder, registry } = await opened();
    await registry.register(versionNamed('v2'), BASES);
    const manifest = join(folder, 'v2', 'manifest.json');
    assert.deepEqual((await readdir(join(folder, 'v2'))).sort(), [
      ...['manifest.json', 'p0.safetensors', 'p1.safetensors'],
    ]);
    await writeFile(manifest, (await readFile(manifest, 'utf8')).slice(0, 40));
    await assert.rejects(registry.get('v2'), { code: 'DAMAGED' });
  });

  it('refuses a base whose bytes are not the registered ones', async () => {
    const { folder, registry } = await opened();
    await registry.register(versionNamed('v2'), BASES);
    const path = join(folder, 'v2', 'p0.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await assert.rejects(registry.base('v2', 0), { code: 'DAMAGED', message: /p0\.safetensors/ });
    await writeFile(path, await readFile(join(folder, 'v2', 'p1.safetensors')));
    await assert.rejects(registry.base('v2', 0), { code: 'DAMAGED', message: /registered/ });
  });

  it('refuses a name that would leave its folder', async () => {
    const { registry } = await opened();
    await assert.rejects(registry.register(versionNamed('../v2'), null), { code: 'INVALID' });
  });
});
