import { setTimeout as sleep } from 'node:timers/promises';

import { Option } from 'commander';

import { RepriseError } from '../../events/error.ts';
import { PARTITIONS_MAX } from '../../events/partition-of.ts';
import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { ClusterProcess } from '../config/cluster-process.ts';
import { CLUSTER_PROCESSES } from '../config/cluster-process.ts';
import type { LearnerName } from '../config/learner.ts';
import { defaultLearnerOf, LEARNERS } from '../config/learner.ts';
import type { Profile } from '../config/profile.ts';
import { chooseStart, embeddedRemarks, PROFILES } from '../config/profile.ts';
import type { CommandContext, CommandSpec, RunningServer } from './command.ts';
import { wholeNumber } from './command.ts';
import type { DemoWish } from './demo.ts';
import { runDemo } from './demo.ts';
import { HttpClient } from './http-client.ts';

interface StartOptions {
  readonly port?: number;
  readonly host?: string;
  readonly partitions?: number;
  readonly learner?: LearnerName;
  readonly demo?: DemoWish;
  readonly profile?: Profile;
  readonly only?: ClusterProcess;
}

/** How often and how long start-up looks for parts that are still coming up. */
const lookEveryMs = 300;
const looksMax = 400;

/** `start`: runs the server of a data folder until it is told to end. */
export const startCommand: CommandSpec<StartOptions> = {
  name: 'start',
  summary:
    'run the server: API, replay, durable workflows, and a demo stream on a fresh data folder',
  configure(command) {
    command
      .option(
        '--port <n>',
        'port of the API, 0 for any (default: REPRISE_PORT or 7070)',
        wholeNumber(0, 65_535),
      )
      .option('--host <address>', 'address to listen on (default: REPRISE_HOST or 127.0.0.1)')
      .option(
        '--partitions <n>',
        'partitions, where the data folder or the cluster is made by this',
        wholeNumber(1, PARTITIONS_MAX),
      )
      .addOption(
        new Option(
          '--learner <name>',
          `learner, where the data folder or the cluster is made by this (default: REPRISE_LEARNER, or ${defaultLearnerOf('embedded')}; ${defaultLearnerOf('cluster')} in a cluster)`,
        ).choices(LEARNERS),
      )
      .option('--demo', 'stream simulated listeners, whatever the data folder holds')
      .option('--no-demo', 'stream no simulated listeners')
      .addOption(
        new Option(
          '--profile <name>',
          'embedded (default), or cluster; or REPRISE_PROFILE',
        ).choices(PROFILES),
      )
      .addOption(
        new Option('--only <process>', 'which process of the cluster profile to run').choices(
          CLUSTER_PROCESSES,
        ),
      );
  },
  async run(context, _args, options) {
    const { env } = context.deps;
    const choice = chooseStart(options, env);
    if (choice.profile === 'cluster') {
      await runCluster(context, choice.only, options);
      return undefined;
    }
    for (const remark of embeddedRemarks(env)) context.output.remark(`environment: ${remark}`);
    const { port, host, partitions, learner } = options;
    const server = await context.deps.startServer({
      data: context.data,
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(partitions === undefined ? {} : { partitions }),
      ...(learner === undefined ? {} : { learner }),
    });
    const http = new HttpClient(server.socketPath);
    try {
      await serve(context, server, http, options.demo);
    } finally {
      context.output.remark('stopping');
      http.close();
      await server.close();
      context.output.remark('stopped; everything that was acknowledged is kept');
    }
    return undefined;
  },
};

/** Runs one process of the cluster; its flags go over the environment, as everywhere. */
async function runCluster(
  context: CommandContext,
  only: ClusterProcess,
  { port, host, partitions, learner, demo }: StartOptions,
): Promise<void> {
  if (demo === true) {
    throw new RepriseError(
      'INVALID',
      '--demo streams into the embedded profile alone: leave it out, and use `simulate` against the API',
    );
  }
  const flags = {
    REPRISE_PORT: port,
    REPRISE_HOST: host,
    REPRISE_PARTITIONS: partitions,
    REPRISE_LEARNER: learner,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  await context.deps.runClusterProcess(only, {
    ...context.deps.env,
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  });
  context.output.remark('stopped; everything that was acknowledged is kept');
}

async function serve(
  context: CommandContext,
  server: RunningServer,
  http: HttpClient,
  demo: DemoWish,
): Promise<void> {
  const { signal, clock } = context.deps;
  const say = (line: string): void => {
    context.output.say(line);
  };
  const url = server.url ?? '';
  say(`Reprise runs on the data folder ${context.data}`);
  say(`page       ${url}/`);
  say(`API        ${url}`);
  say(`docs       ${url}/docs`);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  const announced = announce(context, http, url);
  const streamed = runDemo({ http, clock, signal, say }, demo);
  // A failure of any is told at once; else they end by themselves when the signal aborts.
  const parts = [server.ready(), announced, streamed];
  await Promise.all([ended, ...parts.map((part) => untilAborted(part, signal))]);
}

/** Says what comes up as it does, then that all is ready, and what is off and why. */
async function announce(context: CommandContext, http: HttpClient, url: string): Promise<void> {
  const { signal } = context.deps;
  const said = new Set<string>();
  const sayOnce = (line: string): void => {
    if (said.has(line)) return;
    said.add(line);
    context.output.say(line);
  };
  let status = await readStatus(http);
  for (let looks = 0; looks < looksMax && !signal.aborted; looks += 1) {
    for (const [name, link] of otherLinks(status, url)) sayOnce(`${name.padEnd(10)} ${link}`);
    if (status.awaited.length === 0 && !isComingUp(status)) break;
    await sleep(lookEveryMs, undefined, { signal });
    status = await readStatus(http);
  }
  for (const { name, on, reason } of status.parts) {
    if (!on) sayOnce(`off        ${name}${reason === undefined ? '' : `: ${reason}`}`);
  }
  for (const { message } of status.warnings ?? []) sayOnce(`warning    ${message}`);
  if (status.awaited.length > 0) {
    sayOnce(`awaited    ${status.awaited.join(', ')}`);
    return;
  }
  sayOnce(`ready      curl ${url}/v1/users/listener-0001/recommendations`);
  const { release, profile, partitions, links, parts } = status;
  const document = { url, docs: `${url}/docs`, links, release, profile, partitions, parts };
  if (context.output.json) context.output.result(document, []);
}

/** Tells whether a part says that it is still starting. */
function isComingUp(status: StatusAnswer): boolean {
  return status.parts.some((part) => part['starting'] === true);
}

function otherLinks(status: StatusAnswer, url: string): readonly (readonly [string, string])[] {
  return Object.entries(status.links ?? {}).filter(([, link]) => !link.startsWith(url));
}

function readStatus(http: HttpClient): Promise<StatusAnswer> {
  return http.json<StatusAnswer>('GET', '/v1/status');
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
