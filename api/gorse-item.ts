import type { GorseItem, GorseItemPatch, GorseKnownItem } from './schema/gorse.ts';

/** What is published of an item; null where it is withdrawn. */
export type ItemMetadata = Readonly<Record<string, unknown>>;

/** What is kept of an item: its comment, which is its title by Gorse's custom, and the rest by our names. */
export function gorseMetadata({ IsHidden, ...item }: GorseItem): ItemMetadata | null {
  // What is hidden there is recommended to nobody: here it is withdrawn.
  return IsHidden ? null : withChanges({}, item);
}

/** What an item's metadata are when some of what Gorse knows of it has changed; the rest stays. */
export function gorsePatched(metadata: ItemMetadata, patch: GorseItemPatch): ItemMetadata | null {
  return patch.IsHidden === true ? null : withChanges(metadata, patch);
}

function withChanges(
  metadata: ItemMetadata,
  { Categories, Labels, Timestamp, Comment }: Omit<GorseItemPatch, 'IsHidden'>,
): ItemMetadata {
  const changes = {
    ...{ title: Comment, categories: Categories, labels: Labels, timestamp: Timestamp },
  };
  const changed: Record<string, unknown> = { ...metadata };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    // Gorse's empty values stand for nothing at all.
    if (value === null || value === '') Reflect.deleteProperty(changed, name);
    else changed[name] = value;
  }
  return changed;
}

/** The categories in an item's metadata. */
export function categoriesIn({ categories }: ItemMetadata): readonly string[] {
  const isList = Array.isArray(categories) && categories.every((each) => typeof each === 'string');
  return isList ? categories : [];
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An item as Gorse's clients read it. */
export function gorseKnownItem(id: string, metadata: ItemMetadata | null): GorseKnownItem {
  const { title, labels, timestamp } = metadata ?? {};
  return {
    ...{ ItemId: id, IsHidden: false, Comment: textIn(title), Timestamp: textIn(timestamp) },
    Categories: categoriesIn(metadata ?? {}),
    Labels: labels ?? null,
  };
}
