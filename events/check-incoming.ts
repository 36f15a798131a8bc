import { RepriseError } from './error.ts';
import { idFault } from './id.ts';
import type { IncomingEvent, IncomingItem } from './incoming.ts';

/** What incoming events are held against. */
export interface IncomingRules {
  /** The names of the interaction types. */
  readonly types: ReadonlySet<string>;
  /** The latest event time that is let in, Unix milliseconds. */
  readonly timeMsMax: number;
}

/** Checks what a batch of events means; throws INVALID at the first fault, naming index, field and remedy. */
export function checkEvents(events: readonly IncomingEvent[], rules: IncomingRules): void {
  events.forEach((event, index) => {
    if (event.id !== undefined) checkId('event', index, 'id', event.id);
    if (!rules.types.has(event.type)) {
      const known = [...rules.types].join(', ');
      throw refusal('event', index, 'type', `is unknown; use one of ${known}`);
    }
    checkId('event', index, 'user', event.user);
    checkId('event', index, 'item', event.item);
    if (event.value !== undefined && !Number.isFinite(event.value)) {
      throw refusal('event', index, 'value', 'is not a finite number; leave it out or send one');
    }
    checkTime('event', index, event.time, rules.timeMsMax);
  });
}

/** Checks what a batch of items means; throws INVALID at the first fault, naming index, field and remedy. */
export function checkItems(items: readonly IncomingItem[], timeMsMax: number): void {
  items.forEach((item, index) => {
    if (item.id !== undefined) checkId('item', index, 'id', item.id);
    checkId('item', index, 'item', item.item);
    checkTime('item', index, item.time, timeMsMax);
  });
}

function checkId(what: string, index: number, field: string, id: string): void {
  const fault = idFault(id);
  if (fault !== undefined) throw refusal(what, index, field, fault);
}

function checkTime(what: string, index: number, time: number | undefined, max: number): void {
  if (time === undefined) return;
  if (!Number.isFinite(time) || time < 0) {
    throw refusal(what, index, 'time', 'is no time; send Unix milliseconds from 0 on');
  }
  if (time > max) {
    throw refusal(
      what,
      index,
      'time',
      `is too far ahead; send at most ${new Date(max).toISOString()}`,
    );
  }
}

function refusal(what: string, index: number, field: string, fault: string): RepriseError {
  return new RepriseError('INVALID', `${what} ${String(index)}: ${field} ${fault}`, {
    index,
    field,
  });
}
