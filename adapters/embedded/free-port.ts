import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Finds a port of the loopback that is free now: the preferred one where there is one and it is. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer();
  try {
    const listening = once(probe, 'listening');
    probe.listen({ host: '127.0.0.1', port: preferred });
    await listening;
    return (probe.address() as AddressInfo).port;
  } catch (error) {
    if (preferred !== 0) return await freePort();
    throw error;
  } finally {
    if (probe.listening) {
      const closed = once(probe, 'close');
      probe.close();
      await closed;
    }
  }
}
