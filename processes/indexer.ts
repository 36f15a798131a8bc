import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  indexFileNames,
  readIndexInput,
  sha256OfFile,
  writeSynced,
} from '../adapters/index-files.ts';
import type { IndexerJob, IndexerLine } from '../adapters/embedded/indexer.ts';
import { RepriseError } from '../events/error.ts';
import type { IndexManifest, IndexPartition } from '../projections/index-release.ts';
import { loadFaiss } from './faiss.ts';
import type { Faiss } from './faiss.ts';
import { buildIndex } from './indexer/build.ts';

/**
 * The indexer: a process for one build. It reads `job.json` and the rows in the folder it is given, writes an index a
 * partition and the manifest there, and prints its progress as a JSON line each. It ends when its input closes.
 */
async function main(folder: string): Promise<void> {
  process.on('SIGINT', () => undefined);
  process.stdin.on('end', () => process.exit(1)).resume();
  const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as IndexerJob;
  const faiss = loadFaiss();
  const partitions: IndexPartition[] = [];
  for (const partition of job.partitions) {
    partitions.push(await buildPartition(faiss, folder, partition));
  }
  const recall10 = Math.min(1, ...partitions.map((part) => part.recall10));
  if (recall10 < job.recall10Min) {
    throw new RepriseError(
      'INVALID',
      `the index finds ${recall10.toFixed(4)} of the exact top 10, less than ${job.recall10Min}: it is not released`,
    );
  }
  const first = await readIndexInput(join(folder, partitions[0]?.rowsFile ?? ''));
  const manifest: IndexManifest = {
    format: 1,
    release: job.release,
    version: first.version,
    dimensions: first.dimensions,
    partitions,
    recall10,
    createdMs: job.createdMs,
    sha256: contentSha256(partitions),
  };
  await writeSynced(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function buildPartition(
  faiss: Faiss,
  folder: string,
  partition: number,
): Promise<IndexPartition> {
  const names = indexFileNames(partition);
  const input = await readIndexInput(join(folder, names.rows));
  const about = { partition, sequence: input.sequence, items: input.ids.length };
  const rowsSha256 = await sha256OfFile(join(folder, names.rows));
  const files = { indexFile: names.index, rowsFile: names.rows, rowsSha256 };
  if (input.ids.length === 0) {
    const nothing = { kind: 'none', probes: 0, recall10: 1, queries: 0 };
    return { ...about, ...nothing, ...files, indexSha256: '' };
  }
  const built = await buildIndex(faiss, input, (stage, done, total) =>
    print({ progress: { stage, partition, done, total } }),
  );
  print({ progress: { stage: 'publishing', partition, done: 0, total: 1 } });
  await writeSynced(join(folder, names.index), built.bytes);
  const { kind, probes, recall10, queries } = built;
  const indexSha256 = createHash('sha256').update(built.bytes).digest('hex');
  return { ...about, kind, probes, recall10, queries, ...files, indexSha256 };
}

function contentSha256(partitions: readonly IndexPartition[]): string {
  const hash = createHash('sha256');
  for (const part of partitions) hash.update(`${part.rowsSha256}\n${part.indexSha256}\n`);
  return hash.digest('hex');
}

function print(line: IndexerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: indexer FOLDER, the folder of a job\n');
  process.exitCode = 2;
} else {
  main(folder).then(
    () => process.exit(0),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const code = (error as { code?: unknown }).code;
      print({
        error: { code: typeof code === 'string' ? (code as 'INVALID') : 'UNAVAILABLE', message },
      });
      process.exit(1);
    },
  );
}
