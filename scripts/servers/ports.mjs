import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { StepError } from '../setup/run.mjs';

/**
 * Ports are drawn from below the range that systems hand out to outgoing connections: a client that tries
 * again and again while its server is down could otherwise be given the server's own port.
 */
const lowest = 20_000;
const highest = 30_000;
const drawsMax = 200;

/** Tells whether a port of the loopback is free now. */
export async function isFree(port) {
  const probe = createServer();
  try {
    const listening = once(probe, 'listening');
    probe.listen({ host: '127.0.0.1', port, exclusive: true });
    await listening;
    return true;
  } catch {
    return false;
  } finally {
    if (probe.listening) {
      const closed = once(probe, 'close');
      probe.close();
      await closed;
    }
  }
}

/**
 * Chooses a port for each name: the one asked for, which must be free; else the one it had, where that is
 * free; else a free one. `taken` are ports that were chosen for others and aren't listened on yet.
 */
export async function choosePorts({ names, asked = {}, before = {}, mustKeep = false, taken }) {
  const ports = {};
  for (const name of names) {
    const fixed = asked[name] ?? (mustKeep ? before[name] : undefined);
    if (fixed !== undefined && !(await isFree(fixed))) {
      throw new StepError(`port ${fixed} is taken`, {
        remedy: `end what listens there, or ask for another: scripts/stack up --${name}-port N`,
      });
    }
    ports[name] = fixed ?? (await freePort(before[name], taken));
    taken.add(ports[name]);
  }
  return ports;
}

async function freePort(before, taken) {
  if (before !== undefined && (await isFree(before))) return before;
  for (let draws = 0; draws < drawsMax; draws += 1) {
    const port = randomInt(lowest, highest);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new StepError(`no free port between ${lowest} and ${highest} was found`, {
    remedy: 'end what listens there, or ask for ports: scripts/stack --help',
  });
}
