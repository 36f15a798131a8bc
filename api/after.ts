import { parsePosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { parseOffset } from '../events/transport.ts';
import type { ApiDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';

const NONE: readonly Position[] = Object.freeze([]);

/**
 * Turns the checked texts of `after` into positions. What a transport still carries is waited for; where there is no
 * transport, an offset is refused with a 400.
 */
export async function readAfter(
  { offsets }: Pick<ApiDeps, 'offsets'>,
  texts: readonly string[],
): Promise<readonly Position[]> {
  if (texts.length === 0) return NONE;
  const named = texts.flatMap((text) => parsePosition(text) ?? []);
  const pending = texts.flatMap((text) => parseOffset(text) ?? []);
  const [first] = texts.filter((text) => text.includes('@'));
  if (first === undefined) return named;
  if (offsets === undefined) {
    const reason = `names ${first}, an offset of the cluster profile: pass positions such as 0:1234`;
    throw new HttpProblem('MALFORMED', `after ${reason}`, {
      errors: [{ field: 'after', reason }],
    });
  }
  return [...named, ...(await offsets.positions(pending))];
}
