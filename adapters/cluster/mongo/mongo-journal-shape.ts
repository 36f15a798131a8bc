import type { Db } from 'mongodb';
import { RepriseError } from '../../../events/error.ts';
import type { MongoConnection } from './mongo.ts';
import { isDuplicateKey } from './mongo-errors.ts';

/** What a journal is made with, once. */
interface ShapeDocument {
  readonly _id: 'journal';
  /** How blocks are stored and chained: 1 is documents by (partition, first sequence) after GENESIS, 2 with redactions. */
  readonly format: number;
  readonly partitions: number;
  /** Grows before and after events are blanked; absent where none were. */
  readonly redactions?: number;
}

/** The format that a journal is made with, and the one that it has once events of it were blanked. */
const FORMAT = 1;
const REDACTED_FORMAT = 2;

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
  if (format > REDACTED_FORMAT) {
    throw new RepriseError(
      'INVALID',
      `the journal has format ${String(format)} and this Reprise knows up to ${String(REDACTED_FORMAT)}: start a newer Reprise`,
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

/** Says durably that events are blanked, or were: who cannot read a redaction refuses the journal from then on. */
export async function noteRedaction(connection: MongoConnection, database: Db): Promise<void> {
  await connection.run(() =>
    database
      .collection<ShapeDocument>('meta')
      .updateOne(
        { _id: 'journal' },
        { $set: { format: REDACTED_FORMAT }, $inc: { redactions: 1 } },
      ),
  );
}

/** How often redactions were noted. */
export async function redactionsOf(connection: MongoConnection, database: Db): Promise<number> {
  const shape = await connection.run(() =>
    database.collection<ShapeDocument>('meta').findOne({ _id: 'journal' }),
  );
  return shape?.redactions ?? 0;
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
