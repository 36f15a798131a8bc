import { pino, type Logger as Pino } from 'pino';

/** The sink of log lines that the core hands to its rooms. User ids never go into it. */
export type Logger = Pick<Pino, 'info' | 'warn' | 'error' | 'debug'>;

/** Makes the core's logger: JSON lines on standard error, at `REPRISE_LOG_LEVEL` (`warn` by default); `ofAll` stands in each. */
export function createLogger(
  level: string,
  ofAll: Readonly<Record<string, string>> | null = null,
): Logger {
  return pino(
    { level, base: ofAll, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
