import { RepriseError } from '../error.ts';
import type { Fact } from '../fact.ts';

/** The fields of a stored fact that have no column of their own. */
export type Payload = Readonly<Record<string, unknown>>;

/** Lifts a payload from one version to the next. */
export type Upcaster = (payload: Payload) => Payload;

/** The kinds of fact that carry a payload. */
export type PayloadKind = Exclude<Fact['kind'], 'InteractionRecorded'>;

/**
 * The upcasters of every kind: the one at index i lifts version i + 1 to i + 2, so a kind's current version is one
 * more than it has upcasters. Append only: a payload that was ever written must be readable for ever.
 */
export type Upcasters = Readonly<Record<PayloadKind, readonly Upcaster[]>>;

/** The upcasters in force. */
export const UPCASTERS: Upcasters = {
  ItemPublished: [],
  UserErased: [],
  ModelPromoted: [],
  IndexReleased: [],
  BarrierSet: [],
  ShadowAssigned: [],
  QuarantineSet: [],
  QuarantineLifted: [],
  EventRedacted: [],
};

/** The version that payloads of a kind are written in. */
export function payloadVersion(kind: PayloadKind, upcasters: Upcasters = UPCASTERS): number {
  return upcasters[kind].length + 1;
}

/** Lifts a payload of any older version to the current one; refuses a version that is not known yet. */
export function upcast(
  kind: PayloadKind,
  version: number,
  payload: Payload,
  upcasters: Upcasters = UPCASTERS,
): Payload {
  const current = payloadVersion(kind, upcasters);
  if (version < 1 || version > current) {
    throw new RepriseError(
      'INVALID',
      `a ${kind} was written in version ${String(version)} and this Reprise knows up to ${String(current)}: ` +
        'start a newer Reprise on this data folder',
      { kind, version, current },
    );
  }
  return upcasters[kind].slice(version - 1).reduce((lifted, step) => step(lifted), payload);
}
