import { popularStoreContract } from '../contracts/popular-store.contract.ts';
import { createMemoryPopular } from '../doubles/memory-popular.ts';
import { HALF_LIFE_MS } from './delta-world.ts';

popularStoreContract('popular items in memory', () =>
  Promise.resolve(createMemoryPopular(HALF_LIFE_MS)),
);
