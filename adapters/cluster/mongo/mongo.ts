import { MongoClient } from 'mongodb';
import type { Db, MongoClientOptions } from 'mongodb';
import { addressError, connectError, repriseError } from './mongo-errors.ts';
import { MongoLink } from './mongo-link.ts';

/** Bounds of a connection to MongoDB. */
export interface MongoBounds {
  /** How long a server is looked for before an operation is UNAVAILABLE. */
  readonly serverSelectionMsMax: number;
  /** How long a server may be silent on a connection that waits for it. */
  readonly socketMsMax: number;
  /** How long an operation may take in all. */
  readonly operationMsMax: number;
  readonly mongoConnectionsMax: number;
}

/** The usual bounds of a connection to MongoDB. */
export const MONGO_BOUNDS: MongoBounds = {
  serverSelectionMsMax: 5_000,
  socketMsMax: 10_000,
  operationMsMax: 30_000,
  mongoConnectionsMax: 16,
};

/** How the server is known and how it knows us; the files are PEM. */
export interface MongoTls {
  readonly caFile?: string;
  readonly certificateKeyFile?: string;
}

/** How to connect to MongoDB. */
export interface MongoOptions {
  /** `mongodb://…` or `mongodb+srv://…`, credentials included. */
  readonly url: string;
  /** Absent, the address says whether TLS is spoken. */
  readonly tls?: MongoTls;
  readonly bounds?: Partial<MongoBounds>;
}

/** A connection to MongoDB that the stores share. */
export interface MongoConnection {
  /** The servers' names, without credentials. */
  readonly where: string;
  database(name: string): Db;
  /**
   * Grows when a socket to the server is opened or breaks. While it stays, no server was replaced by another that
   * knows less; when it grew, what is remembered of stored data must be compared with the store.
   */
  epoch(): number;
  /** Runs an operation; errors of the driver come out as errors that say what to do. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Connects to MongoDB. Throws UNAVAILABLE within the bound where no server answers, and INVALID where the address
 * cannot be used or the credentials are refused. Writes are acknowledged by a majority, and reads see only such.
 */
export async function connectMongo(options: MongoOptions): Promise<MongoConnection> {
  const bounds = { ...MONGO_BOUNDS, ...options.bounds };
  const client = makeClient(options, bounds);
  const where = whereOf(client);
  let epoch = 0;
  const renew = (): void => {
    epoch += 1;
  };
  client.on('connectionCreated', renew);
  client.on('connectionClosed', renew);
  client.on('connectionPoolCleared', renew);
  try {
    await client.connect();
    // Nothing is sent at first where there are no credentials, so the server is asked once.
    await client.db('admin').command({ ping: 1 });
  } catch (error) {
    await client.close();
    throw connectError(error, where);
  }
  const link = new MongoLink(client, bounds, where);
  return {
    where,
    database: (name) => client.db(name),
    epoch: () => epoch,
    async run(operation) {
      try {
        return await link.run(operation);
      } catch (error) {
        throw repriseError(error, where);
      }
    },
    close: () => link.close(),
  };
}

function makeClient({ url, tls }: MongoOptions, bounds: MongoBounds): MongoClient {
  const { serverSelectionMsMax, socketMsMax, mongoConnectionsMax } = bounds;
  const clientOptions: MongoClientOptions = {
    appName: 'reprise',
    serverSelectionTimeoutMS: serverSelectionMsMax,
    connectTimeoutMS: serverSelectionMsMax,
    waitQueueTimeoutMS: serverSelectionMsMax,
    socketTimeoutMS: socketMsMax,
    maxPoolSize: mongoConnectionsMax,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    promoteBuffers: true,
    ignoreUndefined: true,
    ...(tls !== undefined && { tls: true }),
    ...(tls?.caFile !== undefined && { tlsCAFile: tls.caFile }),
    ...(tls?.certificateKeyFile !== undefined && {
      tlsCertificateKeyFile: tls.certificateKeyFile,
    }),
  };
  try {
    return new MongoClient(url, clientOptions);
  } catch (error) {
    throw addressError(error);
  }
}

function whereOf({ options }: MongoClient): string {
  return options.srvHost ?? options.hosts.map((host) => host.toString()).join(',');
}
