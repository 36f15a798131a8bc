import { RepriseError } from '../../../events/error.ts';
import type { ErrorCode } from '../../../events/error.ts';

/** What of an error of the S3 client tells its meaning. */
interface S3Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Where an error came from, for its message. */
export interface S3Place {
  readonly endpoint: string;
  readonly bucket: string;
}

const CREDENTIALS = [
  'AccessDenied',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
];
const NO_ROOM = ['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded'];
const NO_ROOM_STATUS = 507;

/** The error of a code that the ports know, with the remedy; only UNAVAILABLE is worth another try. */
export function s3Error(error: unknown, { endpoint, bucket }: S3Place): RepriseError {
  if (error instanceof RepriseError) return error;
  const failure = (error ?? {}) as S3Failure;
  const name = failure.code ?? failure.name ?? 'Error';
  const status = failure.$metadata?.httpStatusCode;
  const of = (code: ErrorCode, what: string): RepriseError =>
    new RepriseError(code, `bucket ${bucket} at ${endpoint} ${what}`, { endpoint, bucket }, error);
  if (failure.name === 'NoSuchKey') return of('NOT_FOUND', 'has no such object');
  if (failure.name === 'NoSuchBucket')
    return of('INVALID', 'is not there: make it, or name another');
  if (CREDENTIALS.includes(failure.name ?? '') || status === 401 || status === 403) {
    return of('INVALID', `refuses the credentials (${name}): see to key, secret and policy`);
  }
  if (NO_ROOM.includes(failure.name ?? '') || status === NO_ROOM_STATUS) {
    return of('UNAVAILABLE', 'has no room left: make room, or raise its quota');
  }
  if (isPrecondition(error)) return of('CONFLICT', 'holds other content under that name');
  const isOurs = status !== undefined && status >= 400 && status < 500;
  if (isOurs && status !== 408 && status !== 429) {
    return of('INVALID', `refused the request (${name}, ${String(status)}): see to the settings`);
  }
  const said = failure.message ?? String(error);
  return of('UNAVAILABLE', `does not answer (${name}: ${said}): see that the server runs`);
}

/** Tells whether a conditional request was refused because of its condition. */
export function isPrecondition(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as S3Failure;
  return name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412;
}
