import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { gorseKnownItem, gorseMetadata } from '../gorse-item.ts';
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
import type { GorseItem } from '../schema/gorse.ts';
import { searchCharsMax } from '../schema/listings.ts';
import { metadataSchema } from '../schema/free-form.ts';
import { demand } from '../validation.ts';
import { gorseItemChangeRoutes } from './gorse-item-changes.ts';

const params = z.object({ itemId: idSchema.meta({ examples: ['track-00042'] }) });
const taken = { status: 200, description: 'It is durable.', schema: gorseSuccessSchema } as const;

async function publishItems(deps: ApiDeps, items: readonly GorseItem[]): Promise<number> {
  const checked = items.map((item, at) => {
    const metadata = gorseMetadata(item);
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
      handle: async ({ body }) => ({ RowAffected: await publishItems(deps, [body]) }),
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
      handle: async ({ body }) => ({ RowAffected: await publishItems(deps, body) }),
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
    ...gorseItemChangeRoutes(deps),
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
        return gorseKnownItem(answer.id, answer.metadata);
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
        const Items = known.flatMap((item) =>
          item ? [gorseKnownItem(item.id, item.metadata)] : [],
        );
        return { Cursor: '', Items };
      },
    }),
  ];
}
