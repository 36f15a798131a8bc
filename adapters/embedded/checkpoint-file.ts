import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { decodeCheckpointInSteps, encodeCheckpoint } from '../../model/safetensors.ts';
import { syncFolder } from './published-file.ts';

/** A checkpoint file that stands on the disk. */
export interface CheckpointFile {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes a checkpoint whole or not at all, in slices that let the event loop turn; durable when it resolves. */
export async function writeCheckpointFile(
  path: string,
  checkpoint: Checkpoint,
): Promise<CheckpointFile> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.draft-${String(process.pid)}`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      for (const chunk of encodeCheckpoint(checkpoint)) {
        if (chunk.length === 0) await turn();
        else {
          hash.update(chunk);
          bytes += chunk.length;
          await file.writeFile(chunk);
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  return { sha256: hash.digest('hex'), bytes };
}

/** Reads and verifies a checkpoint file; rejects with DAMAGED where a byte is not the one written, or NOT_FOUND. */
export async function readCheckpointFile(
  path: string,
): Promise<{ checkpoint: Checkpoint; file: CheckpointFile }> {
  const content = await readWhole(path);
  const steps = decodeCheckpointInSteps(content);
  let step = steps.next();
  while (step.done !== true) {
    await turn();
    step = steps.next();
  }
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { checkpoint: step.value, file: { sha256, bytes: content.length } };
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new RepriseError('NOT_FOUND', `there is no checkpoint file ${path}`, { path }, error);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
