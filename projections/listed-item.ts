import type { ItemMetadata } from './items.ts';

/** Attributes that a list tells of an item; `GET /v1/items/{id}` tells all. */
export const listedAttributesMax = 12;
/** Characters of an attribute that a list tells. */
export const listedTextCharsMax = 200;

/** An item as a list tells it. */
export interface ListedItem {
  readonly id: string;
  readonly title?: string;
  /** Whether any event named it: then it has a vector. */
  readonly met: boolean;
  /** The plain attributes of its metadata, beside the title. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Tells an item in short: what is nested, long or past the bound is left to the item's own answer. */
export function listedItem(
  id: string,
  title: string | undefined,
  met: boolean,
  metadata: ItemMetadata | null | undefined,
): ListedItem {
  const attributes: [string, string | number | boolean][] = [];
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (attributes.length === listedAttributesMax) break;
    if (name === 'title') continue;
    if (typeof value === 'string') attributes.push([name, value.slice(0, listedTextCharsMax)]);
    else if (typeof value === 'number' || typeof value === 'boolean')
      attributes.push([name, value]);
  }
  return {
    id,
    ...(title !== undefined && { title: title.slice(0, listedTextCharsMax) }),
    met,
    attributes: Object.fromEntries(attributes),
  };
}
