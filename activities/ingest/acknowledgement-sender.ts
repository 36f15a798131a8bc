import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';
import type { Partition } from '../../events/position.ts';
import type { Logger } from '../logger.ts';

/** What became of one message. */
export interface HandledMessage {
  readonly offset: number;
  /** −1 for one that was parked. */
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** Acknowledgements on their way at a time; past it they are left out, and the API answers `pending`. */
export const acknowledgementsInFlightMax = 64;

/** Puts what became of messages into acknowledgements: one for each run of consecutive offsets. */
export function acknowledgementsOf(
  partition: Partition,
  handled: readonly HandledMessage[],
): readonly Acknowledgement[] {
  const runs: HandledMessage[][] = [];
  for (const message of handled) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run !== undefined && before?.offset === message.offset - 1) run.push(message);
    else runs.push([message]);
  }
  return runs.map((run) => ({
    partition,
    from: run[0]?.offset ?? 0,
    sequences: run.map(({ sequence }) => sequence),
    duplicates: run.map(({ duplicate }) => duplicate),
  }));
}

/** Publishes acknowledgements without making the ingest wait: the journal counts, the feed may lose some. */
export class AcknowledgementSender {
  readonly #feed: Pick<AcknowledgementFeed, 'publish'>;
  readonly #logger: Logger;
  #inFlight = 0;

  constructor(feed: Pick<AcknowledgementFeed, 'publish'>, logger: Logger) {
    this.#feed = feed;
    this.#logger = logger;
  }

  /** Sends one acknowledgement; says in the log what is left out or fails. */
  send(acknowledgement: Acknowledgement): void {
    const { partition, from } = acknowledgement;
    if (this.#inFlight >= acknowledgementsInFlightMax) {
      this.#logger.warn({ partition, from }, 'an acknowledgement was left out: the feed is slow');
      return;
    }
    this.#inFlight += 1;
    this.#feed
      .publish(acknowledgement)
      .catch((error: unknown) => {
        this.#logger.warn({ partition, from, err: error }, 'an acknowledgement was not published');
      })
      .finally(() => {
        this.#inFlight -= 1;
      });
  }
}
