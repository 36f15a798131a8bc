import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../docs/markdown.ts';
import { standIn } from './environments.ts';

/** What the tests look at of a service. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, unknown>> } };
}

/** What the tests look at of the Compose file. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The Compose file as it is written. */
export const composeText = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** The variables of `.env.example` with their values, in order. */
export function exampleVariables(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, '.env.example'), 'utf8');
  return new Map(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** A file of variables as an operator fills it in: what is empty in the example has a value. */
export function filledVariables(): ReadonlyMap<string, string> {
  return new Map(
    [...exampleVariables()].map(([name, value]) => [name, value === '' ? standIn(name) : value]),
  );
}

/** Lists the variables that the Compose file takes from its surroundings, with what it does where one is absent. */
export function variablesTaken(): readonly (readonly [string, string])[] {
  return [...composeText.matchAll(/(?<!\$)\$\{(\w+)(:[-?][^}]*)?\}/g)].map(
    ([, name = '', otherwise = '']) => [name, otherwise],
  );
}

/** Reads the Compose file with variables put in, as Compose does. */
export function readCompose(variables: ReadonlyMap<string, string>): ComposeFile {
  const text = composeText
    .replaceAll(
      /(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, sign = '', rest = '') => {
        const value = variables.get(name) ?? '';
        return value === '' && sign === '-' ? String(rest) : value;
      },
    )
    .replaceAll('$$', '$');
  return parse(text, { merge: true }) as ComposeFile;
}
