import type { VersionDefinition } from '../actors/runtime/definition.ts';
import type { ModelPromoted } from '../events/fact.ts';
import { sequence } from '../events/position.ts';

/** The fact that makes a version live: it names all that replay needs to build it again. */
export function promotionOf(definition: VersionDefinition, timeMs: number): ModelPromoted {
  const { version, baseSha256, start, learner, types } = definition;
  return {
    kind: 'ModelPromoted',
    version,
    baseSha256: baseSha256 ?? [],
    start: start.map((one) => sequence(one)),
    settings: { learner, types },
    timeMs,
  };
}
