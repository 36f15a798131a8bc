import { readFile, writeFile } from 'node:fs/promises';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { MergeExchange } from '../../activities/merges/merge-exchange.ts';
import type { PartitionBounds } from '../../actors/runtime/bounds.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import { sequence, type Sequence } from '../../events/position.ts';
import type { PartitionRig } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

/** The most kills of one replay of a partition. */
const KILLS_MAX = 2;

const NEVER = new AbortController().signal;

/** Which replay of a partition, and where. */
export interface HurtReplay {
  readonly rig: PartitionRig;
  readonly definition: VersionDefinition;
  readonly partition: number;
  /** All that must not matter is drawn from it. */
  readonly seed: number;
  /** Where its checkpoints go: a folder of this replay alone. */
  readonly folder: string;
  readonly merges: HurtExchange;
}

/** An exchange of merges that outlives the partitions: what a killed one gave and nobody merged is lost with it. */
export interface HurtExchange extends Pick<MergeExchange, 'contribute' | 'take'> {
  forget(partition: number): Promise<void>;
}

/** Where a replay ended, and what it went through. */
export interface Replayed {
  readonly hash: string;
  readonly kills: number;
  /** Kills after which a checkpoint was gone on from. */
  readonly restores: number;
  /** Checkpoints that were found damaged and passed over. */
  readonly damaged: number;
}

/**
 * Replays a partition to its head: killed at random places, gone on with from the newest checkpoint on the disk that
 * reads well, under bounds that are drawn anew at every start.
 */
export async function replayHurt(replay: HurtReplay): Promise<Replayed> {
  const player = new Player(replay);
  return player.play();
}

class Player {
  readonly #replay: HurtReplay;
  readonly #random: SeededRandom;
  readonly #checkpoints: CheckpointStore;
  readonly #head: Sequence;
  #runtime: PartitionRuntime;
  #savedAt: Sequence;
  #cadence = 0;
  #killAt = 0;
  #kills = 0;
  #restores = 0;
  #damaged = 0;

  constructor(replay: HurtReplay) {
    this.#replay = replay;
    this.#random = new SeededRandom(replay.seed);
    this.#head = replay.rig.journal.head(replay.partition);
    const onDamaged = (): void => {
      this.#damaged += 1;
    };
    this.#checkpoints = openCheckpoints({ folder: replay.folder, onDamaged });
    this.#runtime = new PartitionRuntime(this.#deps());
    this.#savedAt = this.#runtime.position;
    this.#drawLife();
  }

  async play(): Promise<Replayed> {
    while (this.#runtime.position < this.#head) {
      await this.#goOn();
      if (this.#runtime.position >= this.#killAt) await this.#kill();
      else if (this.#runtime.position - this.#savedAt >= this.#cadence) await this.#save();
    }
    return {
      hash: await this.#replay.rig.hash(this.#runtime),
      kills: this.#kills,
      restores: this.#restores,
      damaged: this.#damaged,
    };
  }

  /** Fills the mailbox as far as it takes blocks, and runs a slice of random length. */
  async #goOn(): Promise<void> {
    const { rig, partition, merges } = this.#replay;
    const runtime = this.#runtime;
    for (;;) {
      const block = await rig.journal.read(partition, runtime.preparedTo);
      if (block === undefined || !runtime.hasRoom(block.count)) break;
      await runtime.prepare(block);
    }
    const until = sequence(
      Math.min(this.#head, this.#killAt, runtime.position + 1 + this.#random.below(90)),
    );
    const outcome = runtime.run(this.#random.below(2) === 0 ? 'all' : rig.nowMs, until);
    if (typeof outcome !== 'object' || 'switch' in outcome) return;
    const { version } = this.#replay.definition;
    const { needs } = outcome;
    const before =
      needs === undefined
        ? undefined
        : await merges.take({ version, barrier: needs }, partition, NEVER);
    const contribution = await runtime.passBarrier(before);
    if (contribution !== undefined) await merges.contribute(contribution);
  }

  async #save(): Promise<void> {
    const { path } = await this.#checkpoints.save(await this.#runtime.capture());
    this.#savedAt = this.#runtime.position;
    if (this.#random.below(8) === 0) await this.#damage(path);
  }

  async #damage(path: string): Promise<void> {
    const bytes = await readFile(path);
    const at = this.#random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    await writeFile(path, bytes);
  }

  /** What was in memory is gone, and nothing was written for it. */
  async #kill(): Promise<void> {
    const { partition, merges } = this.#replay;
    this.#kills += 1;
    await merges.forget(partition);
    const found = await this.#checkpoints.newest({ partition });
    const deps = this.#deps();
    if (found === undefined) this.#runtime = new PartitionRuntime(deps);
    else {
      this.#restores += 1;
      this.#runtime = await PartitionRuntime.restore(deps, found.checkpoint);
    }
    this.#savedAt = this.#runtime.position;
    this.#drawLife();
    const { contribution } = this.#runtime;
    if (contribution !== undefined) await merges.contribute(contribution);
  }

  /** How often the next life writes checkpoints, and where it ends. */
  #drawLife(): void {
    const left = this.#head - this.#runtime.position;
    this.#cadence = 20 + this.#random.below(160);
    this.#killAt =
      this.#kills < KILLS_MAX && left > 1
        ? this.#runtime.position + 1 + this.#random.below(left)
        : Infinity;
  }

  #deps(): ConstructorParameters<typeof PartitionRuntime>[0] {
    const { rig, definition, partition } = this.#replay;
    const bounds: Partial<PartitionBounds> = {
      mailboxMessagesMax: 1 + this.#random.below(200),
      activeActorsMax: 1 + this.#random.below(40),
      deadLettersMax: 1 + this.#random.below(40),
      holdMsMax: this.#random.below(9),
    };
    return rig.deps(definition, partition, bounds);
  }
}
