import { RepriseError } from './error.ts';
import { idFault } from './id.ts';
import type { IncomingEvent, IncomingItem } from './incoming.ts';

/** What incoming events are held against. */
export interface IncomingRules {
  /** The names of the interaction types. */
  readonly types: ReadonlySet<string>;
  /** The latest event time that is let in, Unix milliseconds. */
  readonly timeMsMax: number;
  /** Tells whether a recommendation's id was made here; where absent, an earlier check has told. */
  readonly isAnswer?: AnswerCheck | undefined;
}

/** Tells whether a recommendation's id was made by this instance and not changed since. */
export type AnswerCheck = (recommendationId: string) => boolean;

/** What is wrong with one field of an event or item. */
export interface FieldFault {
  readonly field: string;
  /** What is wrong and the remedy; it goes on from the field's name and holds nothing of the event. */
  readonly fault: string;
}

/** Says what is wrong with an event, undefined where nothing is. */
export function eventFault(event: IncomingEvent, rules: IncomingRules): FieldFault | undefined {
  const id = event.id === undefined ? undefined : idFault(event.id);
  if (id !== undefined) return { field: 'id', fault: id };
  if (!rules.types.has(event.type)) {
    const known = [...rules.types].join(', ');
    return { field: 'type', fault: `is unknown; use one of ${known}` };
  }
  const user = idFault(event.user);
  if (user !== undefined) return { field: 'user', fault: user };
  const item = idFault(event.item);
  if (item !== undefined) return { field: 'item', fault: item };
  if (event.value !== undefined && !Number.isFinite(event.value)) {
    return { field: 'value', fault: 'is not a finite number; leave it out or send one' };
  }
  const source = event.source === undefined ? undefined : idFault(event.source);
  if (source !== undefined) return { field: 'source', fault: source };
  return timeFault(event.time, rules.timeMsMax) ?? answerFault(event, rules);
}

function answerFault(
  { recommendationId }: IncomingEvent,
  { isAnswer }: IncomingRules,
): FieldFault | undefined {
  if (recommendationId === undefined || isAnswer?.(recommendationId) !== false) return undefined;
  return {
    field: 'recommendationId',
    fault:
      'was not made by this instance, or was changed since; send one as it was answered, or leave it out',
  };
}

/** Says what is wrong with an item's publication, undefined where nothing is. */
export function itemFault(item: IncomingItem, timeMsMax: number): FieldFault | undefined {
  const id = item.id === undefined ? undefined : idFault(item.id);
  if (id !== undefined) return { field: 'id', fault: id };
  const name = idFault(item.item);
  if (name !== undefined) return { field: 'item', fault: name };
  return timeFault(item.time, timeMsMax);
}

/** Checks what a batch of events means; throws INVALID at the first fault, naming index, field and remedy. */
export function checkEvents(events: readonly IncomingEvent[], rules: IncomingRules): void {
  events.forEach((event, index) => {
    const found = eventFault(event, rules);
    if (found !== undefined) throw refusal('event', index, found);
  });
}

/** Checks what a batch of items means; throws INVALID at the first fault, naming index, field and remedy. */
export function checkItems(items: readonly IncomingItem[], timeMsMax: number): void {
  items.forEach((item, index) => {
    const found = itemFault(item, timeMsMax);
    if (found !== undefined) throw refusal('item', index, found);
  });
}

function timeFault(time: number | undefined, max: number): FieldFault | undefined {
  if (time === undefined) return undefined;
  if (!Number.isFinite(time) || time < 0) {
    return { field: 'time', fault: 'is no time; send Unix milliseconds from 0 on' };
  }
  if (time <= max) return undefined;
  return {
    field: 'time',
    fault: `is too far ahead; send at most ${new Date(max).toISOString()}`,
  };
}

function refusal(what: string, index: number, { field, fault }: FieldFault): RepriseError {
  return new RepriseError('INVALID', `${what} ${String(index)}: ${field} ${fault}`, {
    index,
    field,
  });
}
