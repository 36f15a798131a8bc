import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { publishFile } from '../../adapters/published-file.ts';
import type { ApiKey } from '../../api/key-ring.ts';
import { SCOPES } from '../../api/scope.ts';
import { RepriseError } from '../../events/error.ts';
import { spaceName } from '../config/spaces.ts';

/** Keys that a file may hold: every request is compared with all of them. */
export const apiKeysMax = 64;

/** Where a data folder has its keys. */
export function apiKeysPath(data: string): string {
  return join(data, 'api-keys.json');
}

/** What a key may be called. */
export const keyName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9._-]+$/, 'must be letters, digits, dots, dashes and underscores');

const fileSchema = z.strictObject({
  format: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        name: keyName,
        scope: z.enum(SCOPES),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
        expiresMs: z.number().int().optional(),
        space: spaceName.optional(),
        requestsPerDayMax: z.int().min(1).optional(),
      }),
    )
    .max(apiKeysMax),
});

/** Reads the keys of a file; undefined where there is no file. Throws INVALID where it is none of ours. */
export async function readApiKeys(path: string): Promise<readonly ApiKey[] | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code } = error as { readonly code?: unknown };
    if (code === 'ENOENT') return undefined;
    throw new RepriseError('INVALID', `${path} cannot be read (${String(code)})`, {}, error);
  });
  if (text === undefined) return undefined;
  const parsed = fileSchema.safeParse(parsedJson(text, path));
  if (parsed.success) return parsed.data.keys;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.')}: ${issue.message}`;
  throw new RepriseError('INVALID', `${path} is no file of API keys${where}`);
}

/** Writes the keys of a file, whole or not at all, for its owner alone. */
export async function writeApiKeys(path: string, keys: readonly ApiKey[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await publishFile(path, `${JSON.stringify({ format: 1, keys }, undefined, 2)}\n`);
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RepriseError('INVALID', `${path} is no JSON: restore it from a backup`, {}, error);
  }
}
