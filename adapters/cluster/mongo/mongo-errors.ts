import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { MongoClientClosedError, MongoNotConnectedError } from 'mongodb';
import { MongoOperationTimeoutError, MongoServerSelectionError } from 'mongodb';
import { MongoTopologyClosedError } from 'mongodb';
import { MongoServerClosedError, MongoUnexpectedServerResponseError } from 'mongodb';
import { RepriseError } from '../../../events/error.ts';

const DUPLICATE_KEY = 11000;
const OUT_OF_DISK_SPACE = 14031;
/** Unauthorized, AuthenticationFailed, and what a proxy before a cluster says of either. */
const REFUSED_CREDENTIALS: ReadonlySet<unknown> = new Set([13, 18, 8000]);
/** What a server says while it starts, ends, elects another primary or cannot reach a majority in time. */
const PASSING: ReadonlySet<unknown> = new Set([
  ...[6, 7, 50, 64, 89, 91, 100, 189, 262, 9001],
  ...[10107, 11600, 11602, 13435, 13436],
]);

/** Every connection of the pool waits for a server that is slow; the driver does not export the error's class. */
const POOL_EXHAUSTED = 'MongoWaitQueueTimeoutError';

/** Tells whether a document was not written because its unique key is taken. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Tells whether the server refused who asked. */
export function isRefusal(error: unknown): boolean {
  return error instanceof MongoServerError && REFUSED_CREDENTIALS.has(error.code);
}

/** Tells whether an error says that the server could not be had, so that the outcome is unknown. */
export function isOutage(error: unknown): boolean {
  // What broke a bulk write off stands inside: a broken connection is no answer of the server.
  if (error instanceof MongoBulkWriteError && error.errorResponse instanceof MongoError) {
    return isOutage(error.errorResponse);
  }
  if (error instanceof MongoServerError) return PASSING.has(error.code);
  if (error instanceof MongoError && error.name === POOL_EXHAUSTED) return true;
  return [
    MongoNetworkError,
    MongoServerSelectionError,
    MongoOperationTimeoutError,
    MongoServerClosedError,
    MongoTopologyClosedError,
    MongoClientClosedError,
    MongoNotConnectedError,
    MongoUnexpectedServerResponseError,
  ].some((kind) => error instanceof kind);
}

/**
 * Turns a driver's error into one that says what to do; what is neither an outage nor a refusal comes back as it is.
 * `where` names the servers and never the credentials, which no driver's message holds either.
 */
export function repriseError(error: unknown, where: string): unknown {
  if (!(error instanceof MongoError)) return error;
  const make = (message: string, diskFull?: boolean): RepriseError =>
    new RepriseError('UNAVAILABLE', message, { where, diskFull }, error);
  if (isRefusal(error)) return make(refusalOf(where));
  if (error.code === OUT_OF_DISK_SPACE) {
    return make(`the disk of MongoDB at ${where} is full: free some of it and try again`, true);
  }
  if (error instanceof MongoNotConnectedError || error instanceof MongoClientClosedError) {
    return make(`the connection to MongoDB at ${where} is closed: open it again`);
  }
  if (isOutage(error)) {
    return make(
      `MongoDB at ${where} cannot be had (${error.message}): see that it runs and try again`,
    );
  }
  return error;
}

/** Turns an error of the first connection into one that tells an outage from credentials that a person must mend. */
export function connectError(error: unknown, where: string): unknown {
  if (isRefusal(error)) return new RepriseError('INVALID', refusalOf(where), { where }, error);
  return repriseError(error, where);
}

/** Turns what the driver says of an address or of its options into an error for whoever gave it. */
export function addressError(error: unknown): RepriseError {
  const why = error instanceof Error ? error.message : String(error);
  return new RepriseError(
    'INVALID',
    `the address of MongoDB cannot be used (${why}): give mongodb://host:port with options that the driver knows`,
    {},
    error,
  );
}

function refusalOf(where: string): string {
  return `MongoDB at ${where} refuses the credentials: check user, password and authSource of the address`;
}
