import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { PolicyOutcome } from '../activities/versions/scheduling.ts';
import { quickBackfill } from './activity-proxies.ts';
import { MODEL_VERSION, STAGE } from './messages.ts';
import type { PromoteShadowInput } from './messages.ts';

/** Makes the shadow live where it is shown to be better than the live version on enough events; else it says why not. */
export async function promoteShadow(input: PromoteShadowInput): Promise<PolicyOutcome> {
  const { metric, eventsMin } = input;
  upsertSearchAttributes([{ key: STAGE, value: 'comparing' }]);
  const outcome = await quickBackfill(
    `Makes the shadow live where ${metric} is shown to be higher on ${String(eventsMin)} events or more`,
  ).promoteIfBetter(input);
  const { promoted, version, why } = outcome;
  upsertSearchAttributes([
    ...(version === null ? [] : [{ key: MODEL_VERSION, value: version }]),
    { key: STAGE, value: promoted ? 'promoted' : 'kept' },
  ]);
  setCurrentDetails(why);
  return outcome;
}
