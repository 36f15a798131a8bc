import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { ModelPromoted } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';

/**
 * The fact that makes a version live: it names all that replay needs to build it again. What is in quarantine stands in
 * the journal under its name.
 */
export function promotionOf(definition: VersionDefinition, timeMs: number): ModelPromoted {
  const { version, baseSha256, start, learner, types, leftOut, timeOrderedTo } = definition;
  const names = leftOut?.map(({ quarantine }) => quarantine);
  return {
    kind: 'ModelPromoted',
    version,
    baseSha256: baseSha256 ?? [],
    start: start.map((one) => sequence(one)),
    settings: {
      ...{ learner, types },
      ...(names && { leftOut: names }),
      ...(timeOrderedTo && { timeOrderedTo }),
    },
    timeMs,
  };
}
