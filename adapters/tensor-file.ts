import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checkpoint } from '../model/checkpoint.ts';
import { decodeCheckpointInSteps, encodeCheckpoint } from '../model/safetensors.ts';
import { createSha256 } from '../model/sha256.ts';
import { syncFolder } from './published-file.ts';

/** A safetensors file as it was written. */
export interface WrittenTensors {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A safetensors file as it was read and verified. */
export interface ReadTensors extends WrittenTensors {
  readonly checkpoint: Checkpoint;
}

/** Bytes read at once. */
const READ_BYTES_MAX = 1_048_576;

/**
 * Writes a checkpoint as safetensors so that readers see it whole or not at all, a megabyte a turn of the event loop:
 * temporary file, fsync, rename, fsync of the folder.
 */
export async function writeTensorFile(
  path: string,
  checkpoint: Checkpoint,
): Promise<WrittenTensors> {
  const draft = `${path}.draft-${String(process.pid)}`;
  try {
    const written = await writeDraft(draft, checkpoint);
    await rename(draft, path);
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeDraft(draft: string, checkpoint: Checkpoint): Promise<WrittenTensors> {
  const file = await open(draft, 'w', 0o600);
  try {
    const hash = createSha256();
    let bytes = 0;
    for (const chunk of encodeCheckpoint(checkpoint)) {
      if (chunk.length === 0) {
        await nextTurn();
        continue;
      }
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.sync();
    return { sha256: hash.hex(), bytes };
  } finally {
    await file.close();
  }
}

/**
 * Reads and verifies a safetensors file, a megabyte a turn of the event loop. Throws an error of code DAMAGED where a
 * byte is not the one that was written, and the file system's own where there is no file.
 */
export async function readTensorFile(path: string): Promise<ReadTensors> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const content = new Uint8Array(size);
    const hash = createSha256();
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(content, at, Math.min(READ_BYTES_MAX, size - at), at);
      if (bytesRead === 0) break;
      hash.update(content.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return { checkpoint: await decodeInTurns(content), sha256: hash.hex(), bytes: at };
  } finally {
    await file.close();
  }
}

/** Decodes and verifies safetensors, a megabyte a turn of the event loop; throws DAMAGED like {@link readTensorFile}. */
export async function decodeInTurns(content: Uint8Array): Promise<Checkpoint> {
  const steps = decodeCheckpointInSteps(content);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await nextTurn();
  return step.value;
}

/** Tells whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
