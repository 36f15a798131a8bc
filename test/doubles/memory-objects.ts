import { createHash } from 'node:crypto';
import type {
  Confirm,
  ListedObject,
  ObjectContent,
  ObjectStore,
  StoredObject,
} from '../../activities/object-store.ts';
import { assertObjectName, assertObjectPrefix } from '../../adapters/object-name.ts';
import { RepriseError } from '../../events/error.ts';

interface Kept extends StoredObject {
  content: Uint8Array;
}

/** Objects in memory, with a way to harm them. */
export class MemoryObjects implements ObjectStore {
  readonly #objects = new Map<string, Kept>();
  #puts = 0;

  async put(name: string, content: ObjectContent, confirm?: Confirm): Promise<StoredObject> {
    const bytes = await gathered(name, content);
    await confirm?.();
    return this.#keep(name, bytes);
  }

  async putNew(name: string, content: ObjectContent): Promise<StoredObject> {
    const bytes = await gathered(name, content);
    const standing = this.#objects.get(name);
    if (standing === undefined) return this.#keep(name, bytes);
    if (standing.sha256 === sha256(bytes)) return standing;
    throw new RepriseError('CONFLICT', `${name} is there with other content`);
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    assertObjectName(name);
    await Promise.resolve();
    const kept = this.#objects.get(name);
    if (kept === undefined) throw new RepriseError('NOT_FOUND', `there is no ${name}`);
    const { content } = kept;
    for (let at = 0; at < content.length; at += 1_000) yield content.slice(at, at + 1_000);
    if (sha256(content) !== kept.sha256) {
      throw new RepriseError('DAMAGED', `${name} does not hold what was written`);
    }
  }

  list(prefix: string): Promise<readonly ListedObject[]> {
    return Promise.resolve().then(() => {
      assertObjectPrefix(prefix);
      return [...this.#objects.values()]
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, bytes, tag }) => ({ name, bytes, tag }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    });
  }

  remove(name: string): Promise<void> {
    return Promise.resolve().then(() => {
      assertObjectName(name);
      this.#objects.delete(name);
    });
  }

  where(name: string): string {
    return `memory:${name}`;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Changes content behind the store's back. */
  overwrite(name: string, content: Uint8Array): void {
    const kept = this.#objects.get(name);
    if (kept !== undefined) kept.content = content;
  }

  #keep(name: string, content: Uint8Array): StoredObject {
    this.#puts += 1;
    const bytes = content.length;
    const kept = { name, bytes, sha256: sha256(content), tag: String(this.#puts), content };
    this.#objects.set(name, kept);
    return { name, bytes, sha256: kept.sha256, tag: kept.tag };
  }
}

async function gathered(name: string, content: ObjectContent): Promise<Uint8Array> {
  assertObjectName(name);
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
