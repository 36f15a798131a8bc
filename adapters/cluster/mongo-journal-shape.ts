import type { Db } from 'mongodb';
import { RepriseError } from '../../events/error.ts';
import type { MongoConnection } from './mongo.ts';
import { isDuplicateKey } from './mongo-errors.ts';

/** What a journal is made with, once. */
interface ShapeDocument {
  readonly _id: 'journal';
  /** How blocks are stored and chained: 1 is documents by (partition, first sequence) after GENESIS. */
  readonly format: number;
  readonly partitions: number;
}

const FORMAT = 1;

/**
 * Fixes the shape of the journal of a database where it has none yet, and refuses another one: CONFLICT for another
 * number of partitions, INVALID for a format that a newer Reprise made.
 */
export async function fixShape(
  connection: MongoConnection,
  database: Db,
  partitions: number,
): Promise<void> {
  const { format, partitions: fixed } = await connection.run(() => shapeOf(database, partitions));
  if (format > FORMAT) {
    throw new RepriseError(
      'INVALID',
      `the journal has format ${String(format)} and this Reprise knows up to ${String(FORMAT)}: start a newer Reprise`,
      { database: database.databaseName },
    );
  }
  if (fixed === partitions) return;
  throw new RepriseError(
    'CONFLICT',
    `the journal was made with ${String(fixed)} partitions, not ${String(partitions)}: open it with ${String(fixed)}`,
    { database: database.databaseName },
  );
}

async function shapeOf(database: Db, partitions: number): Promise<ShapeDocument> {
  const meta = database.collection<ShapeDocument>('meta');
  const stored = await meta.findOne({ _id: 'journal' });
  if (stored !== null) return stored;
  const shape: ShapeDocument = { _id: 'journal', format: FORMAT, partitions };
  try {
    await meta.insertOne(shape);
    return shape;
  } catch (error) {
    // Another process made it a moment ago.
    const theirs = isDuplicateKey(error) ? await meta.findOne({ _id: 'journal' }) : null;
    if (theirs === null) throw error;
    return theirs;
  }
}
