import { RepriseError } from '../events/error.ts';
import { formatPosition } from '../events/position.ts';
import type { Position, Sequence } from '../events/position.ts';
import type { Schedule } from '../events/schedule.ts';

interface Waiter {
  readonly sequence: Sequence;
  readonly wake: () => void;
}

/** Answers that wait until a partition's projections have a position, within a bound and a time. */
export class PositionWaiters {
  readonly #waiting: Set<Waiter>[];
  readonly #schedule: Schedule;
  readonly #waitersMax: number;
  #count = 0;

  constructor(partitions: number, waitersMax: number, schedule: Schedule) {
    this.#waiting = Array.from({ length: partitions }, () => new Set());
    this.#waitersMax = waitersMax;
    this.#schedule = schedule;
  }

  /** Wakes what waited for a sequence that a partition has reached. */
  reached(partition: number, sequence: Sequence): void {
    const waiting = this.#waiting[partition];
    if (waiting === undefined || waiting.size === 0) return;
    for (const waiter of [...waiting]) if (waiter.sequence <= sequence) waiter.wake();
  }

  /** Resolves when the position is reached; rejects with TIMEOUT after `waitMsMax`, UNAVAILABLE where too many wait. */
  wait(position: Position, waitMsMax: number): Promise<void> {
    const waiting = this.#waiting[position.partition];
    if (waiting === undefined) {
      return Promise.reject(
        new RepriseError(
          'INVALID',
          `after names partition ${position.partition}, but the last one is ${this.#waiting.length - 1}`,
          { field: 'after' },
        ),
      );
    }
    if (this.#count >= this.#waitersMax) {
      return Promise.reject(
        new RepriseError('UNAVAILABLE', 'too many answers wait for positions: try again'),
      );
    }
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        callOff();
        waiting.delete(waiter);
        this.#count -= 1;
        end();
      };
      const waiter = { sequence: position.sequence, wake: () => settle(resolve) };
      const callOff = this.#schedule(waitMsMax, () =>
        settle(() => reject(timeOut(position, waitMsMax))),
      );
      waiting.add(waiter);
      this.#count += 1;
    });
  }
}

function timeOut(position: Position, waitMsMax: number): RepriseError {
  const at = formatPosition(position);
  return new RepriseError(
    'TIMEOUT',
    `the projections did not reach ${at} within ${waitMsMax} ms: try again, or check that the position exists`,
    { field: 'after', position: at },
  );
}
