import { z } from 'zod';

import { parsePosition } from '../../events/position.ts';
import type { ApiDeps } from '../deps.ts';
import { categoriesIn, gorsePatched } from '../gorse-item.ts';
import type { ItemMetadata } from '../gorse-item.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { idSchema } from '../schema/fields.ts';
import { metadataSchema } from '../schema/free-form.ts';
import {
  gorseItemPatchSchema,
  gorseOneCategorySchema,
  gorseSuccessSchema,
} from '../schema/gorse.ts';
import { demand, refusal } from '../validation.ts';

const itemId = idSchema.meta({ examples: ['track-00042'] });
const inCategory = z.object({ itemId, category: gorseOneCategorySchema });

/**
 * Publishes an item anew with what changed of it. What was published before is read first, as it stands at the head of now,
 * so that changes that a caller makes one after the other all stay; of two at a time the last one does.
 */
async function change(
  deps: ApiDeps,
  id: string,
  become: (metadata: ItemMetadata) => ItemMetadata | null,
): Promise<z.input<typeof gorseSuccessSchema>> {
  const { journal } = await deps.health.status();
  const heads = journal.heads.flatMap((text) => parsePosition(text) ?? []);
  const known = await deps.queries.item(id, heads);
  if (known === undefined) {
    throw new HttpProblem('NOT_FOUND', 'no such item, or it is withdrawn: publish it by POST');
  }
  const metadata = become(known.metadata ?? {});
  const checked = metadata && demand(metadataSchema, metadata, 'the item');
  await deps.door.publishItem(id, checked);
  return { RowAffected: 1 };
}

/** Changes to single things that Gorse's clients know of an item. */
export function gorseItemChangeRoutes(deps: ApiDeps): readonly Route[] {
  const words = { scope: 'write', tag: 'gorse', problems: [404, 413, 415, 429, 503, 504] } as const;
  const answer = {
    status: 200,
    description: 'It is durable.',
    schema: gorseSuccessSchema,
  } as const;
  return [
    route({
      ...words,
      method: 'PATCH',
      path: '/api/item/{itemId}',
      operationId: 'gorseUpdateItem',
      summary: 'Changes what is sent of an item; the rest stays.',
      description: 'An item that IsHidden is withdrawn; POST brings it back.',
      params: z.object({ itemId }),
      body: gorseItemPatchSchema,
      answer,
      handle: ({ params, body }) => {
        if (body.ItemId !== undefined && body.ItemId !== params.itemId) {
          const reason = 'is not the one of the path: leave it out';
          throw refusal('the body', [{ field: 'ItemId', reason }]);
        }
        return change(deps, params.itemId, (metadata) => gorsePatched(metadata, body));
      },
    }),
    route({
      ...words,
      method: 'PUT',
      path: '/api/item/{itemId}/category/{category}',
      operationId: 'gorseInsertItemCategory',
      summary: 'Puts an item into a category.',
      params: inCategory,
      answer,
      handle: ({ params: { itemId: id, category } }) =>
        change(deps, id, (metadata) => ({
          ...metadata,
          categories: [...new Set([...categoriesIn(metadata), category])],
        })),
    }),
    route({
      ...words,
      method: 'DELETE',
      path: '/api/item/{itemId}/category/{category}',
      operationId: 'gorseDeleteItemCategory',
      summary: 'Takes an item out of a category.',
      params: inCategory,
      answer,
      handle: ({ params: { itemId: id, category } }) =>
        change(deps, id, (metadata) => ({
          ...metadata,
          categories: categoriesIn(metadata).filter((each) => each !== category),
        })),
    }),
  ];
}
