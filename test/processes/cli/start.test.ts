import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatPosition, sequence } from '../../../events/position.ts';
import { Collected, startCli } from './harness.ts';
import type { CliHarness, Ran } from './harness.ts';

/** Runs `start` until the line is there, then ends it as a signal would. */
async function startUntil(cli: CliHarness, line: string, ...argv: string[]): Promise<Ran> {
  const ending = new AbortController();
  const stdout = new Collected();
  const running = cli.runUntil(ending.signal, stdout, 'start', ...argv);
  await stdout.holds(line);
  ending.abort();
  return running;
}

/** Remembers what was published, as the item catalogue does. */
async function startEmpty(): Promise<CliHarness> {
  const published = new Map<string, Readonly<Record<string, unknown>> | null>();
  return startCli((base) => ({
    door: {
      accept: (events) => base.door.accept(events),
      publishItem: (item, metadata) => {
        published.set(item, metadata);
        return base.door.publishItem(item, metadata);
      },
    },
    queries: {
      ...base.queries,
      item: async (id) => {
        const metadata = published.get(id);
        const position = [formatPosition({ partition: 0, sequence: sequence(0) })];
        return metadata === undefined ? undefined : { id, metadata, position };
      },
    },
  }));
}

test('start says where everything is, what is off and why, and ends cleanly', async () => {
  const cli = await startCli();
  try {
    const { exit, stdout, stderr } = await startUntil(cli, 'ready', '--no-demo');
    assert.equal(exit, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines[0], `Reprise runs on the data folder ${cli.folder}`);
    assert.equal(lines[1], 'page       http://127.0.0.1:7070/');
    assert.equal(lines[2], 'API        http://127.0.0.1:7070');
    assert.ok(lines.includes('docs       http://127.0.0.1:7070/docs'));
    assert.ok(lines.includes('off        training: not installed'));
    assert.match(stderr, /^stopping\nstopped;/);
  } finally {
    await cli.close();
  }
});

test('start --json prints one document when all is ready', async () => {
  const cli = await startCli();
  try {
    const { stdout, json } = await startUntil(cli, '}\n', '--no-demo', '--json');
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.equal(json?.['url'], 'http://127.0.0.1:7070');
  } finally {
    await cli.close();
  }
});

test('the demo gives a fresh instance a past, a catalogue and listeners, and goes on at the next start', async () => {
  const cli = await startEmpty();
  try {
    const first = await startUntil(cli, 'events/s');
    assert.match(first.stdout, /^demo {7}10,000 invented tracks published$/m);
    const head = cli.api.journal.head(0);
    assert.equal(head, 14_999);
    const second = await startUntil(cli, 'events/s');
    assert.doesNotMatch(second.stdout, /published/);
    assert.equal(cli.api.journal.head(0), head);
  } finally {
    await cli.close();
  }
});

test('the demo leaves a data folder with other events alone', async () => {
  const cli = await startEmpty();
  try {
    await cli.api.door.accept([{ id: '1', type: 'play', user: 'a', item: 'x', time: 1 }]);
    const { stdout } = await startUntil(cli, 'demo       off');
    assert.match(stdout, /the data folder holds other events/);
    assert.equal(cli.api.journal.head(0), 0);
  } finally {
    await cli.close();
  }
});
