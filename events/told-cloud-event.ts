import type { ToldEvent } from './export-events.ts';
import { parsePosition } from './position.ts';

/** An event of the journal as a CloudEvent 1.0 in JSON. */
export interface ToldCloudEvent {
  readonly specversion: '1.0';
  /** Its position. */
  readonly id: string;
  /** Its partition. */
  readonly source: string;
  readonly type: string;
  /** The item, the version, or the position up to which nothing is told. */
  readonly subject: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  readonly position: string;
  /** The id under which it was sent. */
  readonly sentid?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What every type of event that is told begins with. */
const PREFIX = 'dev.reprise';

/** Writes a time as RFC 3339; times that no date can hold are left out. */
function timeOf(timeMs: number): { readonly time?: string } {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? {} : { time: date.toISOString() };
}

/**
 * Writes an event of the journal as a CloudEvent 1.0. Source and id are its place in the journal, which no other event of
 * the instance has; an interaction has the form in which `POST /v1/events` takes one.
 */
export function toCloudEvent(event: ToldEvent): ToldCloudEvent {
  const { position } = event;
  const partition = parsePosition(position)?.partition ?? 0;
  const attributes: Omit<ToldCloudEvent, 'type' | 'subject' | 'data'> = {
    ...{ specversion: '1.0' as const, id: position, source: `/partitions/${String(partition)}` },
    ...{ position, datacontenttype: 'application/json' as const },
    ...('time' in event && timeOf(event.time)),
  };
  if ('passed' in event) {
    const { passed } = event;
    return {
      ...{ ...attributes, type: `${PREFIX}.journal.passed`, subject: position },
      data: { passed },
    };
  }
  if ('promoted' in event) {
    const { promoted } = event;
    return {
      ...{ ...attributes, type: `${PREFIX}.model.promoted`, subject: promoted },
      data: { version: promoted },
    };
  }
  if ('published' in event) {
    const { published, metadata } = event;
    const what = metadata === null ? 'withdrawn' : 'published';
    return {
      ...{ ...attributes, type: `${PREFIX}.item.${what}`, subject: published },
      data: { item: published, metadata },
    };
  }
  const { id, type, user, item, value, context } = event;
  return {
    ...{ ...attributes, type: `${PREFIX}.interaction.${type}`, subject: item, sentid: id },
    data: {
      ...{ user, item },
      ...(value !== undefined && { value }),
      ...(context !== undefined && { context }),
    },
  };
}
