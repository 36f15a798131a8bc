import { RepriseError } from '../../events/error.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import { redacted } from '../config/redacted.ts';
import { RELEASE } from '../config/release.ts';
import type { Logger } from '../logger.ts';
import { openObservation } from '../observe/observation.ts';
import type { Observation } from '../observe/observation.ts';
import { awaitDependencies } from './servers/awaiting.ts';
import type { Dependency } from './servers/dependency.ts';
import { startProbe } from './servers/probe.ts';
import type { Probe } from './servers/probe.ts';

/** How long a process may take to end what it has under way; a second later the command line ends it. */
export const PROCESS_END_MS_MAX = 8_000;

/** What connections are opened with. */
export interface LinkWays {
  readonly config: ClusterConfig;
  readonly logger: Logger;
  /** Aborted when the process is told to end, or when its work failed. */
  readonly signal: AbortSignal;
}

/** What a process runs with. */
export interface ProcessWays extends LinkWays {
  readonly observation: Observation;
}

/** A process of the cluster at its work. */
export interface RunningProcess {
  /** What it awaits before it does its work; empty when it is ready. */
  awaited(): readonly string[];
  /** Settles when the work ends by itself: a failure ends the process. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** What is particular to one process; everything else is the frame's. */
export interface ProcessBody {
  readonly dependencies: readonly Dependency[];
  start(ways: ProcessWays): Promise<RunningProcess>;
}

/** What the frame needs of the machine. */
export interface FrameDeps extends LinkWays {
  /** Milliseconds that only go forwards. */
  readonly clock: () => number;
  readonly say: (line: string) => void;
  /** {@link PROCESS_END_MS_MAX} where absent. */
  readonly endMsMax?: number;
  /** Told where the probe listens. */
  readonly onProbe?: (url: string) => void;
}

/**
 * Runs a process of the cluster from its first probe to its end: answers probes, waits for what it depends on, starts
 * the work, and ends it within a bound when it is told to. Resolves after an orderly end.
 */
export async function runProcess(body: ProcessBody, deps: FrameDeps): Promise<void> {
  const { config, logger, say } = deps;
  logger.info({ config: redacted(config) }, 'starting');
  let awaited = (): readonly string[] => ['the start'];
  const observation = await observe(deps);
  const probe = await startProbe({
    host: config.host,
    port: config.probePort,
    awaited: () => awaited(),
    exposition: () => observation.metrics.exposition(),
  }).catch(async (error: unknown) => {
    await observation.close();
    throw error;
  });
  try {
    say(`probe      ${probe.url}/health/ready`);
    deps.onProbe?.(probe.url);
    const waiting = awaitDependencies(body.dependencies, {
      ...deps,
      waitMsMax: config.dependencyWaitMsMax,
    });
    awaited = () => [...waiting.awaited(), 'the start'];
    if (!(await isThere(waiting.done, deps.signal))) return;
    await work(body, { ...deps, observation }, (now) => {
      awaited = now;
    });
  } finally {
    await closeProbe(probe, logger);
    await observation.close();
  }
}

/** Opens what the process is observed by; its traces say which of the five it is. */
function observe({ config, logger }: FrameDeps): Promise<Observation> {
  const otelServiceName = `${config.otelServiceName}-${config.process}`;
  return openObservation({
    config: { ...config, otelServiceName },
    process: config.process,
    ...{ logger, release: RELEASE, clock: () => performance.timeOrigin + performance.now() },
  });
}

/** False where the process was told to end while it waited: an orderly end, too. */
async function isThere(done: Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await done;
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

async function work(
  body: ProcessBody,
  deps: FrameDeps & ProcessWays,
  tell: (awaited: () => readonly string[]) => void,
): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([deps.signal, ending.signal]);
  const { config, logger, observation } = deps;
  const running = await body.start({ config, logger, observation, signal });
  tell(() => (signal.aborted ? ['the end'] : running.awaited()));
  deps.say(`running    ${deps.config.process}`);
  // A failure while the process ends is no news: the race below has been decided.
  running.ended.catch((error: unknown) => {
    if (signal.aborted) deps.logger.debug({ err: error }, 'the work ended by a failure');
  });
  try {
    await Promise.race([running.ended, untilAborted(deps.signal)]);
    if (!deps.signal.aborted) {
      throw new RepriseError(
        'UNAVAILABLE',
        `the ${deps.config.process} ended by itself: its log says why; start it again`,
      );
    }
  } finally {
    ending.abort();
    await closeWithin(running, deps);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Closes what runs; past the bound it says so and goes on, since what was acknowledged is durable. */
async function closeWithin(running: RunningProcess, deps: FrameDeps): Promise<void> {
  const msMax = deps.endMsMax ?? PROCESS_END_MS_MAX;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, msMax);
  });
  try {
    if ((await Promise.race([running.close(), late])) === 'late') {
      deps.logger.warn(
        { msMax },
        'the end was cut off after its bound; nothing acknowledged is lost',
      );
    }
  } catch (error) {
    deps.logger.warn({ err: error }, 'the process could not be closed in order');
  } finally {
    clearTimeout(timer);
  }
}

async function closeProbe(probe: Probe, logger: Logger): Promise<void> {
  await probe.close().catch((error: unknown) => {
    logger.warn({ err: error }, 'the probe could not be closed');
  });
}
