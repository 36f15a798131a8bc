import type { Kernel } from '../../model/kernel/kernel.ts';
import { Model } from '../../model/model.ts';
import { DEFAULT_ACTOR_SETTINGS, type ActorSettings } from '../user-state.ts';
import { ActiveActors } from './active-actors.ts';
import type { VersionDefinition } from './definition.ts';
import { ItemTable } from './item-table.ts';
import { UserTable } from './user-table.ts';

/** What one version knows of one partition: its learned rows, and who and what stands in them. */
export interface PartitionState {
  readonly definition: VersionDefinition;
  readonly settings: ActorSettings;
  readonly partition: number;
  readonly model: Model;
  readonly users: UserTable;
  readonly items: ItemTable;
  readonly actors: ActiveActors;
  /** Pairs of user and seen item over all actors. */
  seenPairs: number;
}

/** Makes the state of a version that has learned nothing. */
export function createPartitionState(
  definition: VersionDefinition,
  partition: number,
  kernel: Kernel,
  activeActorsMax: number,
): PartitionState {
  const settings = definition.actors ?? DEFAULT_ACTOR_SETTINGS;
  const isWhole = Number.isInteger(settings.seenItemsMax) && settings.seenItemsMax >= 1;
  if (!isWhole || !Number.isInteger(settings.recentItemsMax) || settings.recentItemsMax < 0) {
    throw new RangeError('seenItemsMax and recentItemsMax are whole numbers, from 1 and 0 on');
  }
  return {
    definition,
    settings,
    partition,
    model: new Model(definition.learner, kernel),
    users: new UserTable(),
    items: new ItemTable(),
    actors: new ActiveActors(settings, activeActorsMax),
    seenPairs: 0,
  };
}
