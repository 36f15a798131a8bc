import type { PartitionNote } from '../../activities/fences.ts';
import type { PrequentialPort, PromotionsPort } from '../../api/deps.ts';
import type { Models, PrequentialAnswer } from '../../api/schema/answers.ts';
import type { EventDoor } from '../../events/door.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import { listModels } from '../core/models.ts';
import { Promotions } from '../core/promotions.ts';
import { headsOfNow } from './api-maintenance.ts';
import { liveVersion } from './api-parts.ts';
import type { ApiParts } from './api-parts.ts';
import type { FollowedAliases } from './followed-aliases.ts';
import { heldPositions } from './held-stands.ts';
import { MOVER_SILENT_MS_MAX } from './meeting.ts';
import { pause } from './persisting.ts';

/** The newest sampled events that a version's figures in the list are of. */
const FIGURES_WINDOW = 1_000;

/** What an API tells and switches of versions that workers hold. */
export interface ApiVersionsDeps {
  readonly parts: Pick<ApiParts, 'stores' | 'serving' | 'clock' | 'signal' | 'config'>;
  readonly aliases: Pick<FollowedAliases, 'book' | 'now'>;
  readonly prequential: PrequentialPort;
  readonly door: Pick<EventDoor, 'appendShared'>;
}

/** Lists the versions with where workers hold them; what they told is a second old at the most. */
export async function listHeldModels({
  parts,
  aliases,
  prequential,
}: Omit<ApiVersionsDeps, 'door'>): Promise<Models> {
  const { stores, serving } = parts;
  const notes = await stores.fences.notes();
  const models = await figuresOf(prequential);
  return listModels(stores.registry, liveVersion(serving) ?? '', {
    live: notes.map(({ position }) => ({ runtime: { position: sequence(position) } })),
    shadows: { positions: (version) => heldPositions(notes, version, stores.journal.partitions) },
    book: aliases.book,
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

/** Makes versions live that workers hold at the head: each switches its partitions at exactly the promotion. */
export function createHeldPromotions({ parts, aliases, door }: ApiVersionsDeps): PromotionsPort {
  const { stores, serving, clock, signal } = parts;
  const { journal, registry, fences } = stores;
  let notes: readonly PartitionNote[] = [];
  const promotions = new Promotions({
    ...{ registry, journal, door, serving, clock },
    book: aliases.book,
    shadows: {
      // What a worker told that is gone says nothing of now.
      positions: (version) => heldPositions(toldLately(notes), version, journal.partitions),
    },
    prequential: { observerOf: refuseGate },
    sleep: (ms) => pause(ms, signal),
  });
  const toldLately = (all: readonly PartitionNote[]): readonly PartitionNote[] =>
    all.filter(({ toldMs }) => clock() - toldMs < MOVER_SILENT_MS_MAX);
  const seen = async <T>(work: () => Promise<T>): Promise<T> => {
    await headsOfNow(journal);
    await aliases.now();
    notes = await fences.notes();
    return work();
  };
  return {
    promote: (version, gate) => seen(() => promotions.promote(version, gate)),
    rollback: (version) => seen(() => promotions.rollback(version)),
  };
}

function refuseGate(): never {
  throw new RepriseError(
    'UNAVAILABLE',
    'no gate is asked in the cluster profile: look at GET /v1/metrics/prequential, and promote without one (leave gate out)',
  );
}
