import type { ScheduleName } from '../../api/schema/schedules.ts';
import { WORKFLOW_TYPES } from '../../workflows/messages.ts';
import type { Config } from '../config.ts';

/** A schedule as the configuration wants it. */
export interface WantedSchedule {
  readonly name: ScheduleName;
  /** `off`, a span, or five fields of cron in UTC. */
  readonly when: string;
  /** The variable that says so. */
  readonly variable: string;
  /** The workflow that it starts, and with what. */
  readonly workflow: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What it is, as a sentence for the Temporal UI. */
  readonly note: string;
}

/** What of the configuration decides about schedules. */
export type ScheduleConfig = Pick<
  Config,
  | 'scheduleVerify'
  | 'scheduleTrain'
  | 'scheduleIndex'
  | 'schedulePromote'
  | 'promoteMetric'
  | 'promoteEventsMin'
>;

/** Every schedule that there is, those that are off as well. */
export function wantedSchedules(config: ScheduleConfig): readonly WantedSchedule[] {
  const { promoteMetric: metric, promoteEventsMin: eventsMin } = config;
  return [
    {
      ...{ name: 'verify', when: config.scheduleVerify, variable: 'REPRISE_SCHEDULE_VERIFY' },
      ...{ workflow: WORKFLOW_TYPES.verifyReplay, input: { full: true } },
      note: 'Proves that what is served, and every kept checkpoint, is what a clean replay gives.',
    },
    {
      ...{ name: 'train', when: config.scheduleTrain, variable: 'REPRISE_SCHEDULE_TRAIN' },
      ...{ workflow: WORKFLOW_TYPES.scheduledRun, input: { kind: 'training' } },
      note: 'Trains the next version, which becomes live where it is not worse.',
    },
    {
      ...{ name: 'index', when: config.scheduleIndex, variable: 'REPRISE_SCHEDULE_INDEX' },
      ...{ workflow: WORKFLOW_TYPES.scheduledRun, input: { kind: 'index' } },
      note: 'Builds an index release of the live version.',
    },
    {
      ...{ name: 'promote', when: config.schedulePromote, variable: 'REPRISE_SCHEDULE_PROMOTE' },
      ...{ workflow: WORKFLOW_TYPES.promoteShadow, input: { metric, eventsMin } },
      note: `Makes the shadow live where its ${metric} is shown to be higher on ${String(eventsMin)} events or more.`,
    },
  ];
}
