/** How long a server may take to say that it is there. */
export const DEPENDENCY_CHECK_MS_MAX = 6_000;

/** The pause between two questions. */
const LOOK_MS = 1_000;

/** A server that is asked again and again whether it is there. */
export interface WatchedDependency {
  readonly name: string;
  /** Where it is, without credentials. */
  readonly where: string;
  readonly check: () => Promise<unknown>;
}

/** How a server stands, and since when (Unix milliseconds). */
export interface DependencyState {
  readonly name: string;
  readonly where: string;
  readonly up: boolean;
  readonly sinceMs: number;
  /** What it said last, where it is down. */
  readonly why?: string;
}

/** What watching needs. */
export interface DependencyWatchDeps {
  readonly clock: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onChange: (state: DependencyState) => void;
}

/** Knows how each server stands that a process depends on. */
export class DependencyWatch {
  readonly #deps: DependencyWatchDeps;
  readonly #watched: readonly WatchedDependency[];
  readonly #states = new Map<string, DependencyState>();

  /** The process has started, so all were there a moment ago. */
  constructor(watched: readonly WatchedDependency[], deps: DependencyWatchDeps) {
    this.#deps = deps;
    this.#watched = watched;
    for (const { name, where } of watched) {
      this.#states.set(name, { name, where, up: true, sinceMs: deps.clock() });
    }
  }

  /** Asks until the signal aborts, each for itself. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#watched.map((one) => this.#watch(one, signal)));
  }

  /** How all stand. */
  list(): readonly DependencyState[] {
    return [...this.#states.values()];
  }

  async #watch({ name, where, check }: WatchedDependency, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const why = await troubleOf(check);
      const before = this.#states.get(name);
      const up = why === undefined;
      const changed = before?.up !== up;
      const sinceMs = before === undefined || changed ? this.#deps.clock() : before.sinceMs;
      const state = { name, where, up, sinceMs, ...(why !== undefined && { why }) };
      this.#states.set(name, state);
      if (changed) this.#deps.onChange(state);
      await this.#deps.sleep(LOOK_MS, signal);
    }
  }
}

/** Why a server is not there; undefined where it is. */
async function troubleOf(check: () => Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`no answer within ${String(DEPENDENCY_CHECK_MS_MAX)} ms`);
    }, DEPENDENCY_CHECK_MS_MAX);
  });
  try {
    return await Promise.race([check().then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
