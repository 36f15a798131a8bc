import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type {
  IndexBuilder,
  IndexInput,
  IndexJob,
  IndexProgress,
  IndexReleaseStore,
} from '../../projections/index-release.ts';
import { indexInput } from '../projections/index-world.ts';

/** A builder and the store that it publishes to, in an empty place. */
export interface OpenedBuilder {
  readonly builder: IndexBuilder;
  readonly releases: IndexReleaseStore;
  /** Flips a byte of a file of a release. */
  readonly damage: (release: string, file: string) => Promise<void>;
  /** Names of everything that lies in the place, releases or not. */
  readonly names: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const nothing = (): void => undefined;
const never = new AbortController().signal;

/** What every index builder and release store must do together. */
export function indexBuilderContract(name: string, open: () => Promise<OpenedBuilder>): void {
  describe(name, () => {
    const closers: (() => Promise<void>)[] = [];
    const opened = async (): Promise<OpenedBuilder> => {
      const one = await open();
      closers.push(one.close);
      return one;
    };
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    const jobOf = (release: string, createdMs: number, ...inputs: IndexInput[]): IndexJob => ({
      release,
      createdMs,
      inputs: inputs.length === 0 ? [indexInput({ items: 60 })] : inputs,
      recall10Min: 0.99,
    });

    it('publishes what it measured, and the store gives it back checked', async () => {
      const { builder, releases, names } = await opened();
      const inputs = [
        indexInput({ items: 60 }),
        indexInput({ items: 0, partition: 1, queries: 0 }),
      ];
      const stages: IndexProgress['stage'][] = [];
      const manifest = await builder.build(
        jobOf('r1', 5, ...inputs),
        ({ stage }) => stages.push(stage),
        never,
      );
      assert.equal(manifest.recall10, 1);
      assert.equal(manifest.version, 'v1');
      assert.deepEqual(
        manifest.partitions.map(({ items, sequence, queries }) => [items, sequence, queries]),
        [
          [60, 59, 20],
          [0, -1, 0],
        ],
      );
      for (const stage of ['writing', 'adding', 'measuring', 'publishing'] as const) {
        assert.ok(stages.includes(stage), stage);
      }
      const loaded = await releases.load('r1');
      assert.deepEqual(loaded.manifest, manifest);
      assert.deepEqual(loaded.partitions[0]?.ids, inputs[0]?.ids);
      assert.deepEqual(loaded.partitions[0]?.rows, inputs[0]?.rows);
      assert.deepEqual(loaded.partitions[1]?.ids, []);
      assert.deepEqual(await names(), ['r1']);
    });

    it('measures cells with as many probes as the recall takes', async () => {
      const { builder } = await opened();
      const input = indexInput({ items: 5_000, dimensions: 16, queries: 50 });
      const manifest = await builder.build(jobOf('big', 5, input), nothing, never);
      const [part] = manifest.partitions;
      assert.match(part?.kind ?? '', /^IVF\d+,Flat$/);
      assert.ok((part?.probes ?? 0) >= 1);
      assert.ok(manifest.recall10 >= 0.99 && manifest.recall10 <= 1);
    });

    it('returns the release that stands already, and builds nothing twice', async () => {
      const { builder } = await opened();
      const first = await builder.build(jobOf('r1', 5), nothing, never);
      const other = jobOf('r1', 9, indexInput({ items: 10, seed: 2 }));
      assert.deepEqual(await builder.build(other, nothing, never), first);
    });

    it('publishes nothing where the recall is too low, the values are not finite, or it was called off', async () => {
      const { builder, names } = await opened();
      const tooMuch = { ...jobOf('r1', 5), recall10Min: 1.01 };
      await assert.rejects(builder.build(tooMuch, nothing, never), { code: 'INVALID' });
      const input = indexInput({ items: 30 });
      input.rows[7] = NaN;
      await assert.rejects(builder.build(jobOf('r1', 5, input), nothing, never), {
        code: 'INVALID',
      });
      const stop = new AbortController();
      const reason = new Error('called off');
      const aborts = ({ stage }: IndexProgress): void => {
        if (stage === 'measuring') stop.abort(reason);
      };
      await assert.rejects(builder.build(jobOf('r1', 5), aborts, stop.signal), reason);
      assert.deepEqual(await names(), []);
      await assert.rejects(builder.build(jobOf('../r1', 5), nothing, never), { code: 'INVALID' });
    });

    it('passes over damaged releases to the newest that holds, and says so', async () => {
      const { builder, releases, damage } = await opened();
      for (const [at, release] of ['r1', 'r2', 'r3'].entries()) {
        await builder.build(jobOf(release, at), nothing, never);
      }
      await damage('r3', 'p0.faiss');
      await damage('r2', 'p0.safetensors');
      await assert.rejects(releases.load('r3'), { code: 'DAMAGED' });
      const passed: string[] = [];
      const found = await releases.newest('v1', ({ release }) => passed.push(release));
      assert.equal(found?.manifest.release, 'r1');
      assert.deepEqual(passed, ['r3', 'r2']);
      assert.equal(await releases.newest('v2', nothing), undefined);
      await assert.rejects(releases.load('r9'), { code: 'NOT_FOUND' });
    });

    it('removes old releases, but none that is named', async () => {
      const { builder, releases } = await opened();
      for (const [at, release] of ['a', 'b', 'c', 'd'].entries()) {
        await builder.build(jobOf(release, at), nothing, never);
      }
      assert.deepEqual(await releases.removeOld(2, ['a']), ['b']);
      const left = (await releases.list()).map(({ release }) => release);
      assert.deepEqual(left, ['d', 'c', 'a']);
    });
  });
}
