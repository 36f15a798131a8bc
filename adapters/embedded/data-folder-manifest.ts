import { readFile } from 'node:fs/promises';
import { RepriseError } from '../../events/error.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import { PARTITIONS_MAX } from '../../events/partition-of.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { publishFile } from '../published-file.ts';

/** What a data folder fixed when it was made: the file reprise.json. */
export interface DataFolderManifest {
  /** The version of the folder's layout. */
  readonly format: number;
  readonly partitions: number;
  /** Settings of the first model version. */
  readonly settings: LearnerSettings;
  readonly types: InteractionTypes;
}

/** The newest layout of data folders that this Reprise knows. */
export const DATA_FOLDER_FORMAT = 1;

/** Reads a manifest, undefined where there is none; refuses a newer format and a file that is none. */
export async function readManifest(path: string): Promise<DataFolderManifest | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const manifest = parse(path, text);
  if (manifest.format > DATA_FOLDER_FORMAT) {
    throw new RepriseError(
      'CONFLICT',
      `the data folder has format ${String(manifest.format)} and this Reprise knows up to ` +
        `${String(DATA_FOLDER_FORMAT)}: start a newer Reprise, or name another folder with --data`,
      { path, format: manifest.format },
    );
  }
  return manifest;
}

/** Writes the manifest of a new data folder. */
export async function writeManifest(path: string, manifest: DataFolderManifest): Promise<void> {
  checkPartitions(manifest.partitions);
  await publishFile(path, `${JSON.stringify(manifest, null, 2)}\n`, 0o644);
}

/** Refuses a number of partitions that is not the one the folder was made with. */
export function assertPartitions(manifest: DataFolderManifest, wanted: number | undefined): void {
  if (wanted === undefined || wanted === manifest.partitions) return;
  throw new RepriseError(
    'CONFLICT',
    `the data folder was made with --partitions ${String(manifest.partitions)}, which is fixed, and not ` +
      `${String(wanted)}: leave --partitions out, or name a new folder with --data`,
    { partitions: manifest.partitions, wanted },
  );
}

/** Refuses a learner that is not the one the folder was made with. */
export function assertLearner(
  { settings: { learner } }: DataFolderManifest,
  wanted: LearnerSettings['learner'] | undefined,
): void {
  if (wanted === undefined || wanted === learner) return;
  throw new RepriseError(
    'CONFLICT',
    `the data folder was made with --learner ${learner}, which is fixed, and not ${wanted}: leave --learner ` +
      `and REPRISE_LEARNER out, or name a new folder with --data`,
    { learner, wanted },
  );
}

function checkPartitions(partitions: number): void {
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS_MAX) return;
  throw new RepriseError('INVALID', `partitions must be from 1 to ${String(PARTITIONS_MAX)}`, {
    field: 'partitions',
  });
}

function parse(path: string, text: string): DataFolderManifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, cause);
  }
  const manifest = parsed as Partial<DataFolderManifest> | null;
  if (
    typeof manifest?.format !== 'number' ||
    typeof manifest.partitions !== 'number' ||
    typeof manifest.settings !== 'object' ||
    typeof manifest.types !== 'object'
  ) {
    throw damaged(path);
  }
  return manifest as DataFolderManifest;
}

function damaged(path: string, cause?: unknown): RepriseError {
  const message = `${path} is damaged: restore it from a backup of the data folder`;
  return new RepriseError('DAMAGED', message, { path }, cause);
}
