import { Runtime } from '@temporalio/worker';
import type { Logger } from '../logger.ts';

type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

let installed = false;

/**
 * Sends what Temporal's SDK says to our log, from warnings on, and leaves signals to the core. The SDK's runtime is one
 * a process: a second core in the same process keeps the first one's log.
 */
export function installRuntimeLog(logger: Logger): void {
  if (installed) return;
  installed = true;
  const log = (level: Level, message: string, meta?: Record<string, unknown>) => {
    const fields = { ...meta, source: 'temporal' };
    if (level === 'ERROR') logger.error(fields, message);
    else if (level === 'WARN' && !isIntended(message)) logger.warn(fields, message);
  };
  Runtime.install({
    logger: {
      log,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: (message, meta) => log('WARN', message, meta),
      error: (message, meta) => log('ERROR', message, meta),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } },
    },
    shutdownSignals: [],
  });
}

/** Tells whether the SDK warns of what is meant: a worker that does one kind of work alone. */
function isIntended(message: string): boolean {
  return /^No (activities|workflows) registered/.test(message);
}
