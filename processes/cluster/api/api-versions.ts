import { openCheckpointWishes } from '../../../adapters/cluster/checkpoint-wishes.ts';
import { openObservedEvents } from '../../../adapters/cluster/observed-events.ts';
import type { ApiDeps, PrequentialPort } from '../../../api/deps.ts';
import type { Models, PrequentialAnswer } from '../../../api/schema/answers.ts';
import type { EventDoor } from '../../../events/door.ts';
import { hasCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { listModels } from '../../core/models.ts';
import { liveVersion } from './api-parts.ts';
import type { ApiParts } from './api-parts.ts';
import { createHeldComparisons } from './held-comparisons.ts';
import { createHeldPromotions } from '../held-promotions.ts';
import { heldPositions } from '../held-stands.ts';
import { pause } from '../servers/persisting.ts';

/** The newest sampled events that a version's figures in the list are of. */
const FIGURES_WINDOW = 1_000;

/** What an API tells and switches of versions that workers hold. */
export interface ApiVersionsDeps {
  readonly parts: Pick<
    ApiParts,
    'stores' | 'serving' | 'clock' | 'signal' | 'config' | 'redis' | 'maker' | 'aliases'
  >;
  readonly prequential: PrequentialPort;
  readonly door: Pick<EventDoor, 'appendShared'>;
}

/** The ports of an API by which versions are listed, switched and compared. */
export function versionPorts(
  deps: ApiVersionsDeps,
): Pick<ApiDeps, 'models' | 'promotions' | 'comparisons'> {
  const { parts, door } = deps;
  const { stores, serving, clock, signal, redis, maker, aliases } = parts;
  const { checkpoints, registry } = stores;
  const observed = openObservedEvents(redis);
  return {
    models: { list: () => listHeldModels(deps) },
    promotions: createHeldPromotions({
      ...{ stores, aliases, observed, door, serving, clock },
      wishes: openCheckpointWishes(redis),
      sleep: (ms) => pause(ms, signal),
    }),
    comparisons: createHeldComparisons({
      ...{ stores, observed, checkpoints, registry, maker, live: () => liveVersion(serving) },
    }),
  };
}

/** Lists the versions with where workers hold them; what they told is a second old at the most. */
async function listHeldModels({ parts, prequential }: ApiVersionsDeps): Promise<Models> {
  const { stores, serving } = parts;
  const notes = await stores.fences.notes();
  const models = await figuresOf(prequential);
  return listModels(stores.registry, liveVersion(serving) ?? '', {
    live: notes.map(({ position }) => ({ runtime: { position: sequence(position) } })),
    shadows: { positions: (version) => heldPositions(notes, version, stores.journal.partitions) },
    book: parts.aliases.book,
    prequential: {
      tell: ({ window, model }) => {
        const chosen = models.filter(({ version }) => version === model);
        return { share: parts.config.prequentialShare, window, models: chosen };
      },
    },
  });
}

/** The figures that workers told; none while what keeps them is down, for the list says more than those. */
async function figuresOf(prequential: PrequentialPort): Promise<PrequentialAnswer['models']> {
  try {
    return (await prequential.tell({ window: FIGURES_WINDOW })).models;
  } catch (error) {
    if (!hasCode(error, 'UNAVAILABLE')) throw error;
    return [];
  }
}
