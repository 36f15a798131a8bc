import type { KernelFunctions } from './functions.ts';
import { CANDIDATES } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';

/** Brings cosines and logarithms to a size that one rate of learning fits. */
const COSINE_SCALE = 50;
const LOG_SCALE = 0.35;
const LINEAR_SCALE = 2;
const LINEAR_MAX = 3;
/** A weight below 2 to the minus this counts as none. */
const FLOOR_LOG = 3.5;
/** Where the two ages are half of what they can be. */
const AGE_HALF_EVENTS = 1_000;
const IDLE_HALF_HOURS = 24;
const MS_PER_HOUR = 3_600_000;
/** Popularity's speeds, and the two ages. */
const SPEEDS = 6;
const KNOWN = SPEEDS + 2;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The logarithm to the base 2 of a number from 2^−126 on, within a hundredth, by additions and products alone: the same
 * bits on every machine. It rises steadily, and is exact at powers of two.
 */
export function nearLog2(x: number): number {
  float[0] = x;
  const word = bits[0] as number;
  const exponent = (word >>> 23) - 127;
  bits[0] = (word & 0x7fffff) | 0x3f800000;
  const rest = float[0];
  // A parabola through 0 at 1 and 1 at 2, with slopes in the ratio of the logarithm's own.
  return exponent + (2 - rest / 3) * rest - 5 / 3;
}

type Proposing = Pick<KernelFunctions, 'findWord' | 'proposeNear' | 'proposeRows'>;
type Describing = Pick<KernelFunctions, 'describeNear' | 'describePopular'>;
type FieldOf = (candidates: number, field: keyof typeof CANDIDATES) => number;

/** Binds what is done with the items that a question chooses from to a memory. */
export function createPlainCandidates(memory: PlainMemory): Proposing & Describing {
  const of: FieldOf = (candidates, field) => memory.field(candidates, CANDIDATES[field]);
  return { ...createProposing(memory, of), ...createDescribing(memory, of) };
}

function createProposing(memory: PlainMemory, of: FieldOf): Proposing {
  /** The number of an item among the candidates, which it joins where there is room; −1 where it is none. */
  function slotOf(candidates: number, row: number): number {
    const marks = of(candidates, 'marks');
    const first = of(candidates, 'first');
    const known = memory.field(marks, row) - first;
    const sizeLimit = of(candidates, 'sizeLimit');
    if (known >= 0) return known === sizeLimit ? -1 : known;
    const size = of(candidates, 'size');
    if (size === sizeLimit) return -1;
    memory.setField(marks, row, first + size);
    memory.setField(of(candidates, 'rows'), size, row);
    memory.setField(candidates, CANDIDATES.size, size + 1);
    return size;
  }

  return {
    findWord(words, count, word) {
      for (let at = 0; at < count; at++) if (memory.field(words, at) === word) return at;
      return count;
    },
    proposeRows(candidates, rows, count) {
      for (let at = 0; at < count; at++) slotOf(candidates, memory.field(rows, at));
    },
    proposeNear(candidates, partners, counts, count, norm, share) {
      const sums = of(candidates, 'sums');
      for (let at = 0; at < count; at++) {
        const slot = slotOf(candidates, memory.field(partners, at));
        if (slot < 0) continue;
        const near = memory.float(counts + at * 4) * norm;
        const sum = sums + slot * 8;
        memory.setFloat(sum, memory.float(sum) + near * share);
        memory.setFloat(sum + 4, memory.float(sum + 4) + near);
      }
    },
  };
}

function createDescribing(memory: PlainMemory, of: FieldOf): Describing {
  return {
    describeNear(candidates, norms, to) {
      const [rows, sums, size] = [
        of(candidates, 'rows'),
        of(candidates, 'sums'),
        of(candidates, 'size'),
      ];
      for (let slot = 0; slot < size; slot++) {
        const sum = sums + slot * 8;
        if (memory.float(sum + 4) === 0) continue;
        const norm = memory.double(norms + memory.field(rows, slot) * 8);
        const fading = memory.float(sum) * norm;
        const steady = memory.float(sum + 4) * norm;
        const out = of(candidates, 'features') + (slot * of(candidates, 'width') + to) * 4;
        memory.setFloat(out, nearLog2(1 + fading * COSINE_SCALE) * LOG_SCALE);
        memory.setFloat(out + 4, nearLog2(1 + steady * COSINE_SCALE) * LOG_SCALE);
        memory.setFloat(out + 8, Math.min(fading * LINEAR_SCALE, LINEAR_MAX));
      }
    },
    describePopular(candidates, known, nows, to, ageTo) {
      const [rows, size] = [of(candidates, 'rows'), of(candidates, 'size')];
      const now = (at: number): number => memory.double(nows + at * 8);
      for (let slot = 0; slot < size; slot++) {
        const item = known + memory.field(rows, slot) * KNOWN * 8;
        const out = of(candidates, 'features') + slot * of(candidates, 'width') * 4;
        for (let speed = 0; speed < SPEEDS; speed++) {
          const above = memory.double(item + speed * 8) - now(speed) + FLOOR_LOG;
          memory.setFloat(out + (to + speed) * 4, above > 0 ? above * LOG_SCALE : 0);
        }
        const age = now(SPEEDS) - memory.double(item + SPEEDS * 8);
        const idleMs = Math.max(0, now(SPEEDS + 1) - memory.double(item + (SPEEDS + 1) * 8));
        const idle = idleMs / MS_PER_HOUR;
        memory.setFloat(out + ageTo * 4, age / (age + AGE_HALF_EVENTS));
        memory.setFloat(out + (ageTo + 1) * 4, idle / (idle + IDLE_HALF_HOURS));
      }
    },
  };
}
