import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { openEnvironment } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import type {
  LmdbEnvironment,
  LmdbOptions,
} from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import { RepriseError, hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { ORIGIN } from '../../events/position.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';
import { positionsOf, runWriter } from './journal-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = (): number => 0;

/** An environment whose commits fail while `disk.full` is set, as LMDB's do on a full disk. */
function openFaulty(disk: { full: boolean }): (options: LmdbOptions) => LmdbEnvironment {
  return (options) => {
    const environment = openEnvironment(options);
    return {
      get full() {
        return disk.full;
      },
      table: (name) => environment.table(name),
      commit(write) {
        if (!disk.full) return environment.commit(write);
        write({ put: () => undefined, remove: () => undefined });
        return Promise.reject(new RepriseError('UNAVAILABLE', 'the disk is full'));
      },
      bytes: () => environment.bytes(),
      close: () => environment.close(),
    };
  };
}

describe('a journal on a full disk', () => {
  it('refuses appends, changes nothing, and goes on when there is room', async () => {
    const disk = { full: false };
    const bounds = { idempotencyChunkEventsMax: 2 };
    const folder = await temporaryFolder();
    const options = { folder, partitions: 1, clock, bounds, openStore: openFaulty(disk) };
    const journal = await openJournal(options);
    await journal.append([entryOf(0)]);
    disk.full = true;
    for (const attempt of [1, 2]) {
      await assert.rejects(journal.append([entryOf(attempt), entryOf(3)]), (error) =>
        hasCode(error, 'UNAVAILABLE'),
      );
    }
    assert.equal(journal.status().full, true);
    assert.equal(journal.head(0), 0);
    assert.equal(await journal.find(eventKey('event-1')), undefined);
    assert.equal((await journal.append([entryOf(0)]))[0]?.duplicate, true);
    disk.full = false;
    const appended = await journal.append([entryOf(1), entryOf(2), entryOf(3)]);
    assert.deepEqual(
      appended.map(({ positions }) => positions[0]?.sequence),
      [1, 2, 3],
    );
    assert.equal(journal.status().full, false);
    await journal.close();
    const again = await openJournal(options);
    const block = await again.read(0, ORIGIN);
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => block?.fact(row)),
      [0, 1, 2, 3].map(interactionOf),
    );
    await again.close();
  });

  it('loses nothing acknowledged where the system refuses to write, and goes on with more room', async () => {
    const folder = await temporaryFolder();
    const outcome = await runWriter({ folder, partitions: 1, first: 0, fileBlocksMax: 1_500 });
    assert.equal(outcome.lastLine, 'full true, 3 refused');
    assert.equal(outcome.exitCode, 0);
    assert.ok(outcome.acknowledged.size > 0);
    const stored = await positionsOf(folder, 1);
    for (const [number, position] of outcome.acknowledged) {
      assert.equal(stored.get(number), position);
    }
    const first = Math.max(...stored.keys()) + 1;
    const next = await runWriter({ folder, partitions: 1, first, killAfter: 20 });
    const grown = await positionsOf(folder, 1);
    for (const [number, position] of [...outcome.acknowledged, ...next.acknowledged]) {
      assert.equal(grown.get(number), position);
    }
  });
});

describe('the queue before a journal', () => {
  it('refuses what is over its bound and goes on', async () => {
    const folder = await temporaryFolder();
    const bounds = { appendQueueEventsMax: 4, appendQueueBytesMax: 1_000, groupEventsMax: 2 };
    const journal = await openJournal({ folder, partitions: 1, clock, bounds });
    const outcomes = await Promise.allSettled([
      journal.append([entryOf(0), entryOf(1), entryOf(2)]),
      journal.append([entryOf(3), entryOf(4)]),
      journal.append([entryOf(5)]),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(outcomes[1].status === 'rejected' && hasCode(outcomes[1].reason, 'UNAVAILABLE'));
    const tooMany = Array.from({ length: 5 }, (_, n) => entryOf(10 + n));
    await assert.rejects(journal.append(tooMany), (error) => hasCode(error, 'TOO_LARGE'));
    const tooLong = entryOf(20, 0, { ...interactionOf(20), sealed: new Uint8Array(1_001) });
    await assert.rejects(journal.append([tooLong]), (error) => hasCode(error, 'TOO_LARGE'));
    const [last] = await journal.append([entryOf(3)]);
    assert.equal(last?.positions[0]?.sequence, 4);
    await journal.close();
  });

  it('keeps large events apart, so that a block stays within its bytes', async () => {
    const folder = await temporaryFolder();
    const bounds = { blockBytesMax: 2_500 };
    const journal = await openJournal({ folder, partitions: 1, clock, bounds });
    const facts = Array.from({ length: 7 }, (_, n) => ({
      ...interactionOf(n),
      sealed: new Uint8Array(1_000).fill(n),
    }));
    await journal.append(facts.map((fact, n) => entryOf(n, 0, fact)));
    const block = await journal.read(0, ORIGIN);
    assert.deepEqual(
      facts.map((_, row) => block?.fact(row)),
      facts,
    );
    await journal.close();
  });
});
