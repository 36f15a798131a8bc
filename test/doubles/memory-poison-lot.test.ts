import { poisonLotContract } from '../contracts/poison-lot.contract.ts';
import { createMemoryPoisonLot } from './memory-poison-lot.ts';

poisonLotContract('the poison lot in memory', (recordsMax) => {
  const lot = createMemoryPoisonLot(recordsMax);
  return Promise.resolve({ lot, reopen: () => lot, close: () => Promise.resolve() });
});
