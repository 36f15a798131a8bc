import { randomBytes } from 'node:crypto';
import type { DataFolder } from '../../adapters/embedded/data-folder.ts';
import { openDataFolder } from '../../adapters/embedded/data-folder.ts';
import { openIdentities } from '../../adapters/embedded/identity.ts';
import { openItems } from '../../adapters/embedded/items.ts';
import { openJournal } from '../../adapters/embedded/journal.ts';
import type { EmbeddedJournal } from '../../adapters/embedded/journal.ts';
import type { ForgettingIdentities } from '../../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { ItemCatalogue } from '../../projections/items.ts';
import { publishedItems, titleOf } from '../../projections/items.ts';
import type { LearnerName } from '../config/learner.ts';
import { defaultLearnerOf, settingsOf } from '../config/learner.ts';

/** What a core opens in its data folder; nobody else may, while it has the folder's lock. */
export interface Stores {
  readonly folder: DataFolder;
  readonly journal: EmbeddedJournal;
  readonly identities: ForgettingIdentities;
  readonly catalogue: ItemCatalogue;
  close(): Promise<void>;
}

/** Opens a data folder and its stores; what was opened is closed again where a later one fails. Told of the bytes of every group of appends. */
export async function openStores(
  path: string,
  wanted: { readonly partitions?: number | undefined; readonly learner?: LearnerName | undefined },
  clock: () => number,
  onCommitted?: (bytes: number) => void,
): Promise<Stores> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    const folder = await openDataFolder({
      path,
      partitions: wanted.partitions,
      learner: wanted.learner,
      settings: settingsOf(wanted.learner ?? defaultLearnerOf('embedded')),
      types: DEFAULT_INTERACTION_TYPES,
      random: randomBytes,
    });
    closers.push(() => folder.close());
    const identities = openIdentities({ folder: folder.partPath('identity'), random: randomBytes });
    closers.push(() => identities.close());
    const journal = await openJournal({
      folder: folder.partPath('journal'),
      partitions: folder.manifest.partitions,
      ...{ clock, onCommitted },
    });
    closers.push(() => journal.close());
    const catalogue = openItems({
      folder: folder.partPath('projections'),
      fold: { published: publishedItems, title: titleOf },
    });
    closers.push(() => catalogue.close());
    return { folder, journal, identities, catalogue, close };
  } catch (error) {
    await close();
    throw error;
  }
}
