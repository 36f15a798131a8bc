import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Stack } from './stack.ts';

const lookMs = 500;

/** How long an answer may take to come on a machine that is busy. */
const answerMsMax = 60_000;

/** Has a stack's Prometheus read a target, `host:port`, until the returned function is called. */
export async function scrape(
  stack: Stack,
  name: string,
  target: string,
): Promise<() => Promise<void>> {
  const path = join(stack.folder, 'prometheus', 'targets', `${name}.json`);
  const text = JSON.stringify([{ targets: [target], labels: { target: name } }]);
  // It reads whatever it finds: never half of it.
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
  return () => rm(path, { force: true });
}

/** The values that a query of PromQL has now; throws what Prometheus says of a query that it refuses. */
export async function askPrometheus(stack: Stack, query: string): Promise<readonly number[]> {
  const url = new URL('/api/v1/query', stack.value('REPRISE_TEST_PROMETHEUS_URL'));
  url.searchParams.set('query', query);
  const answer = (await (await fetch(url)).json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  if (answer.status !== 'success') throw new Error(`${query}: ${String(answer.error)}`);
  return (answer.data?.result ?? []).map(({ value }) => Number(value[1]));
}

/** The values of the series that a target of Graphite renders, without the gaps. */
export async function askGraphite(stack: Stack, target: string): Promise<readonly number[]> {
  const url = new URL('/render', stack.value('REPRISE_TEST_GRAPHITE_URL'));
  for (const [name, value] of Object.entries({ target, from: '-5min', format: 'json' })) {
    url.searchParams.set(name, value);
  }
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${target}: ${text.slice(0, 500)}`);
  const series = JSON.parse(text) as readonly {
    readonly datapoints: readonly (readonly [number | null, number])[];
  }[];
  return series.flatMap(({ datapoints }) => datapoints.flatMap(([value]) => value ?? []));
}

/** Asks again until a question has an answer that fits; fails with the last one where none does in time. */
export async function until(
  ask: () => Promise<readonly number[]>,
  fits: (values: readonly number[]) => boolean = (values) => values.length > 0,
): Promise<readonly number[]> {
  const endMs = performance.now() + answerMsMax;
  for (;;) {
    const values = await ask();
    if (fits(values)) return values;
    assert.ok(performance.now() < endMs, `${ask.toString()}: ${JSON.stringify(values)}`);
    await sleep(lookMs);
  }
}
