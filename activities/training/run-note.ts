import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { RepriseError } from '../../events/error.ts';
import type { RunFiles } from './run-files.ts';
import type { TrainerChoice } from './trainer.ts';

/** What a training run writes down at its start: everything that later activities need and is no tensor. */
export interface RunNote {
  readonly version: string;
  readonly parent: string;
  readonly definition: Omit<VersionDefinition, 'baseSha256'>;
  /** The last sequence of each partition that was held out from. */
  readonly heads: readonly number[];
  readonly choice: TrainerChoice;
  readonly seed: number;
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly holdoutEvents: number;
  readonly datasetSha256: readonly string[];
}

/** The names of a training run's files. */
export const RUN_FILES = {
  note: 'run.json',
  parent: (partition: number) => `parent-p${String(partition)}.safetensors`,
  dataset: (partition: number) => `dataset-p${String(partition)}.safetensors`,
  epoch: (epoch: number) => `epoch-${String(epoch)}.safetensors`,
} as const;

/** Reads a run's note; throws NOT_FOUND where the run's folder was removed. */
export async function readRunNote(files: RunFiles, run: string): Promise<RunNote> {
  const note = await files.readNote(run, RUN_FILES.note);
  if (note !== undefined) return note as RunNote;
  throw new RepriseError(
    'NOT_FOUND',
    `the folder of run ${run} is gone: start the training again`,
    { run },
  );
}
