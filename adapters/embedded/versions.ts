import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type {
  NewVersion,
  RegisteredVersion,
  VersionRegistry,
} from '../../activities/versions/version-registry.ts';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { publishFile, syncFolder } from '../published-file.ts';
import { readTensorFile, writeTensorFile } from '../tensor-file.ts';

const MANIFEST = 'manifest.json';

/** The registry of the embedded profile: with what erasure needs beside the port. */
export interface EmbeddedVersions extends VersionRegistry {
  /** Deletes the bases of a version, for good; one that starts empty has none and stays as it is. */
  retire(version: string): Promise<void>;
}

/** Opens the registry of model versions of a folder: a folder a version, its manifest and its base checkpoints. */
export function openVersions({ folder }: { readonly folder: string }): EmbeddedVersions {
  return new FolderVersions(folder);
}

class FolderVersions implements EmbeddedVersions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<readonly RegisteredVersion[]> {
    const versions: RegisteredVersion[] = [];
    for (const name of await this.#names()) {
      const version = await this.get(name);
      if (version !== undefined) versions.push(version);
    }
    return versions.sort((left, right) => numberOf(left) - numberOf(right));
  }

  async get(version: string): Promise<RegisteredVersion | undefined> {
    if (!isName(version)) return undefined;
    const path = join(this.#folder, version, MANIFEST);
    try {
      return JSON.parse(await readFile(path, 'utf8')) as RegisteredVersion;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new RepriseError(
        'DAMAGED',
        `${path} cannot be read: restore it from a backup`,
        {},
        error,
      );
    }
  }

  async nextName(): Promise<string> {
    const numbers = (await this.#names()).map((name) => Number(name.slice(1)));
    return `v${String(Math.max(0, ...numbers) + 1)}`;
  }

  async register(
    version: NewVersion,
    bases: readonly Checkpoint[] | null,
  ): Promise<RegisteredVersion> {
    const { version: name } = version.definition;
    if (!isName(name)) {
      throw new RepriseError('INVALID', `a version is named v1, v2 and so on, not ${name}`);
    }
    const draft = join(this.#folder, `.draft-${name}`);
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    const hashes: string[] = [];
    for (const [partition, base] of (bases ?? []).entries()) {
      const { sha256 } = await writeTensorFile(join(draft, baseName(partition)), base);
      hashes.push(sha256);
    }
    const baseSha256 = bases === null ? null : hashes;
    const registered = { ...version, definition: { ...version.definition, baseSha256 } };
    const standing = await this.get(name);
    if (standing !== undefined) {
      await rm(draft, { recursive: true, force: true });
      const isSame =
        standing.trainedBy === version.trainedBy &&
        isDeepStrictEqual(standing.definition, asJson(registered.definition));
      if (isSame) return standing;
      throw new RepriseError('CONFLICT', `model version ${name} is there with other content`, {
        name,
      });
    }
    await publishFile(join(draft, MANIFEST), `${JSON.stringify(registered, undefined, 2)}\n`);
    await rename(draft, join(this.#folder, name));
    await syncFolder(this.#folder);
    return registered;
  }

  async retire(version: string): Promise<void> {
    const known = await this.get(version);
    const hashes = known?.definition.baseSha256 ?? null;
    if (known === undefined || hashes === null) return;
    const folder = join(this.#folder, version);
    const manifest: RegisteredVersion = { ...known, retired: true };
    await publishFile(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
    for (const partition of hashes.keys()) {
      await rm(join(folder, baseName(partition)), { force: true });
    }
    await syncFolder(folder);
  }

  async base(version: string, partition: number): Promise<Checkpoint | undefined> {
    const known = await this.get(version);
    if (known === undefined) {
      throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
        version,
      });
    }
    if (known.definition.baseSha256 === null) return undefined;
    if (known.retired === true) throw retired(version);
    const path = join(this.#folder, version, baseName(partition));
    const { checkpoint, sha256 } = await readTensorFile(path).catch((error: unknown) => {
      throw damagedBase(path, error);
    });
    if (sha256 === known.definition.baseSha256[partition]) return checkpoint;
    throw damagedBase(path, new Error('it is not the one that was registered'));
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter(isName);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

function isName(name: string): boolean {
  return /^v[1-9]\d{0,8}$/.test(name);
}

function damagedBase(path: string, cause: unknown): RepriseError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RepriseError(
    'DAMAGED',
    `the base ${path} cannot be used (${why}): restore it from a backup, for nothing else holds it`,
    { path },
    cause,
  );
}

function retired(version: string): RepriseError {
  return new RepriseError(
    'NOT_FOUND',
    `the base of ${version} held users who were erased, so it was deleted: train a new version`,
    { version },
  );
}

function baseName(partition: number): string {
  return `p${String(partition)}.safetensors`;
}

function numberOf({ definition }: RegisteredVersion): number {
  return Number(definition.version.slice(1));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
