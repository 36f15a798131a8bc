import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Collection } from 'mongodb';
import type {
  NewVersion,
  RegisteredVersion,
  VersionRegistry,
} from '../../activities/versions/version-registry.ts';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { decodeCheckpointInSteps, encodeCheckpoint } from '../../model/safetensors.ts';
import { createSha256 } from '../../model/sha256.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** Where base checkpoints are kept: a name is written once with the same bytes, or again with the same bytes. */
export interface BaseBlobs {
  put(name: string, bytes: Uint8Array): Promise<unknown>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Removes a blob, if there is one. */
  remove(name: string): Promise<void>;
}

/** The registry of the cluster profile: with what erasure needs beside the port. */
export interface ClusterVersions extends VersionRegistry {
  /** Deletes a version's bases, unless another version has the same; it stays registered and can't be built any more. */
  retire(version: string): Promise<void>;
}

/** How to open a registry of versions. */
export interface VersionOptions {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  readonly blobs: BaseBlobs;
}

interface VersionDocument {
  /** The version's name. */
  readonly _id: string;
  /** The number in the name, for order. */
  readonly number: number;
  /** The version as JSON: what is compared and given back is exactly what was registered. */
  readonly registered: string;
}

/**
 * Opens the registry of model versions of a database. Bases are blobs named by their SHA-256 and written first, then
 * the version's one document: a registration that was cut short leaves nothing that is looked at.
 */
export function openVersions(options: VersionOptions): ClusterVersions {
  return new MongoVersions(options);
}

class MongoVersions implements ClusterVersions {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<VersionDocument>;
  readonly #blobs: BaseBlobs;

  constructor({ connection, database, blobs }: VersionOptions) {
    this.#connection = connection;
    this.#collection = connection.database(database).collection('versions');
    this.#blobs = blobs;
  }

  async list(): Promise<readonly RegisteredVersion[]> {
    const documents = await this.#connection.run(() =>
      this.#collection.find({}).sort({ number: 1 }).toArray(),
    );
    return documents.map(versionOf);
  }

  async get(version: string): Promise<RegisteredVersion | undefined> {
    const found = await this.#connection.run(() => this.#collection.findOne({ _id: version }));
    return found === null ? undefined : versionOf(found);
  }

  async nextName(): Promise<string> {
    const [newest] = await this.#connection.run(() =>
      this.#collection
        .find({}, { projection: { number: 1 } })
        .sort({ number: -1 })
        .limit(1)
        .toArray(),
    );
    return `v${String((newest?.number ?? 0) + 1)}`;
  }

  async register(
    version: NewVersion,
    bases: readonly Checkpoint[] | null,
  ): Promise<RegisteredVersion> {
    const { version: name } = version.definition;
    if (!isName(name)) {
      throw new RepriseError('INVALID', `a version is named v1, v2 and so on, not ${name}`);
    }
    const baseSha256 = bases === null ? null : await this.#putBases(bases);
    const registered = asJson({
      ...version,
      definition: { ...version.definition, baseSha256 },
    }) as RegisteredVersion;
    const document = {
      _id: name,
      number: Number(name.slice(1)),
      registered: JSON.stringify(registered),
    };
    try {
      await this.#collection.insertOne(document);
      return registered;
    } catch (error) {
      if (!isDuplicateKey(error)) {
        return await this.#connection.run(() => Promise.reject(error as Error));
      }
    }
    const standing = await this.get(name);
    const isSame =
      standing?.trainedBy === registered.trainedBy &&
      isDeepStrictEqual(standing.definition, registered.definition);
    if (isSame) return standing;
    throw new RepriseError('CONFLICT', `model version ${name} is there with other content`, {
      name,
    });
  }

  async retire(version: string): Promise<void> {
    const known = await this.get(version);
    const hashes = known?.definition.baseSha256 ?? null;
    if (known === undefined || hashes === null) return;
    const registered = JSON.stringify({ ...known, retired: true });
    await this.#connection.run(() =>
      this.#collection.updateOne({ _id: version }, { $set: { registered } }),
    );
    const others = (await this.list()).filter(({ retired }) => retired !== true);
    const used = new Set(others.flatMap(({ definition }) => definition.baseSha256 ?? []));
    for (const sha256 of hashes.filter((one) => !used.has(one))) {
      await this.#blobs.remove(blobName(sha256));
    }
  }

  async base(version: string, partition: number): Promise<Checkpoint | undefined> {
    const known = await this.get(version);
    if (known === undefined) {
      throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
        version,
      });
    }
    const hashes = known.definition.baseSha256;
    if (hashes === null) return undefined;
    if (known.retired === true) throw retired(version);
    const sha256 = hashes[partition];
    if (sha256 === undefined) {
      throw damagedBase(version, partition, 'no such partition was registered');
    }
    const bytes = await this.#blobs.get(blobName(sha256));
    if (bytes === undefined) throw damagedBase(version, partition, 'it is missing');
    if ((await hashOf(bytes)) !== sha256) {
      throw damagedBase(version, partition, 'it is not the one that was registered');
    }
    return decoded(bytes);
  }

  async #putBases(bases: readonly Checkpoint[]): Promise<readonly string[]> {
    const hashes: string[] = [];
    for (const base of bases) {
      const bytes = await encoded(base);
      const sha256 = await hashOf(bytes);
      await this.#blobs.put(blobName(sha256), bytes);
      hashes.push(sha256);
    }
    return hashes;
  }
}

/** Bytes hashed in one turn of the event loop. */
const HASH_BYTES_MAX = 1_048_576;

async function encoded(checkpoint: Checkpoint): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const chunk of encodeCheckpoint(checkpoint)) {
    if (chunk.length === 0) await nextTurn();
    else chunks.push(chunk.slice());
  }
  return Buffer.concat(chunks);
}

async function decoded(bytes: Uint8Array): Promise<Checkpoint> {
  const steps = decodeCheckpointInSteps(bytes);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await nextTurn();
  return step.value;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = createSha256();
  for (let at = 0; at < bytes.length; at += HASH_BYTES_MAX) {
    hash.update(bytes.subarray(at, at + HASH_BYTES_MAX));
    await nextTurn();
  }
  return hash.hex();
}

function versionOf({ registered }: VersionDocument): RegisteredVersion {
  return JSON.parse(registered) as RegisteredVersion;
}

function isName(name: string): boolean {
  return /^v[1-9]\d{0,8}$/.test(name);
}

function blobName(sha256: string): string {
  return `bases/${sha256}.safetensors`;
}

function damagedBase(version: string, partition: number, why: string): RepriseError {
  return new RepriseError(
    'DAMAGED',
    `the base of ${version} for partition ${String(partition)} cannot be used (${why}): restore it from a backup, for nothing else holds it`,
    { version, partition },
  );
}

function retired(version: string): RepriseError {
  return new RepriseError(
    'NOT_FOUND',
    `the base of ${version} held users who were erased, so it was deleted: train a new version`,
    { version },
  );
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
