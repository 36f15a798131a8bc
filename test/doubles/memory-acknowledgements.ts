import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';

/** A feed in memory: whoever listens hears at once. */
export function createMemoryAcknowledgements(): AcknowledgementFeed {
  const listeners = new Set<(acknowledgement: Acknowledgement) => void>();
  return {
    async publish(acknowledgement) {
      for (const listener of listeners) listener(acknowledgement);
      return Promise.resolve();
    },
    async subscribe(listener, signal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
      return Promise.resolve();
    },
    close() {
      listeners.clear();
      return Promise.resolve();
    },
  };
}
