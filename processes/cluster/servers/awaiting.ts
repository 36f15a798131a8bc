import { setTimeout as sleepFor } from 'node:timers/promises';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { Dependency } from './dependency.ts';

/** How long one try may take. */
export const DEPENDENCY_TRY_MS_MAX = 5_000;

/** How often a line says what is awaited, and the pause between two tries. */
const LINE_MS = 1_000;

/** Characters of a reason that a line repeats. */
const REASON_CHARACTERS_MAX = 200;

/** What waiting at the start needs. */
export interface AwaitingDeps {
  /** How long all of them together may take. */
  readonly waitMsMax: number;
  /** Milliseconds that only go forwards. */
  readonly clock: () => number;
  /** Prints a line for the operator. */
  readonly say: (line: string) => void;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  /** A pause; the machine's own where absent. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Waiting for dependencies at the start, as readiness shows it. */
export interface Awaiting {
  /** What is still awaited and where; empty when all are there. */
  awaited(): readonly string[];
  /**
   * Resolves when all are there. Throws UNAVAILABLE with the remedy when the wait is over, at once what waiting does not
   * mend, and an AbortError when the process is told to end.
   */
  readonly done: Promise<void>;
}

interface Waited {
  readonly dependency: Dependency;
  reason: string;
}

/** Starts to wait for dependencies, all at the same time; a line a second says which are awaited and why. */
export function awaitDependencies(
  dependencies: readonly Dependency[],
  deps: AwaitingDeps,
): Awaiting {
  const waiting = new Map<string, Waited>();
  for (const dependency of dependencies) {
    waiting.set(nameOf(dependency), { dependency, reason: 'not tried yet' });
  }
  return {
    awaited: () => [...waiting.keys()],
    done: untilThere(waiting, deps),
  };
}

async function untilThere(waiting: Map<string, Waited>, deps: AwaitingDeps): Promise<void> {
  const startMs = deps.clock();
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal]);
  const pause = deps.sleep ?? pauseOf;
  const tries = [...waiting.values()].map(async (one) => {
    if (await untilConnected(one, signal, pause)) {
      waiting.delete(nameOf(one.dependency));
      deps.say(`${nameOf(one.dependency)} is there`);
    }
  });
  const all = Promise.all(tries);
  try {
    await Promise.race([all, tellUntilOver(waiting, deps, startMs, signal, pause)]);
    deps.signal.throwIfAborted();
  } finally {
    over.abort();
    await Promise.allSettled(tries);
  }
}

/** Says a line a second while something is awaited; throws when the wait is over. */
async function tellUntilOver(
  waiting: ReadonlyMap<string, Waited>,
  deps: AwaitingDeps,
  startMs: number,
  signal: AbortSignal,
  pause: NonNullable<AwaitingDeps['sleep']>,
): Promise<void> {
  while (waiting.size > 0 && !signal.aborted) {
    const leftMs = startMs + deps.waitMsMax - deps.clock();
    if (leftMs <= 0) throw notThere(waiting, deps.waitMsMax);
    await pause(Math.min(LINE_MS, leftMs), signal);
    const list = [...waiting].map(([name, { reason }]) => `${name} (${reason})`).join(', ');
    if (list === '') return;
    const seconds = Math.round((deps.clock() - startMs) / 1_000);
    deps.say(`awaiting ${list}: ${seconds} s of ${Math.ceil(deps.waitMsMax / 1_000)} s`);
  }
}

/** Tries until it is there; false where the signal ended it. Throws what another try would not mend. */
async function untilConnected(
  one: Waited,
  signal: AbortSignal,
  pause: NonNullable<AwaitingDeps['sleep']>,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await tryOnce(one.dependency, signal);
      return true;
    } catch (error) {
      if (isFinal(error)) throw error;
      one.reason = reasonOf(error);
    }
    await pause(LINE_MS, signal);
  }
  return false;
}

/** Bounds a try in time, whether or not what it calls heeds its signal. */
async function tryOnce(dependency: Dependency, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error(`no answer within ${String(DEPENDENCY_TRY_MS_MAX)} ms`));
  }, DEPENDENCY_TRY_MS_MAX);
  const bound = AbortSignal.any([signal, late.signal]);
  try {
    await Promise.race([dependency.connect(bound), whenAborted(bound)]);
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Tells whether waiting would not mend it: the operator must. */
function isFinal(error: unknown): boolean {
  return hasCode(error, 'INVALID') || hasCode(error, 'CONFLICT') || hasCode(error, 'DAMAGED');
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, REASON_CHARACTERS_MAX);
}

function notThere(waiting: ReadonlyMap<string, Waited>, waitMsMax: number): RepriseError {
  const parts = [...waiting].map(
    ([name, { dependency, reason }]) => `${name} (${reason}): ${dependency.remedy}`,
  );
  return new RepriseError(
    'UNAVAILABLE',
    `not there within ${String(waitMsMax)} ms (REPRISE_DEPENDENCY_WAIT_MS_MAX): ${parts.join('; ')}`,
    { awaited: [...waiting.keys()] },
  );
}

function nameOf({ name, where }: Dependency): string {
  return `${name} at ${where}`;
}

async function pauseOf(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleepFor(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
