/** Attributes that are taken of an item; the ones after them are left out. */
export const ITEM_ATTRIBUTES_MAX = 32;

/** The longest text that is an attribute, in UTF-16 units: a longer one describes its item alone. */
export const ATTRIBUTE_UNITS_MAX = 64;

/** Names the item, so that no other shares it. */
const NOT_SHARED = new Set(['title', 'name', 'description']);

/**
 * The attributes in an item's metadata, such as `genre=jazz`: each text, and each text of a list, under its field. A field
 * that names the item is none.
 */
export function attributesOf(metadata: Readonly<Record<string, unknown>> | null): string[] {
  const found = new Set<string>();
  for (const [field, value] of Object.entries(metadata ?? {})) {
    if (NOT_SHARED.has(field)) continue;
    for (const text of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof text !== 'string' || text === '' || text.length > ATTRIBUTE_UNITS_MAX) continue;
      if (found.size < ITEM_ATTRIBUTES_MAX) found.add(`${field}=${text}`);
    }
  }
  return [...found];
}
