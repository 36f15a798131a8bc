import { ArmVersions } from '../../../activities/versions/arm-versions.ts';
import type { VersionsOfArms } from '../../../activities/versions/arm-versions.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { PartitionNote } from '../../../activities/replay/fences.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { FollowedAliases } from '../followed-aliases.ts';
import type { HeldNotes } from './held-notes.ts';
import { heldPositions } from '../held-stands.ts';
import type { ClusterStores } from '../stores.ts';

/** What tells which versions arms may name in a cluster. */
export interface ToldArmVersionsDeps {
  readonly stores: Pick<ClusterStores, 'registry'>;
  readonly live: Pick<ServingState, 'partitions' | 'partition'>;
  readonly aliases: Pick<FollowedAliases, 'now'>;
  readonly notes: Pick<HeldNotes, 'look' | 'of'>;
  /** The versions that arms name already. */
  readonly named: () => readonly string[];
}

/** Tells whether versions can answer for an arm, by what movers told: the live one, and those that all of them hold. */
export function toldArmVersions(deps: ToldArmVersionsDeps): VersionsOfArms {
  const { live } = deps;
  return {
    get live() {
      return live.partition(0).version;
    },
    async refuseAway(version, field) {
      const { aliases, notes, named } = deps;
      const { live: first, shadow, previous } = await aliases.now();
      await notes.look();
      const told = toldOf(notes, live.partitions);
      const kept = new Set([first, shadow, previous, ...named()]);
      const isHeld = (note: PartitionNote): boolean =>
        note.held?.some((one) => one.version === version) === true;
      const versions = new ArmVersions({
        registry: deps.stores.registry,
        shadows: {
          positions: (one) => heldPositions(told, one, live.partitions),
          // What is held without a name or an experiment of its own has one only when its build has ended.
          building: told.some(isHeld) && !kept.has(version) ? [version] : [],
        },
        live: {
          partitions: live.partitions,
          partition: (partition) => live.partition(partition),
          // As of when its mover told where it holds what.
          position: (partition) => positionOf(told, partition),
        },
      });
      await versions.refuseAway(version, field);
    },
  };
}

/** What the movers told that are not silent. */
function toldOf(notes: Pick<HeldNotes, 'of'>, partitions: number): readonly PartitionNote[] {
  return Array.from({ length: partitions }, (_, partition) => notes.of(partition)).filter(
    (note) => note !== undefined,
  );
}

function positionOf(told: readonly PartitionNote[], partition: Partition): Sequence {
  const note = told.find(({ fence }) => fence.partition === partition);
  return note === undefined ? ORIGIN : sequence(note.position);
}
