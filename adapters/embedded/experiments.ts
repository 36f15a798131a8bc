import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExperimentRecord, ExperimentStore } from '../../activities/experiment-store.ts';
import { RepriseError } from '../../events/error.ts';
import { publishFile } from '../published-file.ts';
import { isMissing } from '../tensor-file.ts';

/** Opens the experiments of a folder, which need not be there yet: one JSON file. */
export function openExperiments({ folder }: { readonly folder: string }): ExperimentStore {
  const path = join(folder, 'experiments.json');
  return {
    async list() {
      try {
        return JSON.parse(await readFile(path, 'utf8')) as readonly ExperimentRecord[];
      } catch (error) {
        if (isMissing(error)) return [];
        const message = `${path} cannot be read: restore it from a backup, or remove it`;
        throw new RepriseError('DAMAGED', message, { path }, error);
      }
    },
    async write(records) {
      await mkdir(folder, { recursive: true });
      await publishFile(path, `${JSON.stringify(records, undefined, 2)}\n`);
    },
  };
}
