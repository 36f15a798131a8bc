import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../docs/markdown.ts';

/** A manifest as it is read. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** A folder with a kustomization. */
export interface Kustomization {
  /** Relative to the top. */
  readonly folder: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** What it names: files and folders, relative to the top. */
  readonly named: readonly string[];
}

/** The folder of all manifests. */
export const KUBERNETES = join('deploy', 'kubernetes');

/** Reads `a=b` lines. */
export function readVariables(path: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(root, path), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^([\w-]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Reads a folder's kustomization. */
export function readKustomization(folder: string): Kustomization {
  const text = readFileSync(join(root, folder, 'kustomization.yaml'), 'utf8');
  const document = parse(text) as Record<string, unknown>;
  const list = (key: string): readonly unknown[] => (document[key] ?? []) as readonly unknown[];
  const named = [
    ...list('resources'),
    ...list('components'),
    ...list('patches').map((patch) => (patch as { path?: string }).path),
    ...['configMapGenerator', 'secretGenerator'].flatMap((key) =>
      list(key).flatMap((generator) => (generator as { envs?: readonly string[] }).envs ?? []),
    ),
  ].filter((name) => typeof name === 'string');
  return { folder, document, named: named.map((name) => join(folder, name)) };
}

/** Reads the manifests of every file that a kustomization names and that is none of another kustomization. */
export function manifestsOf({ named }: Kustomization): readonly Manifest[] {
  return named
    .filter((path) => path.endsWith('.yaml'))
    .flatMap((path) => {
      if (!existsSync(join(root, path))) return [];
      const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8'));
      return documents.map((document) => {
        const [error] = document.errors;
        if (error !== undefined) throw error;
        return document.toJS() as Manifest;
      });
    });
}
