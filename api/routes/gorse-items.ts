import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { idSchema } from '../schema/fields.ts';
import {
  gorseCountSchema,
  gorseItemListSchema,
  gorseItemSchema,
  gorseItemsSchema,
  gorseKnownItemSchema,
  gorseSuccessSchema,
} from '../schema/gorse.ts';
import type { GorseItem, GorseKnownItem } from '../schema/gorse.ts';
import { searchCharsMax } from '../schema/listings.ts';
import { metadataSchema } from '../schema/free-form.ts';
import { demand } from '../validation.ts';

type Metadata = Readonly<Record<string, unknown>>;

const params = z.object({ itemId: idSchema.meta({ examples: ['track-00042'] }) });
const taken = { status: 200, description: 'It is durable.', schema: gorseSuccessSchema } as const;

/** What is kept of an item: its comment, which is its title by Gorse's custom, and the rest by our names. */
function metadataOf({
  IsHidden,
  Categories,
  Labels,
  Timestamp,
  Comment,
}: GorseItem): Metadata | null {
  // What is hidden there is recommended to nobody: here it is withdrawn.
  if (IsHidden) return null;
  return {
    ...(Comment !== undefined && Comment !== '' && { title: Comment }),
    ...(Categories !== undefined && Categories !== null && { categories: Categories }),
    ...(Labels !== undefined && Labels !== null && { labels: Labels }),
    ...(Timestamp !== undefined && Timestamp !== '' && { timestamp: Timestamp }),
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function knownItem(id: string, metadata: Metadata | null): GorseKnownItem {
  const { title, categories, labels, timestamp } = metadata ?? {};
  const isList = Array.isArray(categories) && categories.every((each) => typeof each === 'string');
  return {
    ...{ ItemId: id, IsHidden: false, Comment: textIn(title), Timestamp: textIn(timestamp) },
    Categories: isList ? categories : [],
    Labels: labels ?? null,
  };
}

async function publish(deps: ApiDeps, items: readonly GorseItem[]): Promise<number> {
  const checked = items.map((item, at) => {
    const metadata = metadataOf(item);
    return {
      id: item.ItemId,
      // All are checked before the first is published.
      metadata: metadata && demand(metadataSchema, metadata, `the item [${String(at)}]`),
    };
  });
  await Promise.all(checked.map(({ id, metadata }) => deps.door.publishItem(id, metadata)));
  return checked.length;
}

function writing(deps: ApiDeps): readonly Route[] {
  const words = { scope: 'write', tag: 'gorse', problems: [413, 415, 429, 503, 504] } as const;
  const description =
    'Comment becomes the title; Categories, Labels and Timestamp are metadata; an item that IsHidden is withdrawn.';
  return [
    route({
      ...words,
      method: 'POST',
      path: '/api/item',
      operationId: 'gorseInsertItem',
      summary: 'Publishes an item as Gorse’s clients send it, or replaces it.',
      description,
      body: gorseItemSchema,
      answer: taken,
      handle: async ({ body }) => ({ RowAffected: await publish(deps, [body]) }),
    }),
    route({
      ...words,
      method: 'POST',
      path: '/api/items',
      operationId: 'gorseInsertItems',
      summary: 'Publishes items as Gorse’s clients send them, or replaces them.',
      description,
      body: gorseItemsSchema,
      answer: taken,
      handle: async ({ body }) => ({ RowAffected: await publish(deps, body) }),
    }),
    route({
      ...words,
      method: 'DELETE',
      path: '/api/item/{itemId}',
      operationId: 'gorseDeleteItem',
      summary: 'Withdraws an item; what users did with it stays in the log.',
      problems: [429, 503, 504],
      params,
      answer: taken,
      handle: async (call) => {
        await deps.door.publishItem(call.params.itemId, null);
        return { RowAffected: 1 };
      },
    }),
  ];
}

/** Items as Gorse's clients send and read them. */
export function gorseItemRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...writing(deps),
    route({
      method: 'GET',
      path: '/api/item/{itemId}',
      operationId: 'gorseGetItem',
      tag: 'gorse',
      summary: 'Tells what is known of an item, as Gorse’s clients read it.',
      problems: [404, 503, 504],
      params,
      answer: { status: 200, description: 'The item.', schema: gorseKnownItemSchema },
      handle: async (call) => {
        const answer = await deps.queries.item(call.params.itemId, []);
        if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such item');
        return knownItem(answer.id, answer.metadata);
      },
    }),
    route({
      method: 'GET',
      path: '/api/items',
      operationId: 'gorseSearchItems',
      tag: 'gorse',
      summary: 'Searches items by title, as Gorse’s clients do; all of them are not listed.',
      problems: [429],
      query: gorseCountSchema.extend({
        q: z
          .string()
          .min(1, 'must not be empty')
          .max(searchCharsMax)
          .meta({ examples: ['paper'] }),
      }),
      answer: { status: 200, description: 'Those that fit best.', schema: gorseItemListSchema },
      handle: async ({ query: { q, n } }) => {
        const found = await deps.queries.searchItems(q, n);
        const known = await Promise.all(found.map(({ id }) => deps.queries.item(id, [])));
        const Items = known.flatMap((item) => (item ? [knownItem(item.id, item.metadata)] : []));
        return { Cursor: '', Items };
      },
    }),
  ];
}
