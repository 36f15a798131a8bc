/** The number of a partition, dense from 0. */
export type Partition = number;

/** The place of an event in its partition, dense from 0; {@link ORIGIN} stands before the first. */
export type Sequence = number & { readonly brand: 'Sequence' };

/** Names one event: its partition and its sequence there. Written `"0:1234"`. */
export interface Position {
  readonly partition: Partition;
  readonly sequence: Sequence;
}

/** The range `(from, to]` of one partition: what a reader that stood at `from` consumed to stand at `to`. */
export interface SequenceRange {
  readonly from: Sequence;
  readonly to: Sequence;
}

/** The sequence of a reader that has consumed nothing. */
export const ORIGIN = -1 as Sequence;

/** Brands a whole number from −1 on as a sequence; throws a RangeError on anything else. */
export function sequence(value: number): Sequence {
  if (!Number.isSafeInteger(value) || value < -1) {
    throw new RangeError(`a sequence is a whole number from -1 on, not ${String(value)}`);
  }
  return value as Sequence;
}

/** Writes a position as `"partition:sequence"`. */
export function formatPosition(position: Position): string {
  return `${String(position.partition)}:${String(position.sequence)}`;
}

/** Reads `"partition:sequence"`; returns undefined where the text is not of that form. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(\d{1,5}):(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  return { partition: Number(match[1]), sequence: sequence(Number(match[2])) };
}

/** Advances a reader's sequence over a range that starts exactly there; refuses a gap or an overlap. */
export function advance(current: Sequence, range: SequenceRange): Sequence {
  if (range.from !== current || range.to < range.from) {
    throw new RangeError(
      `the range (${String(range.from)}, ${String(range.to)}] does not fit a reader at ${String(current)}`,
    );
  }
  return range.to;
}

/** The last of the positions of each partition; what is none is passed over. */
export function furthestOf(texts: readonly string[]): readonly Position[] {
  const furthest = new Map<Partition, Position>();
  for (const text of texts) {
    const position = parsePosition(text);
    if (position === undefined) continue;
    const known = furthest.get(position.partition);
    if (known === undefined || known.sequence < position.sequence) {
      furthest.set(position.partition, position);
    }
  }
  return [...furthest.values()];
}
