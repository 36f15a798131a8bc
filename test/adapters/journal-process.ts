import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { ORIGIN, formatPosition, sequence } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';

/** What a writing process said before it ended. */
export interface WriterOutcome {
  /** Position by number of every event that was acknowledged. */
  readonly acknowledged: ReadonlyMap<number, string>;
  /** The last line, where the process ended by itself. */
  readonly lastLine: string;
  /** Null where it was killed. */
  readonly exitCode: number | null;
}

/** How to run a writing process. */
export interface WriterOptions {
  readonly folder: string;
  readonly partitions: number;
  readonly first: number;
  /** Kill it by SIGKILL after so many acknowledged batches; undefined lets it end by itself. */
  readonly killAfter?: number;
  /** The most that a file of it may grow to, in blocks of the shell's `ulimit -f`. */
  readonly fileBlocksMax?: number;
}

const WRITER = fileURLToPath(new URL('journal-writer.ts', import.meta.url));

/** Runs a process that appends until it is killed or its disk is full. */
export async function runWriter(options: WriterOptions): Promise<WriterOutcome> {
  const { folder, partitions, first, killAfter, fileBlocksMax } = options;
  const limit = fileBlocksMax === undefined ? '' : `ulimit -f ${String(fileBlocksMax)}; `;
  const node = [process.execPath, '--import', 'tsx', WRITER];
  const line = [`${limit}exec "$@"`, 'sh', ...node, folder, String(partitions), String(first)];
  const child = spawn('sh', ['-c', ...line], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const acknowledged = new Map<number, string>();
  let lastLine = '';
  let batches = 0;
  for await (const text of createInterface({ input: child.stdout })) {
    lastLine = text;
    for (const pair of text.split(' ')) {
      const [number = '', position] = pair.split('@');
      if (position !== undefined) acknowledged.set(Number(number), position);
    }
    batches += 1;
    if (batches === killAfter) child.kill('SIGKILL');
  }
  const [exitCode] = (await exited) as [number | null];
  return { acknowledged, lastLine, exitCode };
}

/** Reads a journal whole, checking its chain, and tells the position of every event's number; each is there once. */
export async function positionsOf(
  folder: string,
  partitions: number,
): Promise<ReadonlyMap<number, string>> {
  const journal = await openJournal({ folder, partitions, clock: () => 0 });
  const positions = new Map<number, string>();
  for (let partition = 0; partition < partitions; partition += 1) {
    let after = ORIGIN;
    for (;;) {
      const block = await journal.read(partition, after);
      if (block === undefined) break;
      assert.equal(block.firstSequence, after + 1);
      block.timeMs.forEach((timeMs, row) => {
        const number = timeMs / 1_000;
        assert.equal(positions.has(number), false, `event ${String(number)} is there twice`);
        const at = sequence(block.firstSequence + row);
        positions.set(number, formatPosition({ partition, sequence: at }));
      });
      after = sequence(block.firstSequence + block.count - 1);
    }
    assert.equal(after, journal.head(partition));
  }
  const [last] = [...positions].at(-1) ?? [];
  if (last !== undefined) {
    const [again] = await journal.append([entryOf(last, last % partitions)]);
    assert.equal(again?.duplicate, true);
  }
  await journal.close();
  return positions;
}
