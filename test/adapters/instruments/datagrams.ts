import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A place that hears datagrams. */
export interface Datagrams {
  readonly port: number;
  /** The lines of what was heard so far. */
  readonly lines: readonly string[];
  /** Resolves when a line is heard that begins so; waits for it as long as the test may take. */
  heard(start: string): Promise<string>;
  close(): void;
}

/** Hears datagrams on a free port of the loopback. */
export async function hearDatagrams(): Promise<Datagrams> {
  const socket = createSocket('udp4');
  const lines: string[] = [];
  socket.on('message', (message) => lines.push(...message.toString().split('\n')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    lines,
    async heard(start) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(start));
        if (found !== undefined) return found;
        await sleep(20);
      }
    },
    close: () => void socket.close(),
  };
}
