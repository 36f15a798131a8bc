import type { VersionReaders } from '../../../activities/versions/shadow-part.ts';
import type { VersionRegistry } from '../../../activities/versions/version-registry.ts';
import type { Partition } from '../../../events/position.ts';
import type { Logger } from '../../logger.ts';
import type { FenceWatch } from './fence-watch.ts';
import { HeldTeller } from './held-teller.ts';
import type { DeltaStream } from './partition-taking.ts';
import { pauseFor } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';

/** How often a worker looks which versions arms name. */
const LOOK_MS = 1_000;

/** A partition that is moved here, and its fence. */
export interface FencedPartition {
  readonly partition: Partition;
  readonly watch: Pick<FenceWatch, 'fence' | 'confirm'>;
}

/** The streams of versions beside the live one. */
export interface HeldStreams {
  /** That of a version; told where readers need a checkpoint. */
  of(version: string, onCheckpointNeeded: (partition: Partition) => void): DeltaStream;
  /** The versions that a partition has streams of. */
  versions(partition: Partition): Promise<readonly string[]>;
  /** Deletes one, but where a newer fence than this wrote to it. */
  drop(partition: Partition, version: string, fence: number): Promise<void>;
}

/** What telling held versions needs. */
export interface HeldTellingDeps {
  readonly streams: HeldStreams;
  /** The versions that arms name. */
  readonly armed: { readonly versions: readonly string[]; look(): Promise<void> };
  readonly registry: Pick<VersionRegistry, 'get'>;
  /** Tells whether users were erased since a version was made, who may be in its states. */
  readonly isStale: (version: string) => Promise<boolean>;
  /** The partitions that this worker moves. */
  readonly moved: () => readonly FencedPartition[];
  readonly patience: Patience;
  /** Told where readers can go on from a checkpoint alone. */
  readonly onCheckpointNeeded: (version: string, partition: Partition) => void;
  /** Told when other versions are to be told. */
  readonly onChange: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells APIs the deltas of the versions that arms of experiments name, of the partitions that this worker moves and
 * while it holds them beside the live one. Where no arm names a version any more, its streams are deleted.
 */
export class HeldTelling implements VersionReaders {
  readonly #deps: HeldTellingDeps;
  readonly #tellers = new Map<string, HeldTeller>();
  #told: readonly string[] = [];

  constructor(deps: HeldTellingDeps) {
    this.#deps = deps;
  }

  of(version: string, partition: Partition): HeldTeller | undefined {
    if (!this.#told.includes(version)) return undefined;
    const key = keyOf(version, partition);
    const known = this.#tellers.get(key);
    if (known !== undefined) return known;
    const made = this.#made(version, partition);
    this.#tellers.set(key, made);
    return made;
  }

  forget(version: string): void {
    for (const [key, teller] of this.#tellers) {
      if (!key.startsWith(`${version}/`)) continue;
      teller.end();
      this.#tellers.delete(key);
    }
  }

  /** Looks every second which versions arms name, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let isAway = false;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        await this.look();
        isAway = false;
      } catch (error) {
        if (!isAway && !isOver()) {
          this.#deps.logger.warn({ err: error }, 'versions of arms: trying again');
        }
        isAway = true;
      }
      await pauseFor(LOOK_MS, signal);
    }
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { armed, onChange } = this.#deps;
    await armed.look();
    const told: string[] = [];
    for (const version of armed.versions) if (await this.#isTold(version)) told.push(version);
    const before = this.#told;
    this.#told = told;
    for (const version of before) if (!told.includes(version)) this.forget(version);
    if (told.some((version) => !before.includes(version))) onChange();
    await this.#sweep();
  }

  /** Who answers by a learner that is read itself follows the journal with one of its own; whom it erased nobody tells. */
  async #isTold(version: string): Promise<boolean> {
    const known = await this.#deps.registry.get(version);
    if (known === undefined || known.definition.learner.learner === 'blend') return false;
    return !(await this.#deps.isStale(version));
  }

  /** Deletes the streams that nobody reads, of whoever moved the partition before, too. */
  async #sweep(): Promise<void> {
    const { streams, moved } = this.#deps;
    for (const { partition, watch } of moved()) {
      for (const version of await streams.versions(partition)) {
        if (this.#told.includes(version)) continue;
        await streams.drop(partition, version, watch.fence.number);
      }
    }
  }

  #made(version: string, partition: Partition): HeldTeller {
    const { streams, moved, patience, onCheckpointNeeded } = this.#deps;
    const teller: HeldTeller = new HeldTeller({
      stream: streams.of(version, (needed) => {
        onCheckpointNeeded(version, needed);
      }),
      patience,
      watch: () => moved().find((one) => one.partition === partition)?.watch,
      onHole: () => {
        const key = keyOf(version, partition);
        if (this.#tellers.get(key) === teller) this.#tellers.delete(key);
      },
    });
    return teller;
  }
}

function keyOf(version: string, partition: Partition): string {
  return `${version}/${String(partition)}`;
}
