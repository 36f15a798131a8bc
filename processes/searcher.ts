import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Index } from 'faiss-node';
import {
  FOUND,
  FrameReader,
  NOT_FOUND,
  READY_ID,
  decodeRequest,
  encodeReply,
  encodeRequest,
} from '../adapters/embedded/search-frames.ts';
import type { SearchReply, SearchRequest } from '../adapters/embedded/search-frames.ts';
import { RepriseError } from '../events/error.ts';
import type { IndexManifest, IndexPartition } from '../projections/index-release.ts';
import { loadFaiss } from './faiss.ts';
import type { Faiss } from './faiss.ts';

const NONE = new Uint32Array(0);
/** Searches of each index before the process says that it is ready: the first ones are slow, and after a swap nobody waits for them. */
const WARM_UP_SEARCHES = 500;
const WARM_UP_LABELS = 50;

/**
 * The searcher: a process of its own that holds one index release and answers frames on standard input with frames
 * on standard output. It ends when its input closes, so that it never outlives the core.
 */
function main(folder: string): void {
  const faiss = loadFaiss();
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as IndexManifest;
  const indexes = new Map<number, Index>();
  for (const part of manifest.partitions) {
    if (part.items > 0) indexes.set(part.partition, readIndex(faiss, folder, part));
  }
  for (const partition of indexes.keys()) warmUp(indexes, manifest.dimensions, partition);
  const reader = new FrameReader();
  process.stdin.on('data', (chunk: Buffer) => {
    const replies = reader.push(chunk).map((frame) => {
      return encodeReply(answer(indexes, manifest.dimensions, decodeRequest(frame)));
    });
    if (replies.length > 0) process.stdout.write(Buffer.concat(replies));
  });
  // Ctrl-C reaches the whole group of processes; the core says when to end, by closing the input.
  process.on('SIGINT', () => undefined);
  process.stdin.on('end', () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
  process.stdout.write(encodeReply({ id: READY_ID, status: FOUND, labels: NONE }));
}

function readIndex(faiss: Faiss, folder: string, part: IndexPartition): Index {
  const bytes = readFileSync(join(folder, part.indexFile));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== part.indexSha256) {
    throw new RepriseError(
      'DAMAGED',
      `${part.indexFile} does not hold what was written: rebuild it`,
    );
  }
  return faiss.Index.fromBuffer(bytes);
}

/** Sends made-up queries the way that real ones go, from frame to frame. */
function warmUp(indexes: ReadonlyMap<number, Index>, dimensions: number, partition: number): void {
  const query = new Float32Array(dimensions + 1);
  for (let id = 0; id < WARM_UP_SEARCHES; id += 1) {
    for (let at = 0; at <= dimensions; at += 1) query[at] = Math.sin(id * 31 + at * 7);
    const frame = encodeRequest({ id, partition, k: WARM_UP_LABELS, query });
    encodeReply(answer(indexes, dimensions, decodeRequest(frame)));
  }
}

function answer(
  indexes: ReadonlyMap<number, Index>,
  dimensions: number,
  request: SearchRequest,
): SearchReply {
  const { id, partition, query } = request;
  const index = indexes.get(partition);
  // Faiss ends the process on what it does not expect, so every argument is checked before.
  if (index === undefined || query.length !== dimensions + 1 || !query.every(Number.isFinite)) {
    return { id, status: NOT_FOUND, labels: NONE };
  }
  const k = Math.min(Math.max(request.k, 1), index.ntotal());
  const { labels } = index.search(Array.from(query), k);
  // A cell that holds fewer than k vectors is filled up with −1.
  return { id, status: FOUND, labels: Uint32Array.from(labels.filter((label) => label >= 0)) };
}

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: searcher FOLDER, the folder of an index release\n');
  process.exitCode = 2;
} else {
  try {
    main(folder);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
