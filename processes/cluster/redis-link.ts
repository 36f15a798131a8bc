import { readFileSync } from 'node:fs';
import { RedisLink } from '../../adapters/cluster/redis.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import { need } from './stores.ts';

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
