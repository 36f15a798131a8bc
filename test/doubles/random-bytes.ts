import { createHash } from 'node:crypto';
import type { RandomBytes } from '../../events/random.ts';

/** Bytes that follow from a seed, so that a test's run can be repeated. */
export function seededBytes(seed: number): RandomBytes {
  let draws = 0;
  return (length) => {
    const pieces: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      pieces.push(
        createHash('sha256')
          .update(`${String(seed)}:${String(draws)}`)
          .digest(),
      );
      draws += 1;
    }
    return new Uint8Array(Buffer.concat(pieces).subarray(0, length));
  };
}
