/** The codes of errors that the rooms raise on purpose; an error is recognised by its code, not by its class. */
export const ERROR_CODES = [
  'INVALID', // input that a person can mend: the message names the field and the remedy
  'NOT_FOUND',
  'CONFLICT', // e.g. a data folder in use, a name taken
  'TOO_LARGE',
  'BUSY', // more is under way than is let in: try again later
  'UNAVAILABLE', // a dependency is down or the disk is full: try again
  'TIMEOUT',
  'DAMAGED', // stored data whose checksum or chain does not hold
  'FENCED', // a newer writer took over
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Fields beside an error's message, for logs and problem documents. */
export type ErrorFields = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** An error that the rooms raise on purpose: a code, a lower-case message with its remedy, structured fields. */
export class RepriseError extends Error {
  readonly code: ErrorCode;
  readonly fields: ErrorFields;

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RepriseError';
    this.code = code;
    this.fields = fields;
  }
}

/** Tells whether a value is an error with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is RepriseError {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
