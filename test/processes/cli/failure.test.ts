import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RepriseError } from '../../../events/error.ts';
import { toFailure } from '../../../processes/cli/failure.ts';

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const CASES: readonly (readonly [unknown, string, RegExp, number])[] = [
  [new RepriseError('INVALID', 'value is no number'), 'INVALID', /^value is no number$/, 2],
  [new RepriseError('CONFLICT', 'in use'), 'CONFLICT', /in use/, 3],
  [new RepriseError('DAMAGED', 'torn'), 'DAMAGED', /torn/, 1],
  [coded('ENOSPC', 'no space'), 'ENOSPC', /the disk is full: make room/, 3],
  [coded('EADDRINUSE', 'listen'), 'EADDRINUSE', /--port/, 3],
  [
    new DOMException('stop', 'AbortError'),
    'ABORTED',
    /interrupted; running the command again/,
    130,
  ],
  [new TypeError('x is undefined'), 'INTERNAL', /x is undefined/, 70],
  ['a text', 'INTERNAL', /a text/, 70],
];

for (const [error, code, message, exit] of CASES) {
  test(`a ${code} error exits with ${String(exit)}`, () => {
    const failure = toFailure(error);
    assert.deepEqual([failure.code, failure.exit], [code, exit]);
    assert.match(failure.message, message);
  });
}
