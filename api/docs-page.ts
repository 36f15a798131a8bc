import type { Json, OpenApiDocument, Operation } from './openapi.ts';
import { PROBLEM_KINDS } from './problem.ts';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  code, pre { font: 14px/1.4 ui-monospace, monospace; }
  pre { background: #f4f4f4; padding: .75rem; overflow-x: auto; }
  section { border-top: 1px solid #ccc; padding: .5rem 0; }
  h3 { margin: .5rem 0; } td, th { text-align: left; vertical-align: top; padding: .1rem 1rem .1rem 0; }
  @media (prefers-color-scheme: dark) {
    body { background: #181818; color: #ddd; } a { color: #9cf; } pre { background: #262626; }
  }`;

/** Writes text so that a page shows it and runs none of it. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Says in a few words what a schema takes. */
function schemaWords(schema: Json): string {
  const reference = textOf(schema['$ref']);
  if (reference !== '') {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  const options = schema['anyOf'];
  if (Array.isArray(options)) return (options as Json[]).map(schemaWords).join(' or ');
  const values = schema['enum'];
  if (Array.isArray(values)) return escapeHtml(values.join(' or '));
  const items = schema['items'];
  if (typeof items === 'object' && items !== null) return `array of ${schemaWords(items as Json)}`;
  const standard = schema['default'];
  const otherwise =
    standard === undefined ? '' : `, ${escapeHtml(JSON.stringify(standard))} where absent`;
  return `${escapeHtml(textOf(schema['type']))}${otherwise}`;
}

function contentRows(label: string, content: unknown): string {
  if (typeof content !== 'object' || content === null) return '';
  return Object.entries(content as Readonly<Record<string, Json>>)
    .map(([type, media]) => {
      const schema = media['schema'] as Json | undefined;
      const words = schema === undefined ? '' : schemaWords(schema);
      return `<tr><td>${label}</td><td><code>${escapeHtml(type)}</code></td><td>${words}</td></tr>`;
    })
    .join('');
}

function operationSection(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    ({ name, schema, description = '' }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${schemaWords(schema)}</td><td>${escapeHtml(description)}</td></tr>`,
  );
  const [success] = Object.entries(operation.responses);
  const answer = success === undefined ? '' : contentRows(success[0], success[1]['content']);
  const problems = Object.keys(operation.responses).slice(1).join(', ');
  return `<section id="${escapeHtml(operation.operationId)}">
<h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3>
<p>${escapeHtml(operation.summary)}</p>
<table>${parameters.join('')}${contentRows('body', operation.requestBody?.['content'])}${answer}
<tr><td>problems</td><td colspan="2">${problems}</td></tr></table></section>`;
}

function problemRows(): string {
  return Object.entries(PROBLEM_KINDS)
    .map(([code, { status, title }]) => {
      const anchor = code.toLowerCase().replaceAll('_', '-');
      return `<tr id="${anchor}"><td><code>${code}</code></td><td>${String(status)}</td><td>${escapeHtml(title)}</td></tr>`;
    })
    .join('\n');
}

/** Makes a page that lists all routes, problems and schemas; it is complete in itself and runs no script. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationSection(method, path, operation)),
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<section id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reprise API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body><h1>Reprise API</h1>
<p>A real-time recommender you can replay. The same as a document for machines:
<a href="/openapi.json">/openapi.json</a>.</p>
<h2>Routes</h2>
${operations.join('\n')}
<h2 id="problems">Problems</h2>
<p>Errors are <code>application/problem+json</code> with one of these codes.</p>
<table>${problemRows()}</table>
<h2>Schemas</h2>
${schemas.join('\n')}
</body></html>
`;
}
