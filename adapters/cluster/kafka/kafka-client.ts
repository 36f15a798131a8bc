import type { ConnectionOptions } from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import type { ISocketFactory, Mechanism, SASLOptions } from 'kafkajs';
import type { Logger } from '../../../activities/logger.ts';
import { RepriseError, hasCode } from '../../../events/error.ts';

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** The name that the brokers' logs show. */
  readonly clientId: string;
  readonly ssl?: ConnectionOptions | boolean | undefined;
  readonly sasl?: SASLOptions | Mechanism | undefined;
  /** Makes the sockets, for a proxy; kafkajs's own where absent. */
  readonly socketFactory?: ISocketFactory | undefined;
  readonly logger: Logger;
}

/** How long a connection may take to be made. */
export const connectMsMax = 3_000;

/** How long a broker may take to answer one request. */
export const requestMsMax = 10_000;

/** How often a request is tried again before it fails. */
export const requestRetriesMax = 6;

/** The longest pause between two tries. */
export const retryPauseMsMax = 1_000;

/** How long closing a connection is waited for. */
export const closeMsMax = 5_000;

/** Creates a kafkajs client: every wait bounded, its log lines with ours. */
export function createKafka(connection: KafkaConnection): Kafka {
  const { brokers, clientId, ssl, sasl, socketFactory } = connection;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(socketFactory === undefined ? {} : { socketFactory }),
    connectionTimeout: connectMsMax,
    requestTimeout: requestMsMax,
    retry: { retries: requestRetriesMax, initialRetryTime: 50, maxRetryTime: retryPauseMsMax },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, level, log }) => {
        const fields = { kafkajs: namespace, error: log['error'] as unknown };
        // It calls an error what it is about to try again; what it gives up on is thrown to us.
        if (level === logLevel.ERROR) connection.logger.warn(fields, log.message);
        else connection.logger.info(fields, log.message);
      },
  });
}

/** Turns what kafkajs throws into an error with a code and a remedy. */
export function kafkaError(cause: unknown, brokers: readonly string[]): RepriseError {
  if (cause instanceof RepriseError) return cause;
  const { name, message, type } = rootOf(cause);
  const where = brokers.join(', ');
  if (type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE') {
    const text = `kafka refused a message for its size (${message}): raise max.message.bytes of the topic`;
    return new RepriseError('TOO_LARGE', text, {}, cause);
  }
  if (name === 'KafkaJSSASLAuthenticationError' || type?.includes('AUTHORIZATION') === true) {
    const text = `kafka at ${where} refused the credentials (${message}): set the right ones`;
    return new RepriseError('INVALID', text, {}, cause);
  }
  const text = `kafka at ${where} can't be had (${message}): see that it runs and is reached from here, then try again`;
  return new RepriseError('UNAVAILABLE', text, {}, cause);
}

interface KafkaCause {
  readonly name: string;
  readonly message: string;
  readonly type: string | undefined;
}

/** Finds the error behind kafkajs's wrappers for retries. */
function rootOf(error: unknown): KafkaCause {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (!(root instanceof Error)) return { name: '', message: String(root), type: undefined };
  const { type } = root as { type?: unknown };
  return {
    name: root.name,
    message: root.message,
    type: typeof type === 'string' ? type : undefined,
  };
}

/** Waits for some work within a bound; UNAVAILABLE past it. The work's own late failure is nobody's any more. */
export async function within<T>(work: Promise<T>, msMax: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const text = `kafka took longer than ${String(msMax)} ms to ${what}: see that its brokers run, then try again`;
      reject(new RepriseError('UNAVAILABLE', text));
    }, msMax);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Closes a kafkajs part within a bound; a failure to close is only logged. It is closed once more when what was under way
 * has ended: kafkajs connects anew for what it tries again, and would stay connected.
 */
export async function closeQuietly(
  part: { disconnect: () => Promise<void> },
  logger: Logger,
  underWay?: Promise<unknown>,
): Promise<void> {
  const again = (): Promise<void> => closeQuietly(part, logger);
  underWay?.then(again, again);
  try {
    await within(part.disconnect(), closeMsMax, 'close a connection');
  } catch (error) {
    const code = hasCode(error, 'UNAVAILABLE') ? error.code : undefined;
    logger.warn({ code, err: error }, 'a connection to kafka did not close');
  }
}
