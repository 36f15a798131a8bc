import type { Json, OpenApiDocument, Operation } from './openapi.ts';
import { PROBLEM_KINDS } from './problem.ts';

const style = `
  :root { color-scheme: light dark; --line: #ccc; --back: #f4f4f4; --link: #0645ad; --quiet: #555; }
  @media (prefers-color-scheme: dark) { :root { --line: #444; --back: #262626; --link: #9cf; --quiet: #aaa; } }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  a { color: var(--link); } code, pre { font: 14px/1.4 ui-monospace, monospace; }
  pre { background: var(--back); padding: .75rem; overflow-x: auto; margin: .5rem 0; }
  section { border-top: 1px solid var(--line); padding: .75rem 0; } h3 { margin: .25rem 0; overflow-wrap: anywhere; }
  .table { overflow-x: auto; } table { border-collapse: collapse; }
  td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; } th { font-weight: 600; }
  .quiet { color: var(--quiet); } nav ul { columns: 2 18rem; padding-left: 1.2rem; } nav h3 { text-transform: capitalize; }
  nav li, .table td { overflow-wrap: anywhere; } .table td { min-width: 5rem; } summary { cursor: pointer; }`;

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
      return `<tr><th scope="row">${label}</th><td><code>${escapeHtml(type)}</code></td><td>${words}</td></tr>`;
    })
    .join('');
}

/** The first example of what is sent or answered; undefined where none is. */
function exampleIn(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return undefined;
  const [media] = Object.values(content as Readonly<Record<string, Json>>);
  return media?.['example'];
}

/** How a caller at a shell asks, and what they get. */
function exampleBlocks(method: string, path: string, operation: Operation): string {
  const target = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const known = operation.parameters.find((parameter) => parameter.name === name);
    return encodeURIComponent(textOf(known?.example));
  });
  const asked = operation.parameters.filter(
    ({ in: place, required }) => place === 'query' && required,
  );
  const query = asked.map(({ name, example }) => `${name}=${encodeURIComponent(textOf(example))}`);
  const sent = exampleIn(operation.requestBody?.['content']);
  const verb =
    method === 'get' || (method === 'post' && sent !== undefined)
      ? ''
      : ` -X ${method.toUpperCase()}`;
  const body =
    sent === undefined ? '' : ` -H 'content-type: application/json' -d '${JSON.stringify(sent)}'`;
  const place = `localhost:7070${[target, query.join('&')].filter((part) => part !== '').join('?')}`;
  const curl = `curl${verb} '${place}'${body}`;
  const [success] = Object.values(operation.responses);
  const answered = exampleIn(success?.['content']);
  const answer =
    answered === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(answered, null, 2))}</pre>`;
  return `<details><summary>Example</summary><pre>${escapeHtml(curl)}</pre>${answer}</details>`;
}

function operationSection(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    ({ name, schema, description = '' }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${schemaWords(schema)}</td><td>${escapeHtml(description)}</td></tr>`,
  );
  const [success] = Object.entries(operation.responses);
  const answer = success === undefined ? '' : contentRows(success[0], success[1]['content']);
  const problems = Object.keys(operation.responses).filter((status) => Number(status) >= 400);
  return `<section id="${escapeHtml(operation.operationId)}">
<h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3>
<p>${escapeHtml(operation.summary)}<br><span class="quiet">${escapeHtml(operation.description.replaceAll('`', ''))}</span></p>
<div class="table"><table>${parameters.join('')}${contentRows('body', operation.requestBody?.['content'])}${answer}
<tr><th scope="row">problems</th><td colspan="2">${problems.join(', ')}</td></tr></table></div>
${exampleBlocks(method, path, operation)}</section>`;
}

/** The operations of a document in its order, with where each stands. */
function operationsOf(
  document: OpenApiDocument,
): readonly (readonly [string, string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
  );
}

function contents(document: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [method, path, { operationId, tags }] of operationsOf(document)) {
    const tag = tags[0] ?? 'other';
    const name = `${method.toUpperCase()} ${path}`;
    const link = `<li><a href="#${escapeHtml(operationId)}"><code>${escapeHtml(name)}</code></a></li>`;
    byTag.set(tag, [...(byTag.get(tag) ?? []), link]);
  }
  const lists = [...byTag].map(
    ([tag, links]) => `<h3>${escapeHtml(tag)}</h3><ul>${links.join('')}</ul>`,
  );
  return `<nav aria-label="Routes">${lists.join('\n')}</nav>`;
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
  const operations = operationsOf(document).map(([method, path, operation]) =>
    operationSection(method, path, operation),
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<section id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reprise API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body><main><h1>Reprise API</h1>
<p>A real-time recommender you can replay. The same as a document for machines:
<a href="/openapi.json">/openapi.json</a>.</p>
<p>Where API keys are asked for, send one as <code>authorization: Bearer KEY</code> or <code>x-api-key: KEY</code>.
Errors are <a href="#problems">problem documents</a>.</p>
${contents(document)}
<h2>Routes</h2>
${operations.join('\n')}
<h2 id="problems">Problems</h2>
<p>Errors are <code>application/problem+json</code> with one of these codes.</p>
<div class="table"><table>${problemRows()}</table></div>
<h2>Schemas</h2>
${schemas.join('\n')}
</main></body></html>
`;
}
