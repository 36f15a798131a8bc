import type { VersionRegistry } from '../../activities/version-registry.ts';
import type { Models } from '../../api/schema/answers.ts';
import { formatPosition, sequence } from '../../events/position.ts';

/** Lists the registered versions, oldest first, with the one that serves. */
export async function listModels(registry: VersionRegistry, serving: string): Promise<Models> {
  const versions = await registry.list();
  return {
    live: serving,
    models: versions.map(({ definition, parent, createdMs, trainedBy, metrics }) => ({
      version: definition.version,
      live: definition.version === serving,
      learner: definition.learner.learner,
      dimensions: definition.learner.dimensions,
      start: definition.start.map((start, partition) =>
        formatPosition({ partition, sequence: sequence(start) }),
      ),
      baseSha256: definition.baseSha256,
      parent,
      trainedBy,
      createdAt: new Date(createdMs).toISOString(),
      metrics,
    })),
  };
}
