import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { CheckpointLinks } from '../../../../activities/replay/checkpoint-links.ts';
import { follow } from '../../../../activities/replay/follower.ts';
import { readKept } from '../../../../activities/versions/kept-states.ts';
import type { KeptChain } from '../../../../activities/versions/kept-states.ts';
import { SHADOWS_LEFT_MAX } from '../../../../activities/versions/shadow-keeping.ts';
import { PartitionRuntime } from '../../../../actors/runtime/partition.ts';
import { openCheckpoints } from '../../../../adapters/cluster/checkpoints.ts';
import type { SharedCheckpointStore } from '../../../../adapters/cluster/checkpoints.ts';
import { openObjectFolder } from '../../../../adapters/cluster/objects/object-folder.ts';
import type { ChainedJournal } from '../../../../events/journal.ts';
import { sequence } from '../../../../events/position.ts';
import type { Checkpoint } from '../../../../model/checkpoint.ts';
import { pruneHeld } from '../../../../processes/cluster/worker/held-pruning.ts';
import { temporaryFolder } from '../../../adapters/temporary-folder.ts';
import { definitionOf, PartitionRig } from '../../../doubles/partition-rig.ts';
import { somePlays } from '../../../doubles/training-world.ts';

const NEVER = new AbortController().signal;
const KERNEL = 'ab'.repeat(32);
const yieldNow = (): Promise<void> => Promise.resolve();

/** The checkpoints that the movers of one partition share, each under a fence of its own. */
class Movers {
  readonly damaged: string[] = [];
  readonly #rig: PartitionRig;
  readonly #root: string;
  readonly #runtime: PartitionRuntime;
  readonly definition = definitionOf('v1', {}, 1);

  private constructor(rig: PartitionRig, root: string) {
    this.#rig = rig;
    this.#root = root;
    this.#runtime = rig.runtime(this.definition, 0);
  }

  static async open(): Promise<Movers> {
    const rig = await PartitionRig.create(1);
    await rig.tell(...somePlays(60));
    return new Movers(rig, await temporaryFolder());
  }

  get journal(): ChainedJournal {
    const chainHash = (partition: number, at: number): Promise<string> =>
      Promise.resolve(`${String(partition)}:${String(at)}`.padStart(64, '0'));
    return Object.create(this.#rig.journal, { chainHash: { value: chainHash } }) as ChainedJournal;
  }

  store(
    fence: () => number,
    folder: 'checkpoints' | 'shadows' = 'checkpoints',
  ): SharedCheckpointStore {
    return openCheckpoints({
      folder,
      objects: openObjectFolder({ root: this.#root, random: randomBytes, clock: Date.now }),
      fences: { check: () => Promise.resolve() },
      fenceOf: (partition) => ({ partition, number: fence(), holder: 'a test' }),
      checkpointsKeptMax: 9,
      onDamaged: (path) => this.damaged.push(path),
    });
  }

  links(fence: () => number): CheckpointLinks {
    const registered = { parent: null, createdMs: 0, trainedBy: null, metrics: {} };
    return new CheckpointLinks({
      ...{ checkpoints: this.store(fence), journal: this.journal, kernelSha256: KERNEL },
      registry: { get: () => Promise.resolve({ ...registered, definition: this.definition }) },
      rowsAt: () => undefined,
    });
  }

  /** The state at a sequence, which only grows. */
  async at(to: number): Promise<Checkpoint> {
    const { clock } = this.#rig;
    const until = sequence(to);
    await follow(
      {
        ...{ journal: this.journal, clock, runtime: this.#runtime, versions: undefined },
        ...{ yieldNow, sliceMsMax: 8, sink: undefined },
      },
      { until, signal: NEVER },
    );
    return this.#runtime.capture();
  }

  kept(): Promise<KeptChain> {
    const rig = this.#rig;
    return readKept(
      {
        ...{ checkpoints: this.store(() => 9), journal: this.journal, identities: rig.identities },
        ...{ kernelSha256: KERNEL, yieldNow },
        maker: {
          create: rig.runtime.bind(rig),
          restore: (definition, partition, checkpoint) =>
            PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
        },
      },
      this.definition,
      0,
      NEVER,
    );
  }
}

describe('the checkpoints of the workers of a cluster', () => {
  it('prove one another across movers, and what a relieved mover wrote late is not read', async () => {
    const movers = await Movers.open();
    const first = movers.links(() => 1);
    await first.save(await movers.at(9));
    const shared = await movers.at(19);
    await first.save(shared);
    const second = movers.links(() => 2);
    await second.save(shared);
    await second.save(await movers.at(29));
    const later = await movers.at(39);
    // The first one was paused and thinks that no time has passed.
    await first.save(later);
    await second.save(later);
    await movers.links(() => 3).save(await movers.at(49));
    const { states, faults, unlinked, otherKernel } = await movers.kept();
    assert.deepEqual(
      states.map(({ at }) => at),
      [9, 19, 29, 39, 49],
    );
    assert.deepEqual([faults, unlinked, otherKernel], [[], 0, 0]);
  });

  it('go on from what another mover left, where one takes a partition again', async () => {
    const movers = await Movers.open();
    let fence = 1;
    const links = movers.links(() => fence);
    await links.save(await movers.at(9));
    const other = await movers.links(() => 2).save(await movers.at(19));
    fence = 3;
    links.forget(0);
    await links.save(await movers.at(29));
    const newest = await movers.store(() => 4).newest({ partition: 0 });
    const { link, parent } = newest?.checkpoint.manifest ?? {};
    assert.deepEqual([link?.from, parent], [19, other.sha256]);
  });

  it('are passed over where a byte was flipped, which is named', async () => {
    const movers = await Movers.open();
    const links = movers.links(() => 1);
    await links.save(await movers.at(9));
    const { path } = await links.save(await movers.at(19));
    const bytes = await readFile(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    await writeFile(path, bytes);
    assert.equal((await movers.store(() => 2).newest({ partition: 0 }))?.saved.sequence, 9);
    assert.deepEqual(movers.damaged, [path]);
    const { faults, states } = await movers.kept();
    assert.deepEqual(faults, [
      { position: '0:19', fault: 'the file does not read as it was written' },
    ]);
    assert.equal(states.length, 1);
  });

  it('of versions without a name go, but for a few of the newest', async () => {
    const movers = await Movers.open();
    const store = movers.store(() => 1, 'shadows');
    const state = await movers.at(9);
    for (let n = 1; n <= 12; n += 1) {
      await store.save({ ...state, manifest: { ...state.manifest, version: `v${String(n)}` } });
    }
    const ending = new AbortController();
    const told: unknown[] = [];
    const pruning = pruneHeld(
      {
        stores: { heldCheckpoints: store },
        aliases: {
          isRead: true,
          book: { aliases: { live: 'v1', shadow: 'v3', previous: null } },
        },
        held: () => ['v4'],
        moved: () => [{ partition: 0 }],
        logger: {
          info: (about: unknown) => {
            told.push(about);
            ending.abort();
          },
          warn: (about: unknown) => assert.fail(String(about)),
        },
      },
      ending.signal,
    );
    await pruning;
    assert.deepEqual(told, [{ states: 12 - 3 - SHADOWS_LEFT_MAX }]);
    assert.deepEqual(await store.versions(), ['v1', 'v3', 'v4', 'v10', 'v11', 'v12']);
  });
});
