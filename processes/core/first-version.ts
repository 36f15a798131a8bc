import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { DataFolderManifest } from '../../adapters/embedded/data-folder-manifest.ts';
import { ORIGIN } from '../../events/position.ts';

/** The name of the version that every data folder starts with. */
export const FIRST_VERSION = 'v1';

/** Registers the first version, which starts empty with the data folder's settings. Doing so again changes nothing. */
export async function registerFirst(
  registry: VersionRegistry,
  manifest: Pick<DataFolderManifest, 'settings' | 'types' | 'partitions'>,
  clock: () => number,
): Promise<void> {
  if ((await registry.get(FIRST_VERSION)) !== undefined) return;
  await registry.register(
    {
      definition: {
        version: FIRST_VERSION,
        learner: manifest.settings,
        types: manifest.types,
        start: new Array<number>(manifest.partitions).fill(ORIGIN),
      },
      parent: null,
      createdMs: clock(),
      trainedBy: null,
      metrics: {},
    },
    null,
  );
}
