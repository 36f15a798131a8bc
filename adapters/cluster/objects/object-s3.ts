import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type {
  Confirm,
  ListedObject,
  ObjectContent,
  ObjectStore,
  StoredObject,
} from '../../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { RandomBytes } from '../../../events/random.ts';
import { assertObjectName, assertObjectPrefix } from '../../object-name.ts';
import { retrying } from '../retrying.ts';
import type { RetryBounds } from '../retrying.ts';
import { isPrecondition, s3Error } from './s3-error.ts';
import { spooled } from './spool.ts';
import type { Spooled } from './spool.ts';

/** Bounds of an S3 store. */
export interface ObjectS3Bounds extends RetryBounds {
  readonly connectMsMax: number;
  /** How long a connection may say nothing. */
  readonly silenceMsMax: number;
  /** How long a request may take until its answer begins, beside the time that its bytes take … */
  readonly answerMsMax: number;
  /** … at this rate at least. */
  readonly bytesPerSecondMin: number;
  /** Bytes of one object: what S3 takes in one request. */
  readonly objectBytesMax: number;
  /** Objects of one list. */
  readonly objectsListedMax: number;
}

/** The bounds that an S3 store starts with. */
export const DEFAULT_OBJECT_S3_BOUNDS: ObjectS3Bounds = {
  requestTriesMax: 4,
  requestPauseMsMin: 200,
  connectMsMax: 3_000,
  silenceMsMax: 10_000,
  answerMsMax: 15_000,
  bytesPerSecondMin: 262_144,
  objectBytesMax: 5_368_709_120,
  objectsListedMax: 100_000,
};

/** What an S3 store is opened with. */
export interface ObjectS3Options {
  readonly bucket: string;
  /** The server's URL; undefined for Amazon's own. */
  readonly endpoint?: string;
  readonly region: string;
  /** Undefined takes what the environment or the machine's role gives. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A local folder for what is on its way to the server. */
  readonly spool: string;
  readonly random: RandomBytes;
  readonly bounds?: Partial<ObjectS3Bounds>;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Opens a bucket of objects; the client's library is loaded here and not before. The SHA-256 is metadata of each. */
export async function openObjectS3(options: ObjectS3Options): Promise<ObjectStore> {
  return new ObjectS3(await import('@aws-sdk/client-s3'), options);
}

class ObjectS3 implements ObjectStore {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #options: ObjectS3Options;
  readonly #bounds: ObjectS3Bounds;
  readonly #endpoint: string;

  constructor(sdk: Sdk, options: ObjectS3Options) {
    this.#sdk = sdk;
    this.#options = options;
    this.#bounds = { ...DEFAULT_OBJECT_S3_BOUNDS, ...options.bounds };
    this.#endpoint = options.endpoint ?? `s3.${options.region}.amazonaws.com`;
    const { connectMsMax, silenceMsMax } = this.#bounds;
    const { region, endpoint, credentials } = options;
    this.#client = new sdk.S3Client({
      region,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials !== undefined && { credentials }),
      maxAttempts: 1,
      // Not every compatible server knows the newer checksums; the SHA-256 in the metadata is ours to check.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: connectMsMax, socketTimeout: silenceMsMax },
    });
  }

  put(name: string, content: ObjectContent, confirm?: Confirm): Promise<StoredObject> {
    return this.#spooled(name, content, async (file) => {
      await confirm?.();
      return await this.#send(name, file, {});
    });
  }

  putNew(name: string, content: ObjectContent): Promise<StoredObject> {
    return this.#spooled(name, content, async (file) => {
      try {
        return await this.#send(name, file, { IfNoneMatch: '*' });
      } catch (error) {
        if (!hasCode(error, 'CONFLICT')) throw error;
        // The answer to a try that succeeded may have been lost: the same content is no conflict.
        const standing = await this.#standing(name);
        if (standing?.sha256 === file.sha256) return standing;
        throw new RepriseError('CONFLICT', `${this.where(name)} is there with other content`);
      }
    });
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    assertObjectName(name);
    const hash = createHash('sha256');
    let at = 0;
    let tries = 1;
    let first: GetObjectCommandOutput | undefined;
    let bytes = 0;
    while (first === undefined || at < bytes) {
      const got = await this.#get(name, at, first?.ETag);
      bytes = first === undefined ? (got.ContentLength ?? 0) : bytes;
      first ??= got;
      try {
        for await (const piece of got.Body as Readable) {
          hash.update(piece as Buffer);
          at += (piece as Buffer).length;
          yield piece as Buffer;
        }
        if (at < bytes) throw new Error('the answer was cut short');
      } catch (error) {
        // What was read so far stands: the next try goes on behind it.
        if (tries >= this.#bounds.requestTriesMax) throw this.#error(error);
        tries += 1;
      }
    }
    if (first.Metadata?.['sha256'] === hash.digest('hex')) return;
    const message = `${this.where(name)} does not hold what was written: remove it, or restore it`;
    throw new RepriseError('DAMAGED', message, { name });
  }

  async list(prefix: string): Promise<readonly ListedObject[]> {
    assertObjectPrefix(prefix);
    const { objectsListedMax } = this.#bounds;
    const found: ListedObject[] = [];
    let next: string | undefined;
    do {
      const input = { Bucket: this.#options.bucket, Prefix: prefix, ContinuationToken: next };
      const page = await this.#ask((signal) =>
        this.#client.send(new this.#sdk.ListObjectsV2Command(input), signal),
      );
      for (const { Key: name = '', Size: bytes = 0, ETag: tag = '' } of page.Contents ?? []) {
        found.push({ name, bytes, tag });
      }
      if (found.length > objectsListedMax) {
        const message = `${this.where(prefix)} holds more than ${String(objectsListedMax)} objects: remove old ones`;
        throw new RepriseError('TOO_LARGE', message);
      }
      next = page.NextContinuationToken;
    } while (next !== undefined);
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async remove(name: string): Promise<void> {
    assertObjectName(name);
    const input = { Bucket: this.#options.bucket, Key: name };
    await this.#ask((signal) =>
      this.#client.send(new this.#sdk.DeleteObjectCommand(input), signal),
    );
  }

  where(name: string): string {
    return `s3://${this.#options.bucket}/${name}`;
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  async #spooled<T>(
    name: string,
    content: ObjectContent,
    work: (file: Spooled) => Promise<T>,
  ): Promise<T> {
    assertObjectName(name);
    const { spool, random } = this.#options;
    const draft = `put-${Buffer.from(random(16)).toString('hex')}`;
    return await spooled(spool, draft, this.#bounded(name, content), work);
  }

  async *#bounded(name: string, content: ObjectContent): AsyncGenerator<Uint8Array> {
    const { objectBytesMax } = this.#bounds;
    let bytes = 0;
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > objectBytesMax) {
        const message = `${this.where(name)} would be larger than ${String(objectBytesMax)} bytes: S3 takes no more at once`;
        throw new RepriseError('TOO_LARGE', message);
      }
      yield piece;
    }
  }

  async #send(
    name: string,
    { path, bytes, sha256 }: Spooled,
    condition: { readonly IfNoneMatch?: '*' },
  ): Promise<StoredObject> {
    const { ETag: tag = '' } = await this.#ask((signal) => {
      const input = {
        ...{ Bucket: this.#options.bucket, Key: name, ...condition },
        ...{ Body: createReadStream(path), ContentLength: bytes, Metadata: { sha256 } },
        // The server refuses what did not arrive as it was sent.
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      };
      return this.#client.send(new this.#sdk.PutObjectCommand(input), signal);
    }, bytes);
    return { name, bytes, sha256, tag };
  }

  async #standing(name: string): Promise<StoredObject | undefined> {
    const got = await this.#get(name, 0, undefined).catch((error: unknown) => {
      if (hasCode(error, 'NOT_FOUND')) return undefined;
      throw error;
    });
    (got?.Body as Readable | undefined)?.destroy();
    if (got === undefined) return undefined;
    const { ContentLength: bytes = 0, ETag: tag = '', Metadata } = got;
    return { name, bytes, tag, sha256: Metadata?.['sha256'] ?? '' };
  }

  #get(name: string, from: number, tag: string | undefined): Promise<GetObjectCommandOutput> {
    const input = {
      ...{ Bucket: this.#options.bucket, Key: name },
      ...(from > 0 && { Range: `bytes=${String(from)}-` }),
      ...(tag !== undefined && { IfMatch: tag }),
    };
    return this.#ask(async (options) => {
      try {
        return await this.#client.send(new this.#sdk.GetObjectCommand(input), options);
      } catch (error) {
        if (!isPrecondition(error)) throw error;
        const message = `${this.where(name)} was replaced while it was read: read it again`;
        throw new RepriseError('UNAVAILABLE', message);
      }
    });
  }

  /** Asks with a bound on the time until the answer begins, and again where the server is not there. */
  #ask<T>(request: (options: { abortSignal: AbortSignal }) => Promise<T>, bytes = 0): Promise<T> {
    const { answerMsMax, bytesPerSecondMin } = this.#bounds;
    const msMax = answerMsMax + (bytes / bytesPerSecondMin) * 1_000;
    return retrying(this.#bounds, async () => {
      const ended = new AbortController();
      const timer = setTimeout(() => ended.abort(), msMax);
      try {
        return await request({ abortSignal: ended.signal });
      } catch (error) {
        throw this.#error(error);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  #error(error: unknown): RepriseError {
    return s3Error(error, { endpoint: this.#endpoint, bucket: this.#options.bucket });
  }
}
