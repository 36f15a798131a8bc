import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';

import { PROBLEM_KINDS } from '../../api/problem.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { FACT_KINDS } from '../../events/fact.ts';
import { readConfig } from '../../processes/config.ts';
import { clusterVariables, SECRET_VARIABLES } from '../../processes/config/cluster-variables.ts';
import { COLUMN_NAMES } from '../../processes/imports/column-names.ts';
import { boundsInSources } from './bounds.ts';
import { pageText, tableUnder } from './markdown.ts';

const operations = pageText('docs/operations.md');
const boundsPage = ['docs/bounds.md', 'docs/bounds-cluster.md'].map(pageText).join('\n');
const clusterOperations = pageText('docs/operations-cluster.md');

/** The field of the configuration that a variable sets. */
function fieldOf(variable: string): string {
  const words = variable.replace(/^REPRISE_/, '').toLowerCase();
  if (words === 'data_dir') return 'data';
  return words.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

test('the environment is documented with its defaults', () => {
  const documented = tableUnder(operations, 'Environment').map(([variable = '', value = '']) => [
    fieldOf(variable),
    value === '–' ? 'undefined' : value,
  ]);
  const defaults = Object.entries(readConfig({})).map(([name, value]) => [name, String(value)]);
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(defaults));
});

test('the environment of the cluster is documented with its defaults, and what is a secret', () => {
  const rows = tableUnder(clusterOperations, 'Environment of the cluster');
  const documented = rows.map(([variable = '', value = '']) => [
    variable,
    value === '–' ? 'undefined' : value,
  ]);
  const variables = z.object(clusterVariables);
  const defaults = variables.parse({}) as Readonly<Record<string, unknown>>;
  const names = Object.keys(clusterVariables);
  assert.deepEqual(
    documented,
    names.map((name) => [name, String(defaults[name])]),
  );
  const secrets = rows.filter(([, , what = '']) => /^s(;|$)/.test(what)).map(([name]) => name);
  assert.deepEqual(
    secrets.sort(),
    SECRET_VARIABLES.filter((name) => names.includes(name)).toSorted(),
  );
});

test('every documented bound has its value in the sources, and every exported one is documented', () => {
  const sections = ['Requests and answers', 'Journal and identity', 'Redis', 'Learning'].concat([
    'Metrics and traces',
    'Transport and ingest',
    'Training and index',
    'Shared objects',
    'The API of the cluster',
    'The page',
    'Commands',
  ]);
  const documented = new Map(
    sections
      .flatMap((section) => tableUnder(boundsPage, section))
      .concat(tableUnder(clusterOperations, "Bounds of the cluster's processes"))
      .flatMap(([names = '', value = '']) =>
        names.split(', ').map((name) => [name, Number(value.replaceAll(',', ''))] as const),
      ),
  );
  const bounds = boundsInSources();
  const wrong = [...documented].filter(
    ([name, value]) => !bounds.some((bound) => bound.name === name && bound.value === value),
  );
  const missing = bounds.filter(({ name, exported }) => exported && !documented.has(name));
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    missing.map(
      ({ name, file }) => `${name} of ${file} is not in docs/bounds.md or docs/bounds-cluster.md`,
    ),
    [],
  );
});

test('every problem code is documented with its status', () => {
  const documented = tableUnder(operations, 'Problem codes');
  const kinds = Object.entries(PROBLEM_KINDS).map(([code, { status, retryAfterSeconds }]) => [
    code,
    String(status),
    retryAfterSeconds === undefined ? '' : `${String(retryAfterSeconds)} s`,
  ]);
  assert.deepEqual(documented, kinds);
});

test('the interaction types are documented as they teach', () => {
  const documented = tableUnder(pageText('docs/guide.md'), 'How events teach');
  const types = Object.entries(DEFAULT_INTERACTION_TYPES).map(([name, { weight, polarity }]) => [
    name,
    String(weight),
    polarity,
  ]);
  assert.deepEqual(documented, types);
});

test('every fact is documented, in the order of its code', () => {
  const documented = tableUnder(pageText('docs/events.md'), 'Facts').map(([fact]) => fact);
  assert.deepEqual(documented, [...FACT_KINDS]);
});

test('the header spellings are documented', () => {
  const documented = tableUnder(pageText('docs/events.md'), 'Header spellings');
  const names = Object.entries(COLUMN_NAMES).map(([column, list]) => [
    column,
    [...new Set<string>(list)].join(' '),
  ]);
  assert.deepEqual(documented, names);
});
