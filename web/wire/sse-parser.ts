/** An event as a server sent it. */
export interface SentMessage {
  readonly event: string;
  readonly data: string;
}

/** Characters of one event past which a stream is given up: no event of ours is as long. */
export const messageCharsMax = 4_194_304;

/** Reads server-sent events from text that comes in pieces; comments and retries are passed over. */
export class SseParser {
  #rest = '';

  /** Takes the next piece and gives the events that it completes. */
  push(piece: string): readonly SentMessage[] {
    const blocks = (this.#rest + piece).split(/\r?\n\r?\n/);
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > messageCharsMax) throw new RangeError('an event does not end');
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): SentMessage | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = line.slice(0, colon);
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') };
}
