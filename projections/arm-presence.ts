import type { ServingState } from './serving-state.ts';

/** Events that a version of an arm may be behind the live one in a user's partition; past them live answers. */
export const armLagEventsMax = 1_000;

/** What it is known by which versions of arms can answer. */
export interface ArmPresenceDeps {
  /** What live answers read. */
  readonly live: ServingState;
  /** What answers of another version read; undefined where it can't answer users of a partition. */
  readonly servingOf: (version: string, partition: number) => ServingState | undefined;
}

/** Tells which of the versions that arms name can answer now, and why others can't. */
export class ArmPresence {
  readonly #deps: ArmPresenceDeps;

  constructor(deps: ArmPresenceDeps) {
    this.#deps = deps;
  }

  /** What answers of a version that is not live read; undefined where it can't answer users of a partition. */
  servingOf(version: string, partition: number): ServingState | undefined {
    return this.#deps.servingOf(version, partition);
  }

  /** Whether a version is the live one in a partition. */
  isLive(version: string, partition: number): boolean {
    return this.#deps.live.partition(partition).version === version;
  }

  /** Why a version can't answer a user of a partition; undefined where it can. */
  whyAway(version: string, partition: number): string | undefined {
    if (this.isLive(version, partition)) return undefined;
    const { live, servingOf } = this.#deps;
    const serving = servingOf(version, partition);
    if (serving === undefined) return `version ${version} is not held beside the live one`;
    const lag = live.position(partition) - serving.position(partition);
    if (lag <= armLagEventsMax) return undefined;
    return `version ${version} is ${String(lag)} events behind the live one`;
  }

  /** Why answers are counted to no arm where arms name these versions, in some partitions or all; undefined where they are. */
  whyUncounted(versions: readonly string[]): string | undefined {
    const { partitions } = this.#deps.live;
    const whys = Array.from({ length: partitions }, (_, partition) =>
      versions.map((one) => this.whyAway(one, partition)).find((why) => why !== undefined),
    ).filter((why) => why !== undefined);
    const [first] = whys;
    if (first === undefined || whys.length === partitions) return first;
    return `${first} (in ${String(whys.length)} of ${String(partitions)} partitions)`;
  }
}
