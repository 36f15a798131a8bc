import type { ClickThroughTold } from '../../activities/feedback/reactions.ts';
import type { ClickThroughAnswer } from '../../api/schema/click-through.ts';

/** Counts as the API tells them. */
export function clickThroughAnswer({
  sinceMs,
  isComplete,
  rows,
}: ClickThroughTold): ClickThroughAnswer {
  return {
    since: new Date(sinceMs).toISOString(),
    complete: isComplete,
    rows: rows.map(({ scenario, impressions, clicked, ...row }) => ({
      ...row,
      ...{ scenario: scenario === '' ? null : scenario, impressions, clicked },
      rate: impressions === 0 ? null : clicked / impressions,
    })),
  };
}
