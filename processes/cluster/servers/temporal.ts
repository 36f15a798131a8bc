import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { RepriseError } from '../../../events/error.ts';
import { SEARCH_ATTRIBUTES } from '../../../workflows/messages.ts';
import type { ClusterConfig, TemporalConfig } from '../../config/cluster-config.ts';
import { need } from '../need.ts';

/** How long one call to Temporal's server may take. */
const CALL_MS_MAX = 5_000;

/** Answers of gRPC that trying again does not change. */
const GRPC_NOT_FOUND = 5;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_UNAUTHENTICATED = 16;

/** Temporal's numbers of the types that our search attributes have. */
const INDEXED_TYPES = { KEYWORD: 2, INT: 3, DOUBLE: 4 } as const;

/** Temporal as a process of the cluster uses it. */
export interface ClusterTemporal {
  readonly client: Client;
  readonly namespace: string;
  readonly uiUrl: string;
  /** A connection for workers; the caller closes it. */
  connectWorker(): Promise<NativeConnection>;
  close(): Promise<void>;
}

/** Connects to Temporal; the search attributes are registered where the server does not know them. */
export async function connectTemporal(config: ClusterConfig): Promise<ClusterTemporal> {
  const temporal = need(config.temporal, 'REPRISE_TEMPORAL_ADDRESS');
  const options = optionsOf(temporal);
  const refuse = (error: unknown): never => {
    throw temporalError(error, temporal);
  };
  const connection = await Connection.connect({
    ...options,
    connectTimeout: CALL_MS_MAX,
  }).catch(refuse);
  try {
    await registerSearchAttributes(connection, temporal.namespace);
  } catch (error) {
    await connection.close();
    return refuse(error);
  }
  return {
    client: new Client({ connection, namespace: temporal.namespace }),
    namespace: temporal.namespace,
    uiUrl: temporal.uiUrl ?? '',
    connectWorker: () => NativeConnection.connect(options).catch(refuse),
    close: () => connection.close(),
  };
}

type Reached = Pick<ConnectionOptions, 'tls'> & {
  readonly address: string;
  readonly apiKey?: string;
};

function optionsOf({ address, tls, apiKey }: TemporalConfig): Reached {
  const file = (path: string): Buffer => readFileSync(path);
  return {
    address,
    ...(apiKey !== undefined && { apiKey: apiKey.reveal() }),
    ...(tls !== undefined && {
      tls: {
        ...(tls.caFile !== undefined && { serverRootCACertificate: file(tls.caFile) }),
        ...(tls.serverName !== undefined && { serverNameOverride: tls.serverName }),
        ...(tls.certFile !== undefined &&
          tls.keyFile !== undefined && {
            clientCertPair: { crt: file(tls.certFile), key: file(tls.keyFile) },
          }),
      },
    }),
  };
}

async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection;
  await connection.withDeadline(Date.now() + CALL_MS_MAX, async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(({ name, type }) => [name, INDEXED_TYPES[type]]),
      ),
    });
  });
}

/** What the server answered: the client wraps it where it was connecting. */
function answerOf(error: unknown): { readonly code?: unknown; readonly said: string } {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, details } = at as { readonly code?: unknown; readonly details?: unknown };
    const said = typeof details === 'string' ? details : at.message;
    if (typeof code === 'number') return { code, said };
  }
  return { said: error instanceof Error ? error.message : String(error) };
}

/** Turns an error of Temporal's client into one that tells an outage from what a person must mend. */
function temporalError(error: unknown, { address, namespace }: TemporalConfig): RepriseError {
  const { code, said } = answerOf(error);
  if (code === GRPC_NOT_FOUND) {
    const remedy = `temporal at ${address} has no namespace ${namespace}: register it, or check REPRISE_TEMPORAL_NAMESPACE`;
    return new RepriseError('INVALID', remedy, { namespace }, error);
  }
  if (code === GRPC_PERMISSION_DENIED || code === GRPC_UNAUTHENTICATED) {
    const remedy = `temporal at ${address} refuses this process (${said}): check REPRISE_TEMPORAL_API_KEY and its TLS files`;
    return new RepriseError('INVALID', remedy, {}, error);
  }
  const remedy = `temporal at ${address} cannot be had (${said}): see that it runs and try again`;
  return new RepriseError('UNAVAILABLE', remedy, {}, error);
}
