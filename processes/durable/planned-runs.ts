import type {
  PlannedKind,
  PlannedRun,
  PolicyGate,
  PolicyOutcome,
  SchedulingDeps,
} from '../../activities/versions/scheduling.ts';
import type { AliasBook } from '../../activities/versions/alias-book.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { PromotionsPort } from '../../api/deps.ts';
import { hasCode } from '../../events/error.ts';
import { indexBuildId, trainingId, WORKFLOW_TYPES } from '../../workflows/messages.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { indexInput, trainingInput } from './runs.ts';

/** What scheduled runs work on. */
export type ScheduledParts = Pick<
  CoreParts,
  'native' | 'registry' | 'config' | 'clock' | 'book' | 'promotions'
>;

/** What runs are planned from. */
export interface PlannedParts {
  readonly registry: Pick<VersionRegistry, 'nextName'>;
  readonly clock: () => number;
  readonly config: { readonly leaseMsMax: number };
  /** Why a native part is not here; undefined where it is, or where other processes have it. */
  readonly native: {
    readonly tfjs: { readonly unavailable: string | undefined };
    readonly faiss: { readonly unavailable: string | undefined };
  };
}

/** What the shadow is promoted by. */
export interface PolicyParts {
  readonly book: Pick<AliasBook, 'aliases'>;
  readonly promotions: Pick<PromotionsPort, 'promote'>;
}

/** Gives scheduled runs the parts of a core. */
export function schedulingDeps(parts: ScheduledParts): SchedulingDeps {
  return {
    plan: (kind) => planOf(parts, kind),
    promoteShadow: (gate) => promoteShadow(parts, gate),
  };
}

/** Names the next run of a kind, and tells what it is asked. */
export async function planOf(parts: PlannedParts, kind: PlannedKind): Promise<PlannedRun> {
  const { native, registry, config, clock } = parts;
  const { leaseMsMax } = config;
  if (kind === 'training') {
    // Nobody is there to choose: tfjs trains where it is, and the kernel else.
    const trainer = native.tfjs.unavailable === undefined ? 'tfjs' : 'kernel';
    const deps = { registry, leaseMsMax, tfjsUnavailable: native.tfjs.unavailable };
    const input = await trainingInput(deps, { trainer });
    const { version } = input;
    return {
      ...{ type: WORKFLOW_TYPES.trainModel, workflowId: trainingId(version), version },
      ...{ input: { ...input }, summary: `Training of model version ${version}, by schedule` },
    };
  }
  const input = indexInput({ clock, indexUnavailable: native.faiss.unavailable });
  const { release } = input;
  return {
    ...{ type: WORKFLOW_TYPES.buildIndex, workflowId: indexBuildId(release), version: null },
    ...{ input: { ...input }, summary: `Build of index release ${release}, by schedule` },
  };
}

/** Promotes the shadow where it passes the gate; what speaks against it is an outcome and no failure. */
export async function promoteShadow(
  { book, promotions }: PolicyParts,
  gate: PolicyGate,
): Promise<PolicyOutcome> {
  const { shadow: version, live } = book.aliases;
  if (version === null || version === live) {
    const why = 'no version is the shadow: build one (bin/reprise backfill)';
    return { promoted: false, version: null, why, positions: [] };
  }
  try {
    const { positions, previous } = await promotions.promote(version, gate);
    const why = `version ${version} is shown to be better than ${previous}, and is live`;
    return { promoted: true, version, why, positions };
  } catch (error) {
    if (!hasCode(error, 'CONFLICT')) throw error;
    return { promoted: false, version, why: error.message, positions: [] };
  }
}
