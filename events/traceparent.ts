/** The name of the header that a trace goes on with (W3C Trace Context, level 1). */
export const TRACEPARENT = 'traceparent';

/** Version, trace, span and flags; the last bit of the flags says that the trace is kept. */
const FORM = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f][0-9a-f]$/;

/** Gives a `traceparent` back where it is well-formed and its trace is kept; undefined for every other value. */
export function sampledParent(traceparent: string | undefined): string | undefined {
  if (traceparent === undefined || !FORM.test(traceparent)) return undefined;
  return Number.parseInt(traceparent.slice(-2), 16) % 2 === 1 ? traceparent : undefined;
}
