import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { EventDoor } from '../../events/door.ts';
import { RepriseError } from '../../events/error.ts';
import type { ShadowAssigned } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN } from '../../events/position.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { checkSettings } from '../../model/settings-check.ts';
import type { AliasBook } from './alias-book.ts';
import { ALIAS_PARTITION } from './aliases.ts';
import { beating } from '../beating.ts';
import type { Shadows } from './shadows.ts';
import type { VersionRegistry } from './version-registry.ts';

/** What the backfill activities need from outside. */
export interface BackfillDeps {
  readonly journal: Pick<Journal, 'head' | 'partitions'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'register'>;
  readonly shadows: Pick<Shadows, 'admit' | 'built' | 'drop'>;
  readonly book: Pick<AliasBook, 'position'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Resolves after a time, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What a version that is built by replay is. */
export interface DefineInput {
  readonly parent: string;
  readonly learner: Readonly<Record<string, unknown>>;
  readonly start: readonly number[];
  readonly firstBarrier?: number;
  readonly timeOrderedTo?: readonly number[];
}

/** What a backfill is prepared from. */
export interface PrepareBackfillInput {
  readonly run: string;
  readonly version: string;
  /** Absent where the version is registered already. */
  readonly define?: DefineInput;
  /** A sequence a partition; null where that is the head. */
  readonly to: readonly (number | null)[];
}

/** A version that is ready to be built. */
export interface PreparedBackfill {
  /** Where it starts to learn, a sequence a partition. */
  readonly start: readonly number[];
  readonly to: readonly number[];
}

/** The side effects of a backfill. Each may be called again with the same input and then changes nothing more. */
export interface BackfillActivities {
  /** Registers the version, and tells from where to where it is replayed. */
  prepareBackfill(input: PrepareBackfillInput): Promise<PreparedBackfill>;
  /** Makes the version the shadow, which it stays until another is. */
  assignShadow(input: { run: string; version: string }): Promise<{ positions: readonly string[] }>;
  /** Lets go of what was built of a version; it stays registered. */
  endBackfill(input: { version: string }): Promise<void>;
}

/** Time between two looks at whether the aliases have been read up to a fact. */
const ALIAS_LOOK_MS = 10;

/** Makes the backfill activities. */
export function createBackfillActivities(deps: BackfillDeps): BackfillActivities {
  return {
    prepareBackfill: (input) => beating(() => prepare(deps, input)),
    assignShadow: ({ run, version }) =>
      beating(async ({ signal }) => {
        const fact: ShadowAssigned = { kind: 'ShadowAssigned', version, timeMs: deps.clock() };
        // The id is the run's own, so that a retry finds the fact where it stands.
        const { positions } = await deps.door.appendShared(fact, `shadow ${version} ${run}`);
        const at = positions.find(({ partition }) => partition === ALIAS_PARTITION);
        while (at !== undefined && deps.book.position < at.sequence) {
          signal.throwIfAborted();
          await deps.sleep(ALIAS_LOOK_MS, signal);
        }
        deps.shadows.built(version);
        return { positions: positions.map((position) => formatPosition(position)) };
      }),
    endBackfill: ({ version }) =>
      beating(() => {
        deps.shadows.drop(version);
        return Promise.resolve();
      }),
  };
}

async function prepare(
  deps: BackfillDeps,
  { run, version, define, to }: PrepareBackfillInput,
): Promise<PreparedBackfill> {
  const { registry, journal, shadows, clock } = deps;
  shadows.admit(version);
  if (define !== undefined) {
    const { parent } = define;
    const definition = await definitionOf(deps, version, define);
    const about = { parent, createdMs: clock(), trainedBy: run, metrics: {} };
    await registry.register({ definition, ...about }, null);
  }
  const registered = await registry.get(version);
  if (registered === undefined) throw unknown(version);
  const { start } = registered.definition;
  return {
    start,
    to: to.map((at, partition) =>
      Math.max(at ?? journal.head(partition), start[partition] ?? ORIGIN),
    ),
  };
}

async function definitionOf(
  { registry }: BackfillDeps,
  version: string,
  { parent, learner, start, firstBarrier, timeOrderedTo }: DefineInput,
): Promise<Omit<VersionDefinition, 'baseSha256'>> {
  const known = await registry.get(parent);
  if (known === undefined) throw unknown(parent);
  const settings = learner as unknown as LearnerSettings;
  checkSettings(settings);
  const { types, actors, leftOut } = known.definition;
  return {
    ...{ version, learner: settings, types, start },
    ...(actors && { actors }),
    ...(leftOut && { leftOut }),
    ...(firstBarrier !== undefined && { firstBarrier }),
    ...(timeOrderedTo && { timeOrderedTo }),
  };
}

function unknown(version: string): RepriseError {
  return new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
    version,
  });
}
