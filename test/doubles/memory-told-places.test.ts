import { toldPlacesContract } from '../contracts/told-places.contract.ts';
import { createMemoryToldPlaces } from './memory-told-places.ts';

toldPlacesContract('the told places in memory', (clock) => {
  const places = createMemoryToldPlaces(clock);
  return Promise.resolve({ places, others: places, close: () => Promise.resolve() });
});
