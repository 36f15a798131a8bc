import type { ErasureRecord } from '../../activities/forgetting/erasure-record.ts';
import type { ErasureAnswer } from '../../api/schema/erasures.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';

/** Tells how an erasure stands, with what proves it once it is done; it names no user. */
export function erasureAnswer(
  record: ErasureRecord,
  { url, failure }: { readonly url: string | undefined; readonly failure: string | undefined },
): ErasureAnswer {
  const { erasure, state, users, requestedMs, version, parent, origin, found } = record;
  return {
    ...{ erasureId: erasure, state, users, requestedAt: dateOf(requestedMs) },
    identitiesDestroyed: record.forgotten,
    ...(state !== 'done' && url !== undefined && { url }),
    ...(state !== 'done' && failure !== undefined && { failure }),
    ...(version !== undefined && { version }),
    ...(parent !== undefined && { parent }),
    ...(origin !== undefined && { builtFrom: origin, baseHoldsErased: false }),
    ...(found !== undefined && {
      events: found.reduce((sum, { events }) => sum + events, 0),
      firstEvents: found.flatMap(({ first }, partition) =>
        first === null ? [] : [positionOf(partition, first)],
      ),
    }),
    ...(record.from !== undefined && {
      replayedFrom: record.from.map((from, partition) => positionOf(partition, from)),
    }),
    ...manifestOf(record),
  };
}

function manifestOf({ manifest }: ErasureRecord): Partial<ErasureAnswer> {
  if (manifest === undefined) return {};
  const { finishedMs, stateHash, stateAt, promotedAt, deleted, purged, retraining } = manifest;
  return {
    ...{ finishedAt: dateOf(finishedMs), stateHash, stateAt, promotedAt, deleted },
    ...(purged !== undefined && { purged }),
    ...(retraining !== undefined && { retraining }),
  };
}

function positionOf(partition: number, at: number): string {
  return formatPosition({ partition, sequence: sequence(Math.max(at, ORIGIN)) });
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
