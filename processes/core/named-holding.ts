import type { Shadows } from '../../activities/versions/shadows.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { Logger } from '../logger.ts';
import type { Warnings } from './warnings.ts';

/** The wait before a version that could not be held is tried again; it doubles each time. */
export const holdRetryMsMin = 1_000;
/** The longest wait before it is tried again. */
export const holdRetryMsMax = 60_000;

/** What holding versions again after a start works on. */
export interface NamedHoldingDeps {
  readonly shadows: Pick<Shadows, 'has' | 'hold' | 'drop'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  /** The versions that are to be held now: by an alias, or by the arm of an experiment. */
  readonly named: () => ReadonlySet<string>;
  /** Tells whether a version serves, or does so in some partition still: it is held of itself. */
  readonly isServed: (version: string) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
  readonly warnings: Pick<Warnings, 'add'>;
  /** Resolves after a while, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Builds what is named beside the live version again: what a core held before it ended is gone. What fails is tried again
 * until it is held or named no more. Resolves when each was tried once; `ended` when nothing is tried any more.
 */
export async function holdNamed(
  deps: NamedHoldingDeps,
): Promise<{ readonly ended: Promise<unknown> }> {
  const retries: Promise<void>[] = [];
  for (const version of deps.named()) {
    if (await tryHolding(deps, version, holdRetryMsMin)) continue;
    retries.push(retry(deps, version));
  }
  return { ended: Promise.all(retries) };
}

async function retry(deps: NamedHoldingDeps, version: string): Promise<void> {
  const { sleep, signal } = deps;
  for (let waitMs = holdRetryMsMin; ; waitMs = Math.min(2 * waitMs, holdRetryMsMax)) {
    await sleep(waitMs, signal);
    if (signal.aborted) return;
    if (await tryHolding(deps, version, Math.min(2 * waitMs, holdRetryMsMax))) return;
  }
}

/** Resolves to false where it failed and is to be tried again. */
async function tryHolding(
  deps: NamedHoldingDeps,
  version: string,
  againInMs: number,
): Promise<boolean> {
  const { shadows, registry, named, isServed, logger, warnings, signal } = deps;
  try {
    if (!named().has(version) || isServed(version) || shadows.has(version)) return true;
    const known = await registry.get(version);
    if (known === undefined) return true;
    await shadows.hold(version);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    shadows.drop(version);
    logger.warn({ err: error, version, againInMs }, 'a version cannot be held: tried again');
    const reason = error instanceof Error ? error.message : String(error);
    warnings.add(`version ${version} cannot be held beside the live one yet: ${reason}`);
    // An erasure took its base: it never comes back.
    return (await registry.get(version).catch(() => undefined))?.retired === true;
  }
}
