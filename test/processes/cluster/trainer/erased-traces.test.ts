import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { RegisteredVersion } from '../../../../activities/versions/version-registry.ts';
import { openObjectFolder } from '../../../../adapters/cluster/objects/object-folder.ts';
import { hasCode, RepriseError } from '../../../../events/error.ts';
import { sequence } from '../../../../events/position.ts';
import { deleteClusterTraces } from '../../../../processes/cluster/trainer/erased-traces.ts';
import type { ClusterTracesDeps } from '../../../../processes/cluster/trainer/erased-traces.ts';
import { temporaryFolder } from '../../../adapters/temporary-folder.ts';
import { checkpointAt } from '../../../contracts/checkpoint-store.contract.ts';

const OBJECTS = [
  ...['checkpoints/v1/p0-f1-9.safetensors', 'checkpoints/v2/p0-f1-12.safetensors'],
  ...['checkpoints/v1/p0-f1-8.safetensors', 'models/bases/kept.safetensors'],
  ...[
    'merges/v1/3/merge.safetensors',
    'merges/v1/3/p0.safetensors',
    'merges/v2/4/merge.safetensors',
  ],
  ...['runs/train-v1/note.json', 'runs/train-v1/epoch-1.safetensors'],
];

/** A cluster whose partition 0 goes on with v2 after some looks, and whose v1 has a trained base. */
async function world(more: Partial<ClusterTracesDeps['stores']['registry']> = {}, looks = 3) {
  const root = await temporaryFolder();
  const objects = openObjectFolder({ root, random: randomBytes, clock: Date.now });
  for (const name of OBJECTS) await objects.put(name, [Buffer.from(name)]);
  const told: string[] = [];
  let looked = 0;
  const known = ['v1', 'v2'].map((version) => ({
    definition: { version, baseSha256: ['0'], start: [0] },
  })) as unknown as readonly RegisteredVersion[];
  const redis = { del: () => told.push('deltas dropped'), smembers: () => [] };
  const deps = {
    stores: {
      objects,
      checkpoints: {
        list: () => {
          looked += 1;
          const version = looked > looks ? 'v2' : 'v1';
          return Promise.resolve([{ version, sequence: 12, path: '' }]);
        },
      },
      registry: {
        list: () => Promise.resolve(known),
        base: () => Promise.resolve(checkpointAt(3)),
        retire: (version: string) => Promise.resolve(void told.push(`retired ${version}`)),
        ...more,
      },
    },
    partitions: 1,
    link: {
      prefix: 'r:',
      run: (work: (on: typeof redis) => unknown) => Promise.resolve(work(redis)),
    },
    wishes: {
      wish: (partition: number) => Promise.resolve(void told.push(`wished ${String(partition)}`)),
    },
    users: { place: () => Promise.resolve({ version: 'v2', position: sequence(12), fence: 1 }) },
    popular: { drop: () => Promise.resolve(void told.push('popular dropped')) },
    releases: {
      list: () => Promise.resolve([{ release: 'r2', version: 'v2' }]),
      removeOld: (keep: number, except: readonly string[]) => {
        told.push(`releases kept ${String(keep)} and ${except.join()}`);
        return Promise.resolve(['r1']);
      },
    },
    pause: () => Promise.resolve(),
  } as unknown as ClusterTracesDeps;
  const names = async (): Promise<readonly string[]> =>
    (await objects.list('')).map(({ name }) => name);
  return { deps, told, names };
}

describe('the traces of erased users in a cluster', () => {
  it('go once every partition goes on without them, and what is live stays', async () => {
    const { deps, told, names } = await world();
    const deleted = await deleteClusterTraces(deps, 'v2', () => true);
    assert.deepEqual(deleted, {
      ...{ runs: 1, bases: ['v1'], checkpoints: 2, merges: 1, indexReleases: ['r1'] },
    });
    assert.deepEqual(await names(), [
      'checkpoints/v2/p0-f1-12.safetensors',
      'merges/v2/4/merge.safetensors',
      'models/bases/kept.safetensors',
    ]);
    assert.deepEqual(told, [
      ...['wished 0', 'retired v1', 'releases kept 0 and r2', 'deltas dropped', 'popular dropped'],
    ]);
  });

  it('keep bases that hold none of them, and delete one that cannot be read', async () => {
    const kept = await world();
    assert.deepEqual((await deleteClusterTraces(kept.deps, 'v2', () => false)).bases, []);
    const lost = new RepriseError('DAMAGED', 'lost');
    const damaged = await world({ base: () => Promise.reject(lost) });
    assert.deepEqual((await deleteClusterTraces(damaged.deps, 'v2', () => false)).bases, ['v1']);
  });

  it('stay as long as the store of the bases is away', async () => {
    const away = new RepriseError('UNAVAILABLE', 'away');
    const { deps, told } = await world({ base: () => Promise.reject(away) });
    await assert.rejects(
      deleteClusterTraces(deps, 'v2', () => false),
      (error) => hasCode(error, 'UNAVAILABLE'),
    );
    assert.ok(!told.includes('retired v1'));
  });

  it('wait for the last partition, and wish again for its checkpoint', async () => {
    const { deps, told } = await world({}, 20);
    await deleteClusterTraces(deps, 'v2', () => false);
    assert.equal(told.filter((one) => one === 'wished 0').length, 3);
    const ended = { ...deps, pause: () => Promise.reject(new Error('the process ends')) };
    const stuck = await world({}, Infinity);
    await assert.rejects(
      deleteClusterTraces({ ...stuck.deps, pause: ended.pause }, 'v2', () => true),
      /ends/,
    );
    assert.equal((await stuck.names()).length, OBJECTS.length);
  });
});
