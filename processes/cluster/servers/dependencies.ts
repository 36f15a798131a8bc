import { resolveSrv } from 'node:dns/promises';
import type {
  ClusterConfig,
  FilesConfig,
  KafkaConfig,
  MongoConfig,
  RedisConfig,
  TemporalConfig,
} from '../../config/cluster-config.ts';
import type { ConfigPart } from '../../config/cluster-process.ts';
import { PARTS_NEEDED } from '../../config/cluster-process.ts';
import { withoutCredentials } from '../../config/secret.ts';
import type { Dependency } from './dependency.ts';
import { reachAny, reachFolder } from './reachable.ts';

/**
 * Lists what a process depends on by what its configuration names, each reached as the network sees it: a connection
 * taken, by TLS where that is spoken, a folder that may be written. Whoever has a driver puts its own `connect` in place of that.
 */
export function dependenciesOf(config: ClusterConfig): readonly Dependency[] {
  const made: Readonly<Record<ConfigPart, Dependency | undefined>> = {
    kafka: config.kafka && kafka(config.kafka),
    mongo: config.mongo && mongo(config.mongo),
    redis: config.redis && redis(config.redis),
    temporal: config.temporal && temporal(config.temporal),
    files: config.files && files(config.files),
    signing: undefined,
  };
  return PARTS_NEEDED[config.process].flatMap((part) => made[part] ?? []);
}

function kafka({ brokers, tls }: KafkaConfig): Dependency {
  const way = tls && {
    ...{ name: 'kafka', files: tls },
    ...{ variables: 'REPRISE_KAFKA_TLS', nameVariable: 'REPRISE_KAFKA_BROKERS' },
  };
  return {
    name: 'kafka',
    where: brokers.join(','),
    remedy: 'start the broker, or check REPRISE_KAFKA_BROKERS and its TLS and SASL settings',
    connect: (signal) => reachAny(brokers, signal, way),
  };
}

function mongo({ url, tls }: MongoConfig): Dependency {
  const { caFile, certKeyFile } = tls;
  const way = isMongoTls(url.reveal(), (caFile ?? certKeyFile) !== undefined)
    ? {
        ...{ name: 'mongodb', files: { caFile, certFile: certKeyFile, keyFile: certKeyFile } },
        ...{ variables: 'REPRISE_MONGO_TLS', nameVariable: 'REPRISE_MONGO_URL' },
      }
    : undefined;
  const where = withoutCredentials(url.reveal());
  return {
    name: 'mongodb',
    where: where.replace(/^.*:\/\//, ''),
    remedy: 'start mongod, or check REPRISE_MONGO_URL',
    connect: async (signal) => reachAny(await hostsOf(where), signal, way),
  };
}

function redis({ url, tls }: RedisConfig): Dependency {
  const way = url.reveal().startsWith('rediss:')
    ? {
        ...{ name: 'redis', files: tls },
        ...{ variables: 'REPRISE_REDIS_TLS', nameVariable: 'REPRISE_REDIS_URL' },
      }
    : undefined;
  const where = withPort(withoutCredentials(url.reveal()).replace(/^.*:\/\//, ''), 6379);
  return {
    name: 'redis',
    where,
    remedy: 'start redis-server, or check REPRISE_REDIS_URL',
    connect: (signal) => reachAny([where], signal, way),
  };
}

function temporal({ address, tls }: TemporalConfig): Dependency {
  const way = tls && {
    ...{ name: 'temporal', files: tls, serverName: tls.serverName },
    // The protocol of gRPC: its servers end a connection that does not offer it.
    protocols: ['h2'],
    ...{ variables: 'REPRISE_TEMPORAL_TLS', nameVariable: 'REPRISE_TEMPORAL_TLS_SERVER_NAME' },
  };
  return {
    name: 'temporal',
    where: address,
    remedy: "start Temporal's server, or check REPRISE_TEMPORAL_ADDRESS",
    connect: (signal) => reachAny([address], signal, way),
  };
}

function files(config: FilesConfig): Dependency {
  if (config.kind === 'folder') {
    return {
      name: 'shared folder',
      where: config.folder,
      remedy: 'mount the volume for this user, or check REPRISE_SHARED_FOLDER',
      connect: () => reachFolder(config.folder),
    };
  }
  const { bucket, region, endpoint = `https://s3.${region}.amazonaws.com` } = config;
  const { protocol, hostname, port } = new URL(endpoint);
  const host = withPort(port === '' ? hostname : `${hostname}:${port}`, defaultPort(protocol));
  return {
    name: 'object storage',
    where: `${host}/${bucket}`,
    remedy: 'start it, or check REPRISE_S3_ENDPOINT',
    connect: (signal) => reachAny([host], signal),
  };
}

function defaultPort(protocol: string): number {
  return protocol === 'http:' ? 80 : 443;
}

/**
 * Tells whether TLS is spoken in a way that is known here: an address with options of TLS beyond on or off is left to the
 * driver, which knows them all.
 */
function isMongoTls(url: string, isWithFiles: boolean): boolean {
  const options = new URLSearchParams(url.split('?')[1] ?? '');
  const names = [...options.keys()].map((name) => name.toLowerCase());
  if (names.some((name) => /^(tls|ssl)./.test(name))) return false;
  const [said] = [...options].flatMap(([name, value]) =>
    /^(tls|ssl)$/i.test(name) ? [value] : [],
  );
  return isWithFiles || (said === undefined ? url.startsWith('mongodb+srv:') : said === 'true');
}

/** The servers of a MongoDB address; those of `mongodb+srv://` stand in the name service. */
async function hostsOf(address: string): Promise<readonly string[]> {
  const [scheme = '', hosts = ''] = address.split('://');
  if (scheme === 'mongodb+srv') {
    const found = await resolveSrv(`_mongodb._tcp.${hosts}`);
    return found.map(({ name, port }) => `${name}:${String(port)}`);
  }
  return hosts.split(',').map((host) => withPort(host, 27_017));
}

function withPort(host: string, port: number): string {
  return /:\d+$/.test(host) ? host : `${host}:${String(port)}`;
}
