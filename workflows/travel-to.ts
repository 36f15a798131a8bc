import { setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { travelling } from './activity-proxies.ts';
import { MODEL_VERSION, POSITION, progressQuery, STAGE } from './messages.ts';
import type { Progress, TravelToInput, TravelToResult } from './messages.ts';

/** Brings a state of the past into memory by replay, so that answers as of then come at once. */
export async function travelTo(input: TravelToInput): Promise<TravelToResult> {
  const { positions, version } = input;
  const where = positions.join(', ');
  let progress: Progress = { stage: 'travelling', done: 0, total: 1 };
  setHandler(progressQuery, () => progress);
  upsertSearchAttributes([
    { key: POSITION, value: positions[0] ?? '' },
    { key: STAGE, value: progress.stage },
  ]);
  setCurrentDetails(`On the way to **${where}**.`);
  const reached = await travelling(
    `Replays from the nearest copy before ${where}, beside what serves, and keeps the state for answers as of then`,
  ).reachPast(version === undefined ? { positions } : { positions, version });
  progress = { stage: 'arrived', done: 1, total: 1 };
  upsertSearchAttributes([
    { key: MODEL_VERSION, value: reached.version },
    { key: STAGE, value: progress.stage },
  ]);
  setCurrentDetails(`Model **${reached.version}** at **${reached.positions.join(', ')}**.`);
  return reached;
}
