import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesIn, folders, report, textOf } from './sources.ts';

/** What must not stand in the code, and what to do instead. The patterns are written so as not to match themselves. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\b(TO[D]O|FI[X]ME|X[X]X|HA[C]K)\b/, 'do it now, or write down what is missing in docs/'],
  [/\bnot[ ]implemented\b/i, 'implement it or leave it out'],
  [
    /\b(test|it|describe|suite)\.(on[l]y|ski[p])\(/,
    'run every test; a missing service is a failure',
  ],
  [/\beslint[-]disable/, 'mend what the linter found'],
  [/@ts[-](ignore|nocheck|expect-error)\b/, 'mend what the compiler found'],
  [/\bcatch *(\([^)]*\))? *\{ *\}/, 'handle the error or say why it may be ignored'],
];

test('no unfinished, silenced or skipped code', () => {
  const findings = filesIn(folders, ['.ts', '.tsx', '.mjs', 'reprise']).flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) =>
        banned
          .filter(([pattern]) => pattern.test(line))
          .map(([, remedy]) => `${file}:${index + 1}: ${line.trim()} (${remedy})`),
      ),
  );
  assert.equal(report(findings), '');
});
