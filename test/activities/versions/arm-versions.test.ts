import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ArmVersions } from '../../../activities/versions/arm-versions.ts';
import type { ArmVersionsDeps } from '../../../activities/versions/arm-versions.ts';
import { hasCode } from '../../../events/error.ts';
import type { ErrorCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { armLagEventsMax } from '../../../projections/arm-presence.ts';

interface Stand {
  readonly known?: 'not' | 'retired';
  readonly building?: boolean;
  readonly positions?: readonly number[];
  /** The version that each partition is answered by. */
  readonly live?: readonly string[];
}

const HEAD = 5_000;
const FIELD = 'arms[1].version';

function versionsOf({ known, building = false, positions, live = ['v1', 'v1'] }: Stand) {
  const registered = { retired: known === 'retired' } as Awaited<
    ReturnType<ArmVersionsDeps['registry']['get']>
  >;
  return new ArmVersions({
    registry: { get: () => Promise.resolve(known === 'not' ? undefined : registered) },
    shadows: { building: building ? ['v2'] : [], positions: () => positions?.map(sequence) },
    live: {
      partitions: live.length,
      partition: (partition) => ({ version: live[partition] ?? '' }),
      position: () => sequence(HEAD),
    },
  });
}

describe('the version of an arm', () => {
  it('may be the live one, and one that follows it', async () => {
    await versionsOf({}).refuseAway('v1', FIELD);
    const positions = [HEAD, HEAD - armLagEventsMax];
    await versionsOf({ positions }).refuseAway('v2', FIELD);
  });

  const refused: readonly [string, Stand, ErrorCode, RegExp][] = [
    ['is unknown', { known: 'not' }, 'INVALID', /no model version.*bin\/reprise models/],
    ['is not held', {}, 'INVALID', /not held.*backfill --model v2/],
    ['is retired', { known: 'retired' }, 'INVALID', /erased, so name another/],
    ['is built', { building: true, positions: [0, 0] }, 'CONFLICT', /being built/],
    ['lags', { positions: [HEAD, HEAD - armLagEventsMax - 1] }, 'CONFLICT', /1001 events behind/],
    ['is promoted', { positions: [HEAD, HEAD], live: ['v1', 'v2'] }, 'CONFLICT', /under way/],
  ];
  for (const [words, stand, code, why] of refused) {
    it(`is refused where it ${words}, by its field`, async () => {
      await assert.rejects(versionsOf(stand).refuseAway('v2', FIELD), (error) => {
        assert.ok(hasCode(error, code) && error instanceof Error);
        assert.match(error.message, why);
        assert.equal(error.fields['field'], FIELD);
        return true;
      });
    });
  }
});
