import { StepError } from '../setup/run.mjs';
import { graphite } from './graphite.mjs';
import { kafka } from './kafka.mjs';
import { mongo } from './mongo.mjs';
import { prometheus } from './prometheus.mjs';
import { redis } from './redis.mjs';
import { s3 } from './s3.mjs';
import { temporal } from './temporal.mjs';

/** Every server that a stack can have, in the order in which they are named. */
export const servers = [kafka, mongo, redis, temporal, s3, prometheus, graphite];

/** What `up` brings up where nothing is named. */
export const usualNames = ['kafka', 'mongo', 'redis', 'temporal'];

/** Finds a server by its name. */
export function serverOf(name) {
  const found = servers.find((server) => server.name === name);
  if (found !== undefined) return found;
  throw new StepError(`there is no server called ${name}`, {
    remedy: `name one of ${servers.map((server) => server.name).join(', ')}`,
  });
}

/** Lists the lines of the environment in which our processes find these servers. */
export function envLines(records) {
  return servers
    .flatMap((server) => {
      const record = records.find(({ name }) => name === server.name);
      return record === undefined ? [] : Object.entries(server.env(record.ports));
    })
    .map(([name, value]) => `${name}=${value}`);
}
