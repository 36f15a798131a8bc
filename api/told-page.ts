import type { ToldEvent } from '../events/export-events.ts';
import { toCloudEvent } from '../events/told-cloud-event.ts';

/** The bytes past which a page of told events ends, whatever was asked for. */
export const toldBytesMax = 4_194_304;

/** The passages of rows of which nothing is told after which a page ends: 1,000 rows each. */
export const toldPassagesMax = 100;

/** An event of a page, as JSON and by its position. */
export interface ToldText {
  readonly position: string;
  readonly text: string;
}

/**
 * Reads the next page of what is told: `n` events at most. Of passages that follow each other in a partition the last stands
 * for all, so that neither long stretches of nothing nor their reading again take a page long.
 */
export async function readToldPage(
  events: AsyncIterable<ToldEvent>,
  n: number,
): Promise<readonly ToldText[]> {
  const page: ToldText[] = [];
  let bytes = 0;
  let passages = 0;
  let last: ToldEvent | undefined;
  for await (const event of events) {
    const told = joined(last, event);
    if (told !== event) page.pop();
    if ('passed' in event) passages += 1;
    const text = JSON.stringify(toCloudEvent(told));
    page.push({ position: told.position, text });
    last = told;
    bytes += Buffer.byteLength(text);
    if (page.length >= n || bytes >= toldBytesMax || passages >= toldPassagesMax) break;
  }
  return page;
}

/** The event, or one passage where it goes on from another one. */
function joined(last: ToldEvent | undefined, event: ToldEvent): ToldEvent {
  if (last === undefined || !('passed' in last) || !('passed' in event)) return event;
  const isSame = partitionOf(last.position) === partitionOf(event.position);
  return isSame ? { ...event, passed: last.passed + event.passed } : event;
}

function partitionOf(position: string): string {
  return position.slice(0, position.indexOf(':'));
}
