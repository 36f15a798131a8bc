import type { ApiDeps } from '../deps.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { spacesSchema } from '../schema/spaces.ts';

/** The spaces beside the main one: their names and whether they are up, and nothing of what they hold. */
export function spaceRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/spaces',
      operationId: 'listSpaces',
      tag: 'maintenance',
      summary: 'Lists the spaces beside the main one, and whether they are up.',
      scope: 'admin',
      answer: { status: 200, description: 'Every space.', schema: spacesSchema },
      handle: () => ({ spaces: deps.spaces?.list() ?? [] }),
    }),
  ];
}
