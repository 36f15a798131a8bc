import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint, Tensor } from '../model/checkpoint.ts';
import { decodeCheckpointInSteps, encodeCheckpoint } from '../model/safetensors.ts';
import { RepriseError } from '../events/error.ts';
import type { IndexInput } from '../projections/index-release.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The files of one partition in a release's folder. */
export function indexFileNames(partition: number): { index: string; rows: string } {
  return { index: `p${partition}.faiss`, rows: `p${partition}.safetensors` };
}

/** The manifest's file in a release's folder. */
export const MANIFEST_FILE = 'manifest.json';

/** Writes what is to be indexed as safetensors, in slices that let the event loop turn. Synced to the disk. */
export async function writeIndexInput(
  path: string,
  input: IndexInput,
  createdMs: number,
): Promise<void> {
  const columns = input.dimensions + 1;
  const ids = utf8.encode(JSON.stringify(input.ids));
  const tensors: Record<string, Tensor> = {
    ids: { shape: [ids.length], data: ids },
    queries: { shape: [input.queries.length / columns, columns], data: input.queries },
    rows: { shape: [input.ids.length, columns], data: input.rows },
  };
  const { version, partition, sequence, dimensions } = input;
  const extra = { dimensions };
  const manifest = { version, partition, sequence, settings: {}, parent: null, createdMs, extra };
  const file = await open(path, 'w');
  try {
    for (const chunk of encodeCheckpoint({ manifest, tensors })) {
      if (chunk.length > 0) await file.write(chunk);
      else await turn();
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads what {@link writeIndexInput} wrote; rejects with DAMAGED where a byte is another one. */
export async function readIndexInput(path: string): Promise<IndexInput> {
  const steps = decodeCheckpointInSteps(await readFile(path));
  let step = steps.next();
  while (step.done !== true) {
    await turn();
    step = steps.next();
  }
  const checkpoint = step.value;
  const ids = JSON.parse(text.decode(bytesOf(checkpoint, 'ids'))) as readonly string[];
  const { version, partition, sequence, extra } = checkpoint.manifest;
  return {
    version,
    partition,
    sequence,
    dimensions: Number(extra['dimensions']),
    ids,
    rows: floatsOf(checkpoint, 'rows'),
    queries: floatsOf(checkpoint, 'queries'),
  };
}

/** The SHA-256 of a file, hex, read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Writes a file whole and syncs it. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Publishes a folder under its final name: folder synced, renamed, parent synced. */
export async function publishFolder(temporary: string, final: string): Promise<void> {
  await syncFolder(temporary);
  await rename(temporary, final);
  await syncFolder(dirname(final));
}

/** The folder of a release; throws INVALID on a name that is no folder's. */
export function releaseFolder(root: string, release: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(release)) {
    throw new RepriseError(
      'INVALID',
      'release is 1 to 64 lower-case letters, digits and dashes, with no dash in front',
      { field: 'release' },
    );
  }
  return join(root, release);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function bytesOf(checkpoint: Checkpoint, name: string): Uint8Array {
  const data = checkpoint.tensors[name]?.data;
  if (!(data instanceof Uint8Array)) throw missing(name);
  return data;
}

function floatsOf(checkpoint: Checkpoint, name: string): Float32Array {
  const data = checkpoint.tensors[name]?.data;
  if (!(data instanceof Float32Array)) throw missing(name);
  return data;
}

function missing(name: string): RepriseError {
  return new RepriseError('DAMAGED', `the index's rows hold no tensor ${name}: rebuild the index`);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
