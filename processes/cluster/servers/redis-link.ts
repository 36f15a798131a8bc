import { readFileSync } from 'node:fs';
import { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import type { ClusterConfig } from '../../config/cluster-config.ts';
import type { LinkWays } from '../frame.ts';
import { namingVariables } from '../naming-variables.ts';
import { persist } from './persisting.ts';
import { need } from '../stores.ts';

/** Reaches the cluster's Redis; keys are named for the journal's database, so that instances may share a server. */
export function openRedis(config: ClusterConfig): RedisLink {
  const { url, password, tls } = need(config.redis, 'REPRISE_REDIS_URL');
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const text = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  const [ca, cert, key] = [text(tls.caFile), text(tls.certFile), text(tls.keyFile)];
  return new RedisLink({
    url: url.reveal(),
    password: password?.reveal(),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    },
    prefix: `${database}:`,
  });
}

/**
 * Reaches the cluster's Redis and waits within the configured bound until it takes commands. One that refuses the password
 * ends the wait at once, with INVALID: a process that starts all the same would say so a thousand times and do nothing.
 */
export async function connectRedis({ config, logger, signal }: LinkWays): Promise<RedisLink> {
  const link = openRedis(config);
  try {
    const { dependencyWaitMsMax: waitMsMax } = config;
    const check = (): Promise<void> =>
      namingVariables('REPRISE_REDIS_URL and REPRISE_REDIS_PASSWORD', () => link.check());
    await persist(check, { logger, signal, waitMsMax, what: 'reach redis' });
    return link;
  } catch (error) {
    await link.close();
    throw error;
  }
}
