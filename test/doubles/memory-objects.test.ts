import { objectStoreContract } from '../contracts/object-store.contract.ts';
import { MemoryObjects } from './memory-objects.ts';

objectStoreContract('the double in memory', () => {
  const store = new MemoryObjects();
  return Promise.resolve({
    store,
    other: store,
    overwrite: async (name, content) => {
      await Promise.resolve();
      store.overwrite(name, content);
    },
    close: () => store.close(),
  });
});
