import type { Tensor } from '../checkpoint.ts';
import { sha256Hex } from '../sha256.ts';
import { StateHasher } from '../state-hash.ts';

/** The whole state of a learner, as a checkpoint holds it: tensors by name. */
export type LearnerState = Readonly<Record<string, Tensor>>;

/** What can be put away and taken up again: what was restored goes on as what was captured would have. */
export interface Capturable {
  /** The whole state, in arrays of its own. */
  capture(): LearnerState;
  /** Takes over a captured state; throws a RangeError where it does not fit the settings. */
  restore(state: LearnerState): void;
}

/** Puts a state's tensors under a prefix, so that several states make one. */
export function prefixed(prefix: string, state: LearnerState): LearnerState {
  return Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [`${prefix}.${name}`, tensor]),
  );
}

/** The tensors under a prefix, without it. */
export function unprefixed(prefix: string, state: LearnerState): LearnerState {
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
  );
}

/** The tensor of a name, of one element type. */
export function tensorOf<T extends Tensor['data']>(
  state: LearnerState,
  name: string,
  type: new (length: number) => T,
): T {
  const data = state[name]?.data;
  if (!(data instanceof type)) {
    throw new RangeError(`tensor ${name} is missing, or of another type: take a whole state`);
  }
  return data;
}

/** A tensor of rows. */
export function rowsTensor(data: Tensor['data'], width = 1): Tensor {
  return { shape: width === 1 ? [data.length] : [data.length / width, width], data };
}

/** The SHA-256 of a state: of every tensor's name, shape and bytes, in the order of names. */
export function learnerStateHash(state: LearnerState): string {
  const hasher = new StateHasher('reprise stream learner 1');
  for (const name of Object.keys(state).sort()) {
    const { shape, data } = state[name] as Tensor;
    hasher.text(name);
    for (const length of shape) hasher.whole(length);
    hasher.text(sha256Hex(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  }
  return hasher.hex();
}
