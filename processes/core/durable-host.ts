import type { RunsPort, SchedulesPort } from '../../api/deps.ts';
import type { StartedRun } from '../../api/schema/answers.ts';
import type { VerifyReport, VerifyRequest } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { Part } from './status.ts';

/** Durable workflows once they run. */
export interface DurableRuns extends RunsPort {
  /** The Temporal UI. */
  readonly url: string;
  /** Shows a time travel as a workflow; absent where none is made. Resolves to its page in the UI. */
  travel?(travel: ShownTravel): Promise<string>;
  /** Verifies a version as a workflow; absent where none does. */
  verify?(request: VerifyRequest): Promise<StartedVerification>;
  /** What runs by itself; absent where nothing does. */
  readonly schedules?: SchedulesPort;
  /** Sees that what is pending is built, at once or when more may have come; absent where it can't be. */
  startRebuild?(kind: RebuildKind, now: boolean): Promise<StartedRun>;
  close(): Promise<void>;
}

/** A verification that a workflow makes. */
export interface StartedVerification extends StartedRun {
  /** What it ends with; rejects with the reason of the signal where it aborts before, and the workflow goes on. */
  report(signal: AbortSignal): Promise<VerifyReport>;
}

/** A time travel that takes long, as it is shown. */
export interface ShownTravel {
  readonly id: string;
  /** Where to, `"0:1234"` each. */
  readonly positions: readonly string[];
  readonly version?: string;
}

/** What versions are built anew for. */
export type RebuildKind = 'erasure' | 'quarantine';

/** When durable workflows start: with the core, with the first run that needs them, or never. */
export type DurableWish = 'eager' | 'lazy' | 'off';

/** Why durable workflows are off where they were not wanted. */
const NOT_WANTED =
  'this process was started without Temporal (REPRISE_DURABLE=off, or a command on its own)';

/** Starts durable workflows when they are wanted, and says why where they are off. */
export class DurableHost implements RunsPort {
  readonly #start: () => Promise<DurableRuns>;
  readonly #wish: DurableWish;
  readonly #unavailable: string | undefined;
  #starting: Promise<DurableRuns> | undefined;
  #runs: DurableRuns | undefined;
  #failure: string | undefined;

  constructor(
    wish: DurableWish,
    unavailable: string | undefined,
    start: () => Promise<DurableRuns>,
  ) {
    this.#wish = wish;
    this.#unavailable = unavailable;
    this.#start = start;
  }

  /** Starts in the background where workflows are wanted from the first moment. */
  begin(): void {
    if (this.#wish === 'eager' && this.#unavailable === undefined) {
      // A failure is kept for status; whoever asks for a run is told then.
      this.#ensure().catch(() => undefined);
    }
  }

  /** False where no workflow can run in this process, whoever asks. */
  get isPossible(): boolean {
    return this.#unavailable === undefined && this.#wish !== 'off';
  }

  get url(): string | undefined {
    return this.#runs?.url;
  }

  /** What status says of durable workflows. */
  get part(): Part & { readonly starting?: boolean } {
    const name = 'durable workflows (Temporal)';
    if (this.#runs !== undefined) return { name, on: true };
    const isStarting = this.#starting !== undefined;
    return { name, on: false, reason: this.reason, ...(isStarting && { starting: true }) };
  }

  /** Why no workflow runs now. */
  get reason(): string {
    if (this.#unavailable !== undefined) return this.#unavailable;
    if (this.#failure !== undefined) return this.#failure;
    if (this.#wish === 'off') return NOT_WANTED;
    if (this.#starting !== undefined) return 'Temporal is starting';
    return 'Temporal starts with the first run that needs it';
  }

  async startTraining(
    ...args: Parameters<RunsPort['startTraining']>
  ): ReturnType<RunsPort['startTraining']> {
    return (await this.#ensure()).startTraining(...args);
  }

  async startIndexBuild(
    ...args: Parameters<RunsPort['startIndexBuild']>
  ): ReturnType<RunsPort['startIndexBuild']> {
    return (await this.#ensure()).startIndexBuild(...args);
  }

  async startBackfill(
    ...args: Parameters<RunsPort['startBackfill']>
  ): ReturnType<RunsPort['startBackfill']> {
    return (await this.#ensure()).startBackfill(...args);
  }

  async controlBackfill(
    ...args: Parameters<RunsPort['controlBackfill']>
  ): ReturnType<RunsPort['controlBackfill']> {
    return (await this.#ensure()).controlBackfill(...args);
  }

  /** Sees that what is pending is built by a workflow. */
  async startRebuild(kind: RebuildKind, now: boolean): Promise<StartedRun> {
    const runs = await this.#ensure();
    if (runs.startRebuild !== undefined) return runs.startRebuild(kind, now);
    throw new RepriseError('UNAVAILABLE', `no workflow here carries out an ${kind}`);
  }

  /** What runs by itself; Temporal is started for the question. */
  get schedules(): SchedulesPort {
    const found = async (): Promise<SchedulesPort> => {
      const { schedules } = await this.#ensure();
      if (schedules !== undefined) return schedules;
      throw new RepriseError('UNAVAILABLE', 'no schedules are kept here');
    };
    return {
      list: async () => (await found()).list(),
      control: async (...args) => (await found()).control(...args),
    };
  }

  /** Verifies a version as a workflow, where Temporal runs already; undefined where it does not. */
  async startVerification(request: VerifyRequest): Promise<StartedVerification | undefined> {
    return this.#runs?.verify?.(request);
  }

  /** Shows a time travel where Temporal runs already; resolves to its page, undefined where it is shown nowhere. */
  async showTravel(travel: ShownTravel): Promise<string | undefined> {
    return this.#runs?.travel?.(travel);
  }

  /** The runs that were started last; none where no workflow runs yet, for to look is no reason to start Temporal. */
  async list(): ReturnType<RunsPort['list']> {
    return (await this.#runs?.list()) ?? [];
  }

  async describe(...args: Parameters<RunsPort['describe']>): ReturnType<RunsPort['describe']> {
    return (await this.#ensure()).describe(...args);
  }

  async close(): Promise<void> {
    const runs = await this.#starting?.catch(() => undefined);
    await (this.#runs ?? runs)?.close();
  }

  async #ensure(): Promise<DurableRuns> {
    if (this.#runs !== undefined) return this.#runs;
    if (this.#unavailable !== undefined || this.#wish === 'off') {
      const why = this.#unavailable ?? NOT_WANTED;
      throw new RepriseError('UNAVAILABLE', `durable workflows are off: ${why}`);
    }
    this.#starting ??= this.#start();
    try {
      this.#runs = await this.#starting;
      this.#failure = undefined;
      return this.#runs;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      throw new RepriseError(
        'UNAVAILABLE',
        `durable workflows are off: ${this.#failure}`,
        {},
        error,
      );
    } finally {
      this.#starting = undefined;
    }
  }
}
