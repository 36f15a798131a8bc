import type { KernelFunctions } from './functions.ts';
import { TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';

/** Binds the copying of listed rows to a memory. */
export function createPlainRows(
  memory: PlainMemory,
): Pick<KernelFunctions, 'gatherRows' | 'placeRows'> {
  return {
    gatherRows(table, rows, count, out) {
      const dimensions = memory.field(table, TABLE.dimensions);
      for (let index = 0; index < count; index++) {
        const from = memory.vector(table, memory.field(rows, index)) >>> 2;
        memory.floats.copyWithin((out >>> 2) + index * dimensions, from, from + dimensions);
      }
    },
    placeRows(table, rows, count, vectors, biases) {
      const dimensions = memory.field(table, TABLE.dimensions);
      for (let index = 0; index < count; index++) {
        const row = memory.field(rows, index);
        const from = (vectors >>> 2) + index * dimensions;
        memory.floats.copyWithin(memory.vector(table, row) >>> 2, from, from + dimensions);
        const bias = memory.biasAddress(table, row);
        if (bias !== 0) memory.setFloat(bias, memory.float(biases + index * 4));
      }
    },
  };
}
