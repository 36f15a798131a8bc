import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import type { ClusterProcess } from '../config/cluster-process.ts';
import type { LearnerName } from '../config/learner.ts';
import type { Environment } from '../config/variable-names.ts';
import type { Client, ConnectOptions } from './client.ts';
import type { ExitCode } from './failure.ts';
import { EXIT } from './failure.ts';
import type { OutputStream } from './output.ts';
import { Output } from './output.ts';

/** How `start` wants the server. */
export interface ServerOptions {
  readonly data: string;
  /** Port of the API; the configuration's where absent. */
  readonly port?: number;
  readonly host?: string;
  readonly partitions?: number;
  readonly learner?: LearnerName;
}

/** A server that this process runs. */
export interface RunningServer {
  /** Where the API listens. */
  readonly url?: string | undefined;
  readonly socketPath: string;
  /** Resolves when answers include what stood in the journal; throws where that cannot be read. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** What the command line is given by the process, so that tests can give it something else. */
export interface CliDeps {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  /** Opens the API of a data folder. */
  readonly connect: (data: string, options: ConnectOptions) => Promise<Client>;
  /** Starts the server of a data folder. */
  readonly startServer: (options: ServerOptions) => Promise<RunningServer>;
  /** Runs a process of the cluster with an environment until the signal aborts; throws what ended it otherwise. */
  readonly runClusterProcess: (name: ClusterProcess, env: Environment) => Promise<void>;
}

/** What a command runs with. */
export interface CommandContext {
  readonly deps: CliDeps;
  readonly output: Output;
  readonly data: string;
  /** Opens the API of the data folder, lends it to the work, and closes it whatever comes. */
  withClient<T>(work: (client: Client) => Promise<T>, options?: ConnectOptions): Promise<T>;
}

/** A command: its words for `--help` and what it does. Resolves to the exit code, 0 where it gives none. */
export interface CommandSpec<Options> {
  readonly name: string;
  readonly summary: string;
  readonly configure?: (command: Command) => void;
  readonly run: (
    context: CommandContext,
    args: readonly string[],
    options: Options,
  ) => Promise<ExitCode | undefined>;
}

/** Adds a command to the program with the options that every command takes. */
export function addCommand<Options>(
  program: Command,
  deps: CliDeps,
  exit: (code: ExitCode) => void,
  spec: CommandSpec<Options>,
): void {
  const command = program.command(spec.name).description(spec.summary);
  spec.configure?.(command);
  command.option('--json', 'print one JSON document as the last line of standard output');
  command.addOption(
    new Option('--data <dir>', 'the data folder').default(
      deps.env['REPRISE_DATA_DIR'] ?? './data',
      'REPRISE_DATA_DIR or ./data',
    ),
  );
  command.action(async () => {
    const options = command.opts<Options & { json?: boolean; data: string }>();
    const context: CommandContext = {
      deps,
      output: new Output(deps.stdout, deps.stderr, options.json === true),
      data: options.data,
      async withClient(work, connectOptions = {}) {
        const client = await deps.connect(options.data, connectOptions);
        try {
          return await work(client);
        } finally {
          await client.close();
        }
      },
    };
    exit((await spec.run(context, command.args, options)) ?? EXIT.ok);
  });
}

/** Makes a parser of a whole number within bounds for an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`give a whole number from ${String(min)} to ${String(max)}.`);
    }
    return value;
  };
}

/** Makes a parser of a number above a bound for an option. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('give a number above 0.');
  return value;
}

/** Parses a finite number for an option. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('give a number.');
  return value;
}
