import { z } from 'zod';

import { writePageFile, writeRedirect } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';

const params = z.object({
  file: z.string().regex(/^[\w.-]{1,100}$/, 'must be a file name of the page'),
});

/** The page at `/`, and what it loads; where it was not built, `/` leads to the documentation. */
export function pageRoutes({ page }: Pick<ApiDeps, 'page'>): readonly Route[] {
  const words = { method: 'GET', tag: 'documentation', open: true } as const;
  const mediaType = 'text/html';
  if (page === undefined) {
    return [
      route({
        ...words,
        path: '/',
        operationId: 'getHome',
        summary: 'Leads to the documentation, for the page is not built.',
        answer: { status: 302, description: 'To /docs.', mediaType },
        handle: ({ response }) => {
          writeRedirect(response, '/docs');
          return WRITTEN;
        },
      }),
    ];
  }
  return [
    route({
      ...words,
      path: '/',
      operationId: 'getHome',
      summary: 'Shows the page.',
      answer: { status: 200, description: 'The page.', mediaType },
      handle: ({ request, response }) => {
        writePageFile(request, response, page.document, 'no-cache');
        return WRITTEN;
      },
    }),
    route({
      ...words,
      path: '/assets/{file}',
      operationId: 'getPageAsset',
      summary: 'Gives a file that the page loads; its name holds its hash, so it never changes.',
      problems: [404],
      params,
      answer: { status: 200, description: 'The file.', mediaType: '*/*' },
      handle: ({ params: { file }, request, response }) => {
        const asset = page.assets.get(file);
        if (asset === undefined) throw new HttpProblem('NOT_FOUND', 'no such file of the page');
        writePageFile(request, response, asset, 'public, max-age=31536000, immutable');
        return WRITTEN;
      },
    }),
  ];
}
