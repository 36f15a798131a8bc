import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StepError } from './run.mjs';

/**
 * Fetches a pinned file. The host must begin to answer within `probeMsMax` and be done within
 * `downloadMsMax`; bytes that don't have the pinned SHA-256 are refused.
 */
export async function download({ url, sha256 }, file, { probeMsMax, downloadMsMax }) {
  const whole = AbortSignal.timeout(downloadMsMax);
  const probe = new AbortController();
  const timer = setTimeout(() => probe.abort(new Error('no answer')), probeMsMax);
  const host = new URL(url).host;
  try {
    const response = await fetch(url, { signal: AbortSignal.any([whole, probe.signal]) });
    clearTimeout(timer);
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
    expectSha256(hash.digest('hex'), sha256, url);
  } catch (error) {
    if (error instanceof StepError) throw error;
    const why = error.cause?.code ?? error.cause?.message ?? error.message;
    throw new StepError(`${host} can't be reached (${why})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Refuses a file whose SHA-256 isn't the pinned one. */
export async function verify(file, sha256) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  expectSha256(hash.digest('hex'), sha256, file);
}

function expectSha256(actual, expected, what) {
  if (actual !== expected) {
    throw new StepError(`${what} has the SHA-256 ${actual}, not the pinned ${expected}`);
  }
}
