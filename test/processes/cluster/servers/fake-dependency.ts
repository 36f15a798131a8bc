import type { Dependency } from '../../../../processes/cluster/servers/dependency.ts';

/** A dependency that a test makes come and go. */
export class FakeDependency implements Dependency {
  readonly name: string;
  readonly where = 'there:1';
  readonly remedy: string;
  tries = 0;
  /** What a try throws; undefined where it succeeds. */
  error: unknown;
  /** Tries neither succeed nor fail while this is set. */
  isSilent = false;

  constructor(name: string, error?: unknown) {
    this.name = name;
    this.remedy = `start ${name}`;
    this.error = error;
  }

  async connect(): Promise<void> {
    this.tries += 1;
    if (this.isSilent) await new Promise(() => undefined);
    if (this.error !== undefined) throw this.error as Error;
  }
}

/** A clock whose pauses pass at once. */
export class QuickTime {
  nowMs = 0;
  /** Called after each pause. */
  onPause: (nowMs: number) => void = () => undefined;

  readonly clock = (): number => this.nowMs;

  readonly sleep = async (milliseconds: number): Promise<void> => {
    const untilMs = this.nowMs + milliseconds;
    // Whoever pauses at the same moment wakes up in the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.nowMs = Math.max(this.nowMs, untilMs);
    this.onPause(this.nowMs);
  };
}
