import { createMemoryBroker } from '../doubles/memory-transport.ts';
import { transportContract } from '../contracts/transport.contract.ts';

transportContract('the transport in memory', (partitions) => {
  const broker = createMemoryBroker(partitions);
  return Promise.resolve({
    ...broker,
    put: (partition: number, value: Uint8Array) => Promise.resolve(broker.put(partition, value)),
    createMortal() {
      const consumer = broker.createConsumer();
      return { consumer, kill: () => consumer.close() };
    },
    close: () => broker.transport.close(),
  });
});
