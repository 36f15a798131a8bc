import { randomBytes } from 'node:crypto';

import type { Command } from 'commander';
import { Option } from 'commander';

import { keyDigest } from '../../api/key-ring.ts';
import type { ApiKey } from '../../api/key-ring.ts';
import { SCOPES } from '../../api/scope.ts';
import type { Scope } from '../../api/scope.ts';
import { RepriseError } from '../../events/error.ts';
import {
  apiKeysMax,
  apiKeysPath,
  keyName,
  readApiKeys,
  writeApiKeys,
} from '../access/api-keys-file.ts';
import { spaceName } from '../config/spaces.ts';
import type { CliDeps, CommandContext, CommandSpec } from './command.ts';
import { addCommand, wholeNumber } from './command.ts';
import type { ExitCode } from './failure.ts';
import { table } from './table.ts';

/** The most requests that a quota of a day may let in. */
export const quotaPerDayMax = 1_000_000_000;

/** Random bytes of a key: nobody guesses it, so that a plain digest keeps it. */
const KEY_BYTES = 32;

interface FileOption {
  readonly file?: string;
}

interface CreateOptions extends FileOption {
  readonly name: string;
  readonly scope: Scope;
  readonly expires?: string;
  readonly space?: string;
  readonly quotaPerDay?: number;
}

interface RevokeOptions extends FileOption {
  readonly name: string;
}

/** `keys create`: makes an API key and shows it this once. */
export const createKeyCommand: CommandSpec<CreateOptions> = {
  name: 'create',
  summary: 'make an API key; it is shown this once, and kept as a digest',
  configure(command) {
    command
      .requiredOption('--name <name>', 'what the key is called in lists and logs')
      .addOption(
        new Option(
          '--scope <scope>',
          'what it allows: to ask; to send events and items, too; everything',
        )
          .choices(SCOPES)
          .default('read'),
      )
      .option('--space <name>', 'the space that it opens, and no other (default: the main one)')
      .option(
        '--quota-per-day <n>',
        'requests that are served to it in a day of UTC (default: not counted)',
        wholeNumber(1, quotaPerDayMax),
      )
      .option('--expires <time>', 'RFC 3339 time from which on it opens nothing (default: never)');
    addFile(command);
  },
  async run(context, _args, options) {
    const path = pathOf(context, options);
    const { scope, quotaPerDay } = options;
    const name = nameOf(options.name);
    const space = spaceOf(options.space);
    const expiresMs = expiryOf(options.expires, context.deps.clock());
    const keys = (await readApiKeys(path)) ?? [];
    if (keys.some((key) => key.name === name)) {
      throw new RepriseError(
        'CONFLICT',
        `--name ${name}: there is a key of this name; revoke it, or choose another`,
      );
    }
    if (keys.length >= apiKeysMax) {
      throw new RepriseError(
        'TOO_LARGE',
        `${path} holds ${String(apiKeysMax)} keys, the most: revoke some`,
      );
    }
    const key = `reprise_${randomBytes(KEY_BYTES).toString('base64url')}`;
    const made: ApiKey = {
      name,
      scope,
      sha256: keyDigest(key),
      ...(expiresMs !== undefined && { expiresMs }),
      ...(space !== undefined && { space }),
      ...(quotaPerDay !== undefined && { requestsPerDayMax: quotaPerDay }),
    };
    await writeApiKeys(path, [...keys, made]);
    context.output.remark(
      `kept in ${path}; a server that has its keys there takes it within a second`,
    );
    context.output.result({ name, scope, key, file: path, ...(space !== undefined && { space }) }, [
      key,
    ]);
    return undefined;
  },
};

/** `keys list`: shows the keys by name. */
export const listKeysCommand: CommandSpec<FileOption> = {
  name: 'list',
  summary: 'list the API keys: names, scopes, spaces, when they end, quotas',
  configure: addFile,
  async run(context, _args, options) {
    const keys = (await readApiKeys(pathOf(context, options))) ?? [];
    const shown = keys.map(({ name, scope, space, expiresMs, requestsPerDayMax }) => ({
      ...{ name, scope },
      expires: expiresMs === undefined ? null : new Date(expiresMs).toISOString(),
      ...(space !== undefined && { space }),
      ...(requestsPerDayMax !== undefined && { quotaPerDay: requestsPerDayMax }),
    }));
    const rows = shown.map(({ name, scope, expires, space = '', quotaPerDay = '' }) => [
      ...[name, scope, expires ?? 'never', space, String(quotaPerDay)],
    ]);
    const head = ['name', 'scope', 'expires', 'space', 'requests a day'];
    context.output.result({ keys: shown }, table(head, rows));
    return undefined;
  },
};

/** `keys revoke`: takes a key away. */
export const revokeKeyCommand: CommandSpec<RevokeOptions> = {
  name: 'revoke',
  summary: 'take an API key away: it opens nothing within a second',
  configure(command) {
    command.requiredOption('--name <name>', 'the key to take away');
    addFile(command);
  },
  async run(context, _args, options) {
    const path = pathOf(context, options);
    const { name } = options;
    const keys = (await readApiKeys(path)) ?? [];
    const left = keys.filter((key) => key.name !== name);
    if (left.length === keys.length) {
      throw new RepriseError(
        'NOT_FOUND',
        `--name ${name}: there is no such key; reprise keys list shows them`,
      );
    }
    await writeApiKeys(path, left);
    context.output.result({ revoked: name, file: path }, [`${name} is revoked`]);
    return undefined;
  },
};

/** Adds `keys` with what can be done to them; they are a file, so that no server is needed. */
export function addKeys(program: Command, deps: CliDeps, exit: (code: ExitCode) => void): void {
  const keys = program.command('keys').description('make, list and revoke API keys');
  addCommand(keys, deps, exit, createKeyCommand);
  addCommand(keys, deps, exit, listKeysCommand);
  addCommand(keys, deps, exit, revokeKeyCommand);
}

function addFile(command: Command): void {
  command.option(
    '--file <path>',
    'the file of keys (default: REPRISE_KEYS_FILE, or that of the data folder)',
  );
}

function pathOf({ deps, data }: CommandContext, { file }: FileOption): string {
  return file ?? deps.env['REPRISE_KEYS_FILE'] ?? apiKeysPath(data);
}

function nameOf(text: string): string {
  const parsed = keyName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new RepriseError('INVALID', `--name ${parsed.error.issues[0]?.message ?? 'does not fit'}`);
}

function spaceOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = spaceName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new RepriseError('INVALID', `--space ${parsed.error.issues[0]?.message ?? 'does not fit'}`);
}

function expiryOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new RepriseError('INVALID', '--expires must be a time such as 2027-01-31T00:00:00Z');
  if (ms <= nowMs)
    throw new RepriseError('INVALID', '--expires lies in the past: the key would open nothing');
  return ms;
}
