import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RepriseError } from '../../events/error.ts';
import type { ErrorCode } from '../../events/error.ts';
import type {
  IndexBuilder,
  IndexJob,
  IndexManifest,
  IndexProgress,
  IndexReleaseStore,
} from '../../projections/index-release.ts';
import { faissEnvironment, scriptArguments } from './child-script.ts';
import {
  indexFileNames,
  publishFolder,
  releaseFolder,
  writeIndexInput,
  writeSynced,
} from '../index-files.ts';

/** What the indexer needs. */
export interface IndexerOptions {
  /** The folder of the releases, or the local one where they are built when they are published elsewhere. */
  readonly root: string;
  /** The script of the child, `processes/indexer.ts`. */
  readonly script: URL;
  readonly releases: IndexReleaseStore;
  /** Publishes a release that stands whole in a folder, which is removed after it; absent, it is renamed in `root`. */
  readonly publish?: (folder: string) => Promise<void>;
}

/** What the child is told, `job.json` in the release's unpublished folder. */
export interface IndexerJob {
  readonly release: string;
  readonly createdMs: number;
  readonly recall10Min: number;
  readonly partitions: readonly number[];
}

/** A line that the child prints: how far it is, or why it failed. */
export type IndexerLine =
  | { readonly progress: IndexProgress }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Makes the builder of index releases: a child process a build, which ends with it. */
export function createIndexer(options: IndexerOptions): IndexBuilder {
  return {
    build: async (job, onProgress, signal) => {
      const final = releaseFolder(options.root, job.release);
      const standing = (await options.releases.list()).find((one) => one.release === job.release);
      if (standing !== undefined) return standing;
      const temporary = join(options.root, `.building-${job.release}`);
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
      try {
        await writeJob(temporary, job, onProgress, signal);
        await runChild(options.script, temporary, onProgress, signal);
        await rm(join(temporary, 'job.json'));
        if (options.publish === undefined) await publishFolder(temporary, final);
        else await options.publish(temporary);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
      return manifestOf(options.releases, job.release);
    },
  };
}

async function writeJob(
  folder: string,
  job: IndexJob,
  onProgress: (progress: IndexProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [done, input] of job.inputs.entries()) {
    signal.throwIfAborted();
    const { partition } = input;
    onProgress({ stage: 'writing', partition, done, total: job.inputs.length });
    await writeIndexInput(join(folder, indexFileNames(partition).rows), input, job.createdMs);
  }
  const { release, createdMs, recall10Min } = job;
  const partitions = job.inputs.map((input) => input.partition);
  const told: IndexerJob = { release, createdMs, recall10Min, partitions };
  await writeSynced(join(folder, 'job.json'), JSON.stringify(told));
}

/** Runs the child to its end. It is killed on abort, and ends by itself when its input closes. */
async function runChild(
  script: URL,
  folder: string,
  onProgress: (progress: IndexProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, scriptArguments(script, folder), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: faissEnvironment(),
  });
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort);
  let said = '';
  let failure: RepriseError | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  createInterface(child.stdout).on('line', (line) => {
    const told = JSON.parse(line) as IndexerLine;
    if ('progress' in told) onProgress(told.progress);
    else failure = new RepriseError(told.error.code, told.error.message);
  });
  try {
    const status = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => resolve(killedBy ?? String(code)));
    });
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (status !== '0') {
      throw new RepriseError('UNAVAILABLE', `the indexer ended with ${status}: ${said.trim()}`);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    abort();
  }
}

async function manifestOf(releases: IndexReleaseStore, release: string): Promise<IndexManifest> {
  const published = (await releases.list()).find((one) => one.release === release);
  if (published === undefined) {
    throw new RepriseError('DAMAGED', `index release ${release} was built, but cannot be read`);
  }
  return published;
}
