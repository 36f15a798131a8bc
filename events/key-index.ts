import { PARTITIONS_MAX } from './partition-of.ts';

/** Where an event with a matching fingerprint may stand: the caller compares the whole key. */
export interface Candidate {
  readonly partition: number;
  /** The low 32 bits of its sequence. */
  readonly sequenceLow: number;
}

const SHARD_BITS = 10;
const SHARDS = 1 << SHARD_BITS;
const SHARD_SLOTS_MIN = 16;
/** A shard is rebuilt when this share of its slots is taken. */
const LOAD_MAX = 0.85;
/** A rebuilt shard has room for this many times what it kept. */
const GROWTH = 1.25;
const WORD = 0x1_0000_0000;

interface Shard {
  fingerprints: Uint32Array;
  sequences: Uint32Array;
  partitions: Uint8Array;
  used: number;
}

/**
 * Finds events by key in memory at 9 bytes a slot (about 14 bytes an event): an open-addressed table of 32-bit
 * fingerprints, cut into shards so that growing and pruning happen in steps of one shard, well under a millisecond
 * each. The key's words are uniform already (SHA-256), so they are used as they are.
 */
export class KeyIndex {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => emptyShard(SHARD_SLOTS_MIN));
  /** Events at or below their partition's floor are forgotten when their shard is next rebuilt. */
  readonly #floors = new Float64Array(PARTITIONS_MAX).fill(-1);
  readonly #heads: (partition: number) => number;
  #entries = 0;

  /** `heads` tells a partition's head, by which a sequence is known from its low 32 bits. */
  constructor(heads: (partition: number) => number) {
    this.#heads = heads;
  }

  /** How many events are in the table, forgotten ones that are still in their slots included. */
  get entries(): number {
    return this.#entries;
  }

  /** Adds an event by the first two words of its key, little-endian; adding the same one twice makes two entries. */
  add(word0: number, word1: number, partition: number, sequence: number): void {
    const number = shardOf(word0);
    let shard = this.#shards[number];
    if (shard === undefined) throw new RangeError('a key word is an unsigned 32-bit number');
    if (shard.used + 1 > shard.fingerprints.length * LOAD_MAX) {
      shard = this.#rebuild(shard);
      this.#shards[number] = shard;
    }
    insert(shard, fingerprintOf(word1), partition, sequence % WORD);
    this.#entries += 1;
  }

  /** The events whose fingerprint is the key's: almost always none, or the one. */
  candidates(word0: number, word1: number): readonly Candidate[] {
    const shard = this.#shards[shardOf(word0)];
    if (shard === undefined) return [];
    const { fingerprints, sequences, partitions } = shard;
    const wanted = fingerprintOf(word1);
    let found: Candidate[] | undefined;
    let slot = homeSlot(wanted, fingerprints.length);
    for (let taken = fingerprints[slot]; taken !== 0; taken = fingerprints[slot]) {
      if (taken === wanted) {
        const candidate = { partition: partitions[slot] ?? 0, sequenceLow: sequences[slot] ?? 0 };
        if (found === undefined) found = [candidate];
        else found.push(candidate);
      }
      slot = slot + 1 === fingerprints.length ? 0 : slot + 1;
    }
    return found ?? NONE;
  }

  /** Makes room for so many events at once, while the table is empty: growing step by step costs several times more. */
  reserve(events: number): void {
    if (this.#entries > 0) return;
    const slots = Math.ceil((events / SHARDS) * (GROWTH / LOAD_MAX));
    for (const [number] of this.#shards.entries()) {
      this.#shards[number] = emptyShard(Math.max(SHARD_SLOTS_MIN, slots));
    }
  }

  /** Forgets the events of a partition up to a sequence, bit by bit. */
  forget(partition: number, through: number): void {
    this.#floors[partition] = through;
  }

  #rebuild(shard: Shard): Shard {
    const kept: number[] = [];
    for (let slot = 0; slot < shard.fingerprints.length; slot += 1) {
      if (shard.fingerprints[slot] !== 0 && this.#isKept(shard, slot)) kept.push(slot);
    }
    const slots = Math.max(SHARD_SLOTS_MIN, Math.ceil((kept.length * GROWTH) / LOAD_MAX) + 1);
    const rebuilt = emptyShard(slots);
    for (const slot of kept) {
      const { fingerprints, partitions, sequences } = shard;
      insert(rebuilt, fingerprints[slot] ?? 0, partitions[slot] ?? 0, sequences[slot] ?? 0);
    }
    this.#entries -= shard.used - kept.length;
    return rebuilt;
  }

  #isKept(shard: Shard, slot: number): boolean {
    const partition = shard.partitions[slot] ?? 0;
    const head = this.#heads(partition);
    return wholeSequence(shard.sequences[slot] ?? 0, head) > (this.#floors[partition] ?? -1);
  }
}

/** The largest sequence at or below the head that ends in these 32 bits; −1 or less where there is none. */
export function wholeSequence(sequenceLow: number, head: number): number {
  const headLow = head % WORD;
  return head - headLow + sequenceLow - (sequenceLow > headLow ? WORD : 0);
}

const NONE: readonly Candidate[] = [];

function emptyShard(slots: number): Shard {
  return {
    fingerprints: new Uint32Array(slots),
    sequences: new Uint32Array(slots),
    partitions: new Uint8Array(slots),
    used: 0,
  };
}

function shardOf(word0: number): number {
  return word0 >>> (32 - SHARD_BITS);
}

/** 0 marks an empty slot, so it is no fingerprint. */
function fingerprintOf(word1: number): number {
  return word1 === 0 ? 1 : word1;
}

/** Where a fingerprint's search begins: it needs nothing but the fingerprint, so that a rebuild can place it. */
function homeSlot(fingerprint: number, slots: number): number {
  return Math.floor((fingerprint / WORD) * slots);
}

function insert(shard: Shard, fingerprint: number, partition: number, sequenceLow: number): void {
  const slots = shard.fingerprints.length;
  let slot = homeSlot(fingerprint, slots);
  while (shard.fingerprints[slot] !== 0) slot = slot + 1 === slots ? 0 : slot + 1;
  shard.fingerprints[slot] = fingerprint;
  shard.partitions[slot] = partition;
  shard.sequences[slot] = sequenceLow;
  shard.used += 1;
}
