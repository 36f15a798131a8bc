import { writePage } from '../answer.ts';
import { docsPage } from '../docs-page.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';

/** Serves the document that describes all routes, and a page made from it; it is made once, when first asked for. */
export function documentationRoutes(makeDocument: () => OpenApiDocument): readonly Route[] {
  let made: { readonly document: OpenApiDocument; readonly page: string } | undefined;
  const documentation = (): { readonly document: OpenApiDocument; readonly page: string } => {
    if (made === undefined) {
      const document = makeDocument();
      made = { document, page: docsPage(document) };
    }
    return made;
  };
  const words = { method: 'GET', tag: 'documentation', open: true } as const;
  return [
    route({
      ...words,
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'Describes these routes (OpenAPI 3.1).',
      answer: { status: 200, description: 'The document.' },
      handle: () => documentation().document,
    }),
    route({
      ...words,
      path: '/docs',
      operationId: 'getDocs',
      summary: 'Shows these routes as a page.',
      answer: { status: 200, description: 'The page.', mediaType: 'text/html' },
      handle: ({ response }) => {
        writePage(response, documentation().page);
        return WRITTEN;
      },
    }),
  ];
}
