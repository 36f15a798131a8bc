import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Ajv2020 } from 'ajv/dist/2020.js';

import type { OpenApiDocument, Operation } from '../../api/openapi.ts';
import { createRoutes } from '../../api/routes.ts';
import { TRAVEL } from './fixed-answers.ts';
import { callOnce, fakeDeps, startApi } from './harness.ts';
import type { Api, Sent } from './harness.ts';

/** As Gorse's clients send it. */
const FEEDBACK = { FeedbackType: 'like', UserId: 'u', ItemId: 'song' };

let api: Api;
let document: OpenApiDocument;
let ajv: Ajv2020;
before(async () => {
  api = await startApi();
  const { text } = await api.call('GET', '/openapi.json');
  document = JSON.parse(text) as OpenApiDocument;
  ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true } });
  ajv.addSchema(document, 'openapi');
});
after(() => api.close());

function operations(): readonly (readonly [string, string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method.toUpperCase(), path, operation] as const,
    ),
  );
}

/** Points at a part of the document by a JSON pointer with its steps escaped. */
function pointer(...steps: readonly string[]): string {
  const escaped = steps.map((step) =>
    encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return `openapi#/${escaped.join('/')}`;
}

function conforms(value: unknown, ...steps: readonly string[]): boolean {
  const validate = ajv.getSchema(pointer(...steps));
  assert.ok(validate, `no schema at ${steps.join('/')}`);
  return validate(value) as boolean;
}

describe('/openapi.json', () => {
  test('has every route and no other', () => {
    const routed = createRoutes(fakeDeps()).map(({ method, path }) => `${method} ${path}`);
    const described = operations().map(([method, path]) => `${method} ${path}`);
    assert.deepEqual([...described].sort(), [...routed].sort());
  });

  test('has the parts that OpenAPI 3.1 asks for', () => {
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.equal(typeof document.info['title'], 'string');
    assert.equal(typeof document.info['version'], 'string');
    for (const [method, path, operation] of operations()) {
      const where = `${method} ${path}`;
      assert.match(path, /^\//);
      const responses = Object.entries(operation.responses);
      assert.ok(responses.length > 0, where);
      for (const [status, response] of responses) {
        assert.match(status, /^[2-5]\d\d$/, where);
        assert.ok('$ref' in response || typeof response['description'] === 'string', where);
      }
      for (const parameter of operation.parameters) {
        assert.ok(['path', 'query'].includes(parameter.in), where);
        assert.ok(parameter.required || parameter.in === 'query', where);
      }
    }
  });

  test('names every operation once', () => {
    const names = operations().map(([, , operation]) => operation.operationId);
    assert.equal(new Set(names).size, names.length);
  });

  test('describes the parameters that stand in a path', () => {
    for (const [, path, { parameters }] of operations()) {
      const described = parameters.filter(({ in: place }) => place === 'path');
      const names = described.map(({ name }) => `{${name}}`);
      assert.deepEqual(names, path.match(/\{\w+\}/g) ?? []);
    }
  });

  test('says which parameters have to be there', () => {
    const required = document.paths['/v1/items']?.['get']?.parameters.map(({ name, required }) => [
      ...[name, required],
    ]);
    assert.deepEqual(required, [
      ['query', true],
      ['n', false],
    ]);
  });

  test('refers only to parts that it has', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    let count = 0;
    for (const [, path = ''] of references) {
      let part: unknown = document;
      for (const step of path.split('/')) part = (part as Record<string, unknown>)[step];
      assert.equal(typeof part, 'object', path);
      count += 1;
    }
    assert.ok(count > 20, String(count));
  });

  test('says of every operation what it does, whom it is for and which problems it has', () => {
    for (const [method, path, operation] of operations()) {
      const where = `${method} ${path}`;
      assert.match(operation.summary, /^[A-Z].+\.$/, where);
      assert.match(operation.description, /API key|scope `(?:read|write|admin)`/, where);
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 400) continue;
        assert.equal(response['$ref'], `#/components/responses/Problem${status}`, where);
      }
    }
  });

  test('gives an example of all that is sent and answered, which has the form it should have', () => {
    let count = 0;
    const visit = (part: unknown, ...steps: readonly string[]): void => {
      if (typeof part !== 'object' || part === null) return;
      const { schema, example, ...rest } = part as Readonly<Record<string, unknown>>;
      const isMedia = steps.at(-2) === 'content';
      if (schema !== undefined && (isMedia || example !== undefined)) {
        const validate = ajv.getSchema(pointer(...steps, 'schema'));
        assert.ok(validate?.(example), `${steps.join(' ')}: ${JSON.stringify(example)}`);
        count += 1;
      }
      for (const [step, below] of Object.entries(rest)) visit(below, ...steps, step);
    };
    visit(document.paths, 'paths');
    visit(document.components['responses'], 'components', 'responses');
    assert.ok(count > operations().length, String(count));
  });

  test('has examples of what the API itself takes', async () => {
    for (const [method, path, { requestBody, operationId }] of operations()) {
      const content = (requestBody?.['content'] ?? {}) as Record<string, { example?: unknown }>;
      const body = content['application/json']?.example;
      if (body === undefined) continue;
      const target = path.replaceAll(/\{(\w+)\}/g, 'x');
      const { status, text } = await api.call(method, target, { body: body as object });
      assert.ok(![400, 413, 415, 422, 500].includes(status), `${operationId}: ${text}`);
    }
  });

  test('tells every problem by its codes', () => {
    const responses = document.components['responses'] as Record<string, { description: string }>;
    assert.match(responses['Problem500']?.description ?? '', /^INTERNAL: .+ DAMAGED: /);
    for (const [name, { description }] of Object.entries(responses)) {
      assert.match(description, /^[A-Z_]+: [A-Z]/, name);
    }
  });

  test('holds schemas that compile', () => {
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(ajv.getSchema(pointer('components', 'schemas', name)), name);
    }
  });
});

describe('the schema of an event', () => {
  function check(event: object, expected: boolean): void {
    assert.equal(conforms(event, 'components', 'schemas', 'Event'), expected);
  }
  const play = { type: 'play', user: 'u', item: 'i' };

  test('takes what the API takes', () => check({ ...play, value: 1, context: {} }, true));
  test('refuses a missing field', () => check({ type: 'play', user: 'u' }, false));
  test('refuses an unknown field', () => check({ ...play, rating: 3 }, false));
  test('refuses NUL', () => check({ ...play, user: 'a\0' }, false));
  test('refuses a context that is no object', () => check({ ...play, context: 3 }, false));
});

describe('an answer has the form that the document says', () => {
  const filled: Readonly<Record<string, string>> = {
    '{id}': 'song',
    '{workflowId}': 'train-1',
    '{travelId}': TRAVEL.travelId,
    '{erasureId}': 'e1',
    '{quarantineId}': 'q1',
    '{recommendationId}': 'r1',
    '{version}': 'second',
    '{name}': 'train',
    '{scenario}': 'evening',
    '{experiment}': 'front',
    '{file}': 'app-1a2b.js',
    '{category}': 'jazz',
  };
  const bodies: Readonly<Record<string, Sent>> = {
    acceptEvents: { body: { type: 'play', user: 'u', item: 'i' } },
    publishItem: { body: { title: 'T' } },
    eraseUsers: { body: { users: ['u'] } },
    quarantine: { body: { users: ['u'] } },
    whatIf: { body: { user: 'u', remove: ['0:1'] } },
    recommendToSession: { body: { events: [{ type: 'play', item: 'song' }] } },
    putExperiment: {
      body: {
        arms: [
          { name: 'plain', share: 0.5 },
          { name: 'bold', share: 0.5 },
        ],
      },
    },
    lookUpItems: { body: { ids: ['song'] } },
    gorseInsertFeedback: { body: [FEEDBACK] },
    gorseUpsertFeedback: { body: [FEEDBACK] },
    gorseInsertItem: { body: { ItemId: 'song' } },
    gorseInsertItems: { body: [{ ItemId: 'song' }] },
    gorseInsertUser: { body: { UserId: 'u' } },
    gorseInsertUsers: { body: [{ UserId: 'u' }] },
    gorseUpdateUser: { body: { Comment: 'c' } },
    gorseUpdateItem: { body: { Comment: 'T' } },
    gorseSessionRecommend: { body: [FEEDBACK] },
    gorseSessionRecommendOf: { body: [FEEDBACK] },
  };
  const queries: Readonly<Record<string, string>> = {
    compareModels: '?a=first&b=second',
    searchItems: '?query=song',
    gorseSearchItems: '?q=song',
  };

  for (const route of createRoutes(fakeDeps())) {
    const { method, path, operationId, answer } = route;
    test(`${method} ${path}`, async () => {
      const named = path.replace(/\{\w+\}/g, (name) => filled[name] ?? name);
      const target = `${named}${queries[operationId] ?? ''}`;
      const mediaType = answer.mediaType ?? 'application/json';
      // A stream has no end of its own: its head is all that is asked for.
      const asked = mediaType === 'text/event-stream' ? 'HEAD' : method;
      const { status, headers, text } = await api.call(asked, target, bodies[operationId]);
      assert.equal(status, answer.status);
      if (mediaType === '*/*') assert.ok(headers['content-type']);
      else if (status !== 302) assert.ok(String(headers['content-type']).startsWith(mediaType));
      if (answer.schema === undefined) return;
      const place = ['paths', path, method.toLowerCase(), 'responses', String(status)];
      assert.ok(conforms(JSON.parse(text), ...place, 'content', mediaType, 'schema'), text);
    });
  }

  test('a problem', async () => {
    const { json } = await api.call('GET', '/v1/users/u/recommendations?n=0');
    assert.ok(conforms(json, 'components', 'schemas', 'Problem'));
  });
});

describe('/docs', () => {
  test('lists every route and every schema, and loads nothing', async () => {
    const { text, headers } = await api.call('GET', '/docs');
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    for (const [method, path] of operations()) assert.ok(text.includes(`${method} ${path}`), path);
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(text.includes(`id="schema-${name}"`), name);
    }
    for (const [, , { operationId }] of operations()) {
      assert.ok(text.includes(`href="#${operationId}"`), operationId);
      assert.ok(text.includes(`id="${operationId}"`), operationId);
    }
    assert.doesNotMatch(text, /<script|src=|href="(?:https?:)?\/\//);
  });

  test('has an anchor for the type of a problem', async () => {
    const { json } = await api.call('GET', '/v2');
    assert.equal(json['type'], '/docs#not-found');
    const { text } = await api.call('GET', '/docs');
    assert.match(text, /id="not-found"/);
  });

  test('is where / leads where the page is not built', async () => {
    const { status, headers } = await callOnce({ page: undefined }, 'GET', '/');
    assert.deepEqual([status, headers.location], [302, '/docs']);
  });
});
