import { RepriseError } from '../../events/error.ts';
import type { Sequence } from '../../events/position.ts';
import { armLagEventsMax } from '../../projections/arm-presence.ts';
import type { Shadows } from './shadows.ts';
import type { VersionRegistry } from './version-registry.ts';

/** The versions that arms of experiments may name. */
export interface VersionsOfArms {
  /** The version that serves. */
  readonly live: string;
  /** Throws INVALID, naming a field, where a version is unknown or not held, and CONFLICT where it lags or is promoted. */
  refuseAway(version: string, field: string): Promise<void>;
}

/** What tells which versions arms may name. */
export interface ArmVersionsDeps {
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly shadows: Pick<Shadows, 'positions' | 'building'>;
  readonly live: {
    readonly partitions: number;
    partition(partition: number): { readonly version: string };
    position(partition: number): Sequence;
  };
}

/** Tells whether versions can answer for an arm: the live one, and those that are held at the head beside it. */
export class ArmVersions implements VersionsOfArms {
  readonly #deps: ArmVersionsDeps;

  constructor(deps: ArmVersionsDeps) {
    this.#deps = deps;
  }

  get live(): string {
    return this.#deps.live.partition(0).version;
  }

  async refuseAway(version: string, field: string): Promise<void> {
    const { registry, shadows } = this.#deps;
    const known = await registry.get(version);
    if (known === undefined) {
      throw invalid(field, `names no model version that is known here: see bin/reprise models`);
    }
    this.#refuseSwitching(field);
    if (version === this.live) return;
    if (shadows.building.includes(version)) {
      throw conflict(
        field,
        `names ${version}, which is being built: try again when that has ended`,
      );
    }
    const stands = shadows.positions(version);
    if (stands === undefined) {
      const remedy =
        known.retired === true
          ? 'its base held a user who was erased, so name another'
          : `bring it to the head first (bin/reprise backfill --model ${version})`;
      throw invalid(
        field,
        `names ${version}, which is not held beside the live version: ${remedy}`,
      );
    }
    this.#refuseLagging(version, stands, field);
  }

  /** Refuses while a promotion is under way: some partitions are answered by one version, some by another. */
  #refuseSwitching(field: string): void {
    const { live } = this.#deps;
    for (let partition = 1; partition < live.partitions; partition += 1) {
      if (live.partition(partition).version === this.live) continue;
      throw conflict(
        field,
        'can not be told while a promotion is under way: try again in a moment',
      );
    }
  }

  #refuseLagging(version: string, stands: readonly Sequence[], field: string): void {
    const { live } = this.#deps;
    const lag = Math.max(...stands.map((stand, partition) => live.position(partition) - stand));
    if (lag <= armLagEventsMax) return;
    const behind = `names ${version}, which is ${String(lag)} events behind the live version`;
    const most = `${String(armLagEventsMax)} are the most: try again when it has caught up`;
    throw conflict(field, `${behind}, and ${most} (bin/reprise models)`);
  }
}

function invalid(field: string, reason: string): RepriseError {
  return new RepriseError('INVALID', `${field} ${reason}`, { field });
}

function conflict(field: string, reason: string): RepriseError {
  return new RepriseError('CONFLICT', `${field} ${reason}`, { field });
}
