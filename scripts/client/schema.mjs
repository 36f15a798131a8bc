import openapiTs, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { openApi } from '../../api/openapi.ts';
import { createRoutes } from '../../api/routes.ts';

const HEADER = `// Made from /openapi.json by scripts/build-client.mjs. What is changed here by hand is lost.

`;

/** Makes the source of the client's types from the routes as they are declared; no route is called. */
export async function clientSchema() {
  const document = openApi(createRoutes({}));
  const ast = await openapiTs(structuredClone(document), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    // A free-form object holds anything, not nothing.
    emptyObjectsUnknown: true,
    defaultNonNullable: false,
  });
  const config = await resolveConfig(import.meta.filename);
  return format(HEADER + astToString(ast), { ...config, parser: 'typescript' });
}
