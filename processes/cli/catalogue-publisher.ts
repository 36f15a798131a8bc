import type { ItemAnswer } from '../../api/schema/answers.ts';
import type { Catalogue, CatalogueItem } from '../simulator/catalogue.ts';
import { ApiRefusal } from './http-client.ts';
import type { HttpClient } from './http-client.ts';

/** Publications under way at once: they share the journal's commits. */
const publishingMax = 64;

/** Publishes a catalogue's metadata unless its last item has them already; returns how many were published. */
export async function publishCatalogue(
  http: HttpClient,
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<number> {
  const last = catalogue.items.at(-1);
  if (last === undefined || (await isPublished(http, last))) return 0;
  const waiting = catalogue.items.slice(0, -1).values();
  const publish = async (): Promise<void> => {
    for (const item of waiting) await put(http, item, signal);
  };
  await Promise.all(Array.from({ length: publishingMax }, publish));
  // The last item stands for the whole catalogue, so it goes in when all others are in.
  await put(http, last, signal);
  return catalogue.items.length;
}

/** Tells whether an item of the catalogue was published with these metadata. */
export async function isPublished(http: HttpClient, item: CatalogueItem): Promise<boolean> {
  try {
    const { metadata } = await http.json<ItemAnswer>('GET', `/v1/items/${item.id}`);
    return metadata?.['title'] === item.metadata.title;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return false;
    throw error;
  }
}

async function put(http: HttpClient, item: CatalogueItem, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await http.json('PUT', `/v1/items/${item.id}`, { body: item.metadata });
}
