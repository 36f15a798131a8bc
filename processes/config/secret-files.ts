import { SECRET_VARIABLES } from './cluster-variables.ts';
import type { Environment } from './variable-names.ts';
import { isSet } from './variable-names.ts';

/** The largest file that a secret is read from. */
export const SECRET_FILE_BYTES_MAX = 65_536;

/** An environment in which the secrets that files give stand, and what was wrong with those files. */
export interface Resolved {
  readonly env: Environment;
  readonly faults: readonly string[];
}

/**
 * Puts the secrets that files give (`NAME_FILE`, as Docker and Kubernetes mount them) into the environment, without the
 * line end that editors put behind them, and leaves out what is empty.
 */
export function withSecretFiles(env: Environment, readFile: (path: string) => string): Resolved {
  const faults: string[] = [];
  const resolved = Object.fromEntries(Object.entries(env).filter(([, value]) => isSet(value)));
  for (const name of SECRET_VARIABLES) {
    const fileName = `${name}_FILE`;
    const path = resolved[fileName];
    if (path === undefined) continue;
    if (resolved[name] !== undefined) {
      faults.push(`${fileName}: ${name} is set too: keep one of them`);
      continue;
    }
    const text = readSecret(path, readFile);
    if (typeof text === 'string') resolved[name] = text;
    else faults.push(`${fileName}: ${text.fault}`);
  }
  return { env: resolved, faults };
}

function readSecret(
  path: string,
  readFile: (path: string) => string,
): string | { readonly fault: string } {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const { code = 'unreadable' } = error as { code?: string };
    return { fault: `${path} cannot be read (${code}): check that the secret is mounted` };
  }
  if (text.length > SECRET_FILE_BYTES_MAX) return { fault: `${path} is too large for a secret` };
  const secret = text.replace(/\r?\n$/, '');
  return secret === '' ? { fault: `${path} is empty` } : secret;
}
