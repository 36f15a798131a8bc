import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { exampleOf } from '../../api/example.ts';
import type { Json } from '../../api/openapi.ts';

describe('an example', () => {
  function check(what: string, schema: Json, expected: unknown, name?: string): void {
    test(what, () => {
      assert.deepEqual(
        exampleOf(schema, { Place: { type: 'string', const: 'here' } }, name),
        expected,
      );
    });
  }
  const text = { type: 'string' };

  check('is the schema’s own', { ...text, examples: ['own'] }, 'own', 'user');
  check('is the only value', { const: 3 }, 3);
  check('is the first of few', { enum: ['user', 'item'] }, 'user');
  check('is what stands where it is absent', { type: 'integer', default: 10 }, 10);
  check('is what the name means', text, 'ada', 'user');
  check('is not what the name means where that is of another type', { type: 'number' }, 1, 'user');
  check('of a list is what the name means', { type: 'array', items: text }, ['ada'], 'users');
  check(
    'of a list of objects is a list of one',
    { type: 'array', items: { type: 'object' } },
    [{}],
    'users',
  );
  check('is a moment', { ...text, format: 'date-time' }, '2026-01-31T12:00:00.000Z');
  check('is at least the smallest', { type: 'integer', minimum: 5 }, 5);
  check('takes the first of several types', { type: ['number', 'null'] }, 1);
  check('takes the first of several forms', { anyOf: [{ type: 'boolean' }, text] }, true);
  check('follows a reference', { $ref: '#/components/schemas/Place' }, 'here');
  check(
    'holds what is required, and what says what it holds',
    {
      type: 'object',
      properties: { why: text, user: text, note: text, place: { ...text, examples: ['top'] } },
      required: ['why'],
    },
    { why: 'text', user: 'ada', place: 'top' },
  );

  test('of what holds itself ends', () => {
    const node = { type: 'array', items: { $ref: '#/components/schemas/Node' } };
    assert.ok(JSON.stringify(exampleOf(node, { Node: node })).includes('null'));
  });
});
