import { randomUUID } from 'node:crypto';
import { connectMongo } from '../../adapters/cluster/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo.ts';

/** Connects to the stack's MongoDB. */
export function mongoOfStack(): Promise<MongoConnection> {
  const url = process.env['REPRISE_MONGO_URL'];
  if (url === undefined) throw new Error('REPRISE_MONGO_URL names no server');
  return connectMongo({ url });
}

/** Names a database that nobody else uses. */
export function databaseName(purpose: string): string {
  return `test-${purpose}-${randomUUID().slice(0, 8)}`;
}
