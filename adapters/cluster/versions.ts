import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ObjectStore } from '../../activities/object-store.ts';
import type {
  NewVersion,
  RegisteredVersion,
  VersionRegistry,
} from '../../activities/version-registry.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { encodeCheckpoint } from '../../model/safetensors.ts';
import { decodeInTurns } from '../tensor-file.ts';
import { contentOfJson, readWhole } from './local-copy.ts';

const FOLDER = 'models/';
const MANIFEST = 'manifest.json';

/**
 * Opens the registry of model versions that all processes share: `models/<version>/manifest.json` and the base
 * checkpoints that it names by their hashes. The manifest makes a version, and is put only where none is.
 */
export function openVersions({ objects }: { readonly objects: ObjectStore }): VersionRegistry {
  return new SharedVersions(objects);
}

class SharedVersions implements VersionRegistry {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
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
    const name = manifestName(version);
    try {
      const content = await readWhole(this.#objects, name);
      return JSON.parse(Buffer.from(content).toString()) as RegisteredVersion;
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      if (error instanceof RepriseError && !hasCode(error, 'DAMAGED')) throw error;
      const message = `${this.#objects.where(name)} cannot be read: restore it from a backup`;
      throw new RepriseError('DAMAGED', message, {}, error);
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
    const hashes: string[] = [];
    for (const [partition, base] of (bases ?? []).entries()) {
      hashes.push(await this.#putBase(name, partition, base));
    }
    const baseSha256 = bases === null ? null : hashes;
    const registered = { ...version, definition: { ...version.definition, baseSha256 } };
    try {
      await this.#objects.putNew(manifestName(name), contentOfJson(registered));
      return registered;
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
    }
    const standing = await this.get(name);
    const isSame =
      standing?.trainedBy === version.trainedBy &&
      isDeepStrictEqual(standing.definition, asJson(registered.definition));
    if (standing !== undefined && isSame) return standing;
    const message = `model version ${name} is there with other content`;
    throw new RepriseError('CONFLICT', message, { name });
  }

  async base(version: string, partition: number): Promise<Checkpoint | undefined> {
    const known = await this.get(version);
    if (known === undefined) {
      throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
        version,
      });
    }
    const { baseSha256 } = known.definition;
    if (baseSha256 === null) return undefined;
    const sha256 = baseSha256[partition] ?? '';
    const name = baseName(version, partition, sha256);
    try {
      const content = await readWhole(this.#objects, name);
      if (sha256Of([content]) !== sha256) throw new Error('it is not the one that was registered');
      return await decodeInTurns(content);
    } catch (error) {
      if (hasCode(error, 'UNAVAILABLE') || hasCode(error, 'INVALID')) throw error;
      throw damagedBase(this.#objects.where(name), error);
    }
  }

  /** Hashes first and puts then, for the hash is in the name: two registrations never mix. */
  async #putBase(version: string, partition: number, base: Checkpoint): Promise<string> {
    const sha256 = sha256Of(encodeCheckpoint(base));
    await this.#objects.put(baseName(version, partition, sha256), encodeCheckpoint(base));
    return sha256;
  }

  async #names(): Promise<readonly string[]> {
    const objects = await this.#objects.list(FOLDER);
    return objects
      .map(({ name }) => name.slice(FOLDER.length).split('/'))
      .filter(([version = '', file]) => isName(version) && file === MANIFEST)
      .map(([version = '']) => version);
  }
}

function isName(name: string): boolean {
  return /^v[1-9]\d{0,8}$/.test(name);
}

function manifestName(version: string): string {
  return `${FOLDER}${version}/${MANIFEST}`;
}

function baseName(version: string, partition: number, sha256: string): string {
  return `${FOLDER}${version}/p${String(partition)}-${sha256.slice(0, 16)}.safetensors`;
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

function numberOf({ definition }: RegisteredVersion): number {
  return Number(definition.version.slice(1));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function sha256Of(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
