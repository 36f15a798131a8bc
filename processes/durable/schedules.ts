import { setTimeout as sleep } from 'node:timers/promises';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type {
  Client,
  ScheduleDescription,
  ScheduleHandle,
  ScheduleOptions,
} from '@temporalio/client';
import type { SchedulesPort } from '../../api/deps.ts';
import type { ScheduleAnswer, ScheduleControl, ScheduleName } from '../../api/schema/schedules.ts';
import { RepriseError } from '../../events/error.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { isSpan } from '../config/schedule.ts';
import type { WantedSchedule } from './schedule-specs.ts';
import { stateOf } from './starter.ts';

/** How late a run may start that was missed because no server ran; later than that it is left for the next time. */
export const SCHEDULE_CATCH_UP_MS_MAX = 3_600_000;

/** How much later than its time a run may start, at random, so that instances of one machine don't start together. */
export const SCHEDULE_JITTER_MS_MAX = 60_000;

/** How long it is waited for a run that was triggered to begin. */
export const SCHEDULE_TRIGGER_WAIT_MS_MAX = 5_000;

const LOOK_MS = 50;

/** What schedules are kept with. */
export interface SchedulesDeps {
  readonly client: Client;
  readonly uiUrl: string;
  readonly wanted: readonly WantedSchedule[];
  /** Where they start workflows; the embedded profile's place where it is left out. */
  readonly place?: SchedulePlace;
}

/** Where schedules start workflows. */
export interface SchedulePlace {
  readonly taskQueue: string;
  readonly namespace: string;
}

const EMBEDDED_PLACE: SchedulePlace = { taskQueue: TASK_QUEUE, namespace: 'default' };

/** The schedules of this instance in Temporal. */
export class Schedules implements SchedulesPort {
  readonly #deps: SchedulesDeps;

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
  }

  /** Makes, changes and removes schedules until they are what the configuration says; one that is paused stays so. */
  async reconcile(): Promise<void> {
    for (const wanted of this.#deps.wanted) {
      const handle = this.#handle(wanted.name);
      const found = await this.#describe(handle);
      if (wanted.when === 'off') {
        if (found !== undefined) await handle.delete();
      } else if (found === undefined) {
        await this.#create(wanted);
      } else {
        const { scheduleId: _id, memo: _memo, state, ...options } = optionsOf(wanted, this.#place);
        await handle.update(({ state: before }) => ({
          ...options,
          state: before.paused ? before : { ...before, ...state },
        }));
      }
    }
  }

  get #place(): SchedulePlace {
    return this.#deps.place ?? EMBEDDED_PLACE;
  }

  /** Makes a schedule, unless another process of the same configuration came first. */
  async #create(wanted: WantedSchedule): Promise<void> {
    try {
      await this.#deps.client.schedule.create(optionsOf(wanted, this.#place));
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }

  async list(): Promise<readonly ScheduleAnswer[]> {
    return Promise.all(this.#deps.wanted.map((wanted) => this.#answer(wanted)));
  }

  async control(name: ScheduleName, control: ScheduleControl): Promise<ScheduleAnswer> {
    const wanted = this.#deps.wanted.find((one) => one.name === name);
    const handle = this.#handle(name);
    const before = wanted?.when === 'off' ? undefined : await this.#describe(handle);
    if (wanted === undefined || before === undefined) {
      throw new RepriseError(
        'CONFLICT',
        `the schedule ${name} is off: set ${wanted?.variable ?? 'its variable'} and start again`,
        { name },
      );
    }
    if (control === 'pause') await handle.pause('Paused over the API.');
    else if (control === 'resume') await handle.unpause(wanted.note);
    else {
      await handle.trigger(ScheduleOverlapPolicy.SKIP);
      await this.#begun(handle, before);
    }
    return this.#answer(wanted);
  }

  /** Resolves when one more run has begun or was skipped, or after a while. */
  async #begun(handle: ScheduleHandle, { info: before }: ScheduleDescription): Promise<void> {
    const counted = before.numActionsTaken + before.numActionsSkippedOverlap;
    for (let waitedMs = 0; waitedMs < SCHEDULE_TRIGGER_WAIT_MS_MAX; waitedMs += LOOK_MS) {
      const { info } = await handle.describe();
      if (info.numActionsTaken + info.numActionsSkippedOverlap > counted) return;
      await sleep(LOOK_MS);
    }
  }

  #handle(name: ScheduleName): ScheduleHandle {
    return this.#deps.client.schedule.getHandle(scheduleIdOf(name));
  }

  async #describe(handle: ScheduleHandle): Promise<ScheduleDescription | undefined> {
    return handle.describe().catch((error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    });
  }

  async #answer({ name, when, variable, workflow, note }: WantedSchedule): Promise<ScheduleAnswer> {
    const about = { name, when, variable, workflow, note };
    const found = when === 'off' ? undefined : await this.#describe(this.#handle(name));
    if (found === undefined) {
      const none = { nextRun: null, lastRun: null, runs: 0, skipped: 0, missed: 0 };
      return { ...about, state: 'off', ...none };
    }
    const { state, info, scheduleId } = found;
    const [next] = state.paused ? [] : info.nextActionTimes;
    return {
      ...{ ...about, note: state.note ?? note },
      state: state.paused ? 'paused' : 'on',
      scheduleId,
      url: this.#url('schedules', scheduleId),
      nextRun: next?.toISOString() ?? null,
      lastRun: await this.#lastRun(found),
      runs: info.numActionsTaken,
      skipped: info.numActionsSkippedOverlap,
      missed: info.numActionsMissedCatchupWindow,
    };
  }

  async #lastRun({ info }: ScheduleDescription): Promise<ScheduleAnswer['lastRun']> {
    const last = info.recentActions.at(-1);
    if (last === undefined) return null;
    const { workflowId, firstExecutionRunId } = last.action.workflow;
    const handle = this.#deps.client.workflow.getHandle(workflowId, firstExecutionRunId);
    return {
      at: last.takenAt.toISOString(),
      workflowId,
      url: this.#url('workflows', workflowId),
      // Temporal forgets runs that ended long ago.
      state: await handle.describe().then(stateOf, () => 'unknown' as const),
    };
  }

  #url(kind: 'schedules' | 'workflows', id: string): string {
    return `${this.#deps.uiUrl}/namespaces/${this.#place.namespace}/${kind}/${encodeURIComponent(id)}`;
  }
}

/** The id of a schedule in Temporal. */
export function scheduleIdOf(name: ScheduleName): string {
  return `reprise-${name}`;
}

function optionsOf(
  { name, when, workflow, input, note }: WantedSchedule,
  { taskQueue }: SchedulePlace,
): ScheduleOptions {
  const times = isSpan(when) ? { intervals: [{ every: when }] } : { cronExpressions: [when] };
  return {
    scheduleId: scheduleIdOf(name),
    spec: { ...times, jitter: SCHEDULE_JITTER_MS_MAX },
    action: {
      type: 'startWorkflow',
      workflowType: workflow,
      // Temporal writes the time behind it.
      workflowId: `scheduled-${name}`,
      taskQueue,
      args: [input],
      memo: { input },
      staticSummary: note,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: SCHEDULE_CATCH_UP_MS_MAX,
    },
    state: { note },
  };
}
