import { seedOf } from '../../events/seed.ts';
import { ContentPrior, startFrom } from '../../model/content-prior.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import type { LearnedModel } from '../../model/learned-model.ts';
import { Model } from '../../model/model.ts';
import { BlendModel } from '../../model/stream/blend-model.ts';
import { DEFAULT_ACTOR_SETTINGS, type ActorSettings } from '../user-state.ts';
import { ActiveActors } from './active-actors.ts';
import type { VersionDefinition } from './definition.ts';
import { ItemTable } from './item-table.ts';
import { ItemTouches } from './item-touches.ts';
import { LeftOutEvents } from './left-out-events.ts';
import { Merging } from './merging.ts';
import type { PreparedBlock } from './mailbox.ts';
import { UserTable } from './user-table.ts';

/** What one version knows of one partition: its learned rows, and who and what stands in them. */
export interface PartitionState {
  readonly definition: VersionDefinition;
  readonly settings: ActorSettings;
  readonly partition: number;
  readonly model: LearnedModel;
  readonly users: UserTable;
  readonly items: ItemTable;
  readonly touches: ItemTouches;
  /** Where new items start. */
  readonly prior: ContentPrior;
  /** Keeps the item rows together with the other partitions'; undefined where there is one partition only. */
  readonly merging: Merging | undefined;
  readonly actors: ActiveActors;
  readonly leftOut: LeftOutEvents;
  /** Pairs of user and seen item over all actors. */
  seenPairs: number;
}

/** Makes the state of a version that has learned nothing. */
export function createPartitionState(
  definition: VersionDefinition,
  partition: number,
  kernels: KernelFactory,
  activeActorsMax: number,
): PartitionState {
  const settings = definition.actors ?? DEFAULT_ACTOR_SETTINGS;
  const isWhole = Number.isInteger(settings.seenItemsMax) && settings.seenItemsMax >= 1;
  if (!isWhole || !Number.isInteger(settings.recentItemsMax) || settings.recentItemsMax < 0) {
    throw new RangeError('seenItemsMax and recentItemsMax are whole numbers, from 1 and 0 on');
  }
  const hasOthers = definition.start.length > 1;
  const model = modelOf(definition, kernels, hasOthers);
  const items = new ItemTable();
  const prior = new ContentPrior();
  const touches = new ItemTouches(model.sharedTables, hasOthers);
  return {
    definition,
    settings,
    partition,
    model,
    users: new UserTable(),
    items,
    touches,
    prior,
    merging: hasOthers
      ? new Merging({ definition, partition, model, items, touches, prior })
      : undefined,
    actors: new ActiveActors(settings, activeActorsMax),
    leftOut: new LeftOutEvents(definition, partition),
    seenPairs: 0,
  };
}

function modelOf(
  { learner }: VersionDefinition,
  kernels: KernelFactory,
  hasOthers: boolean,
): LearnedModel {
  return learner.learner === 'blend'
    ? new BlendModel(learner, kernels, hasOthers)
    : new Model(learner, kernels.create());
}

/** Adds an item, its row seeded by its id and started where those like it stand; returns the row. */
export function addItem(state: PartitionState, id: string): number {
  const { model, items, merging, prior } = state;
  const { seed0, seed1 } = seedOf(id);
  model.addItem(seed0, seed1);
  const row = items.add(id);
  const sharing = prior.sharing(id);
  if (sharing.length > 0) {
    model.settle();
    startFrom(model.sharedTables, row, sharing);
  }
  merging?.added(seed0, seed1, row);
  prior.admit(id, row);
  return row;
}

/** Adds a user of a block's dictionary, the row seeded by their id; returns the row. */
export function addUser(
  { model, users }: PartitionState,
  { seeds, block }: PreparedBlock,
  user: number,
): number {
  model.addUser(seeds[user * 2] as number, seeds[user * 2 + 1] as number);
  return users.add(block.users, user * 16);
}
