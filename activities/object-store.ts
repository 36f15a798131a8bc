/** What is put: pieces of bytes in order. An empty piece gives the event loop a turn. */
export type ObjectContent = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Is asked when the content is safe and nothing is left but to publish it; where it throws, nothing is published. */
export type Confirm = () => Promise<void>;

/** An object as it was put. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
  /** Changes with every put of the name. */
  readonly tag: string;
}

/** An object as it is listed, unread. */
export interface ListedObject {
  readonly name: string;
  readonly bytes: number;
  /** Changes with every put of the name. */
  readonly tag: string;
}

/**
 * Objects that all processes of an instance share. A name is parts of letters, digits, `_`, `-` and `.` with `/` between
 * them, no part with a dot in front. Every call ends within a bound: with UNAVAILABLE where the store does not answer or
 * has no room, with INVALID where a name or the settings do not fit. Nothing half-written is ever seen.
 */
export interface ObjectStore {
  /** Puts content under a name, in place of what stood there, whole or not at all: also where `content` throws. */
  put(name: string, content: ObjectContent, confirm?: Confirm): Promise<StoredObject>;
  /** Puts content under a name that is free; throws CONFLICT where other content stands there. The same is no conflict. */
  putNew(name: string, content: ObjectContent): Promise<StoredObject>;
  /**
   * The content in pieces. Throws NOT_FOUND where there is none, and DAMAGED, at the latest after the last piece, where
   * it is not what was put.
   */
  read(name: string): AsyncIterable<Uint8Array>;
  /** The objects below a prefix that is empty or ends with `/`, by name. */
  list(prefix: string): Promise<readonly ListedObject[]>;
  /** Removes an object, if there is one. */
  remove(name: string): Promise<void>;
  /** Where an object stands, for people. */
  where(name: string): string;
  close(): Promise<void>;
}
