import { randomUUID } from 'node:crypto';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { useStack } from './stack.ts';

const stack = await useStack('mongo');

/** Where the stack's MongoDB is. */
export const mongoUrl = stack.value('REPRISE_MONGO_URL');

/** Connects to the stack's MongoDB. */
export function mongoOfStack(): Promise<MongoConnection> {
  return connectMongo({ url: mongoUrl });
}

/** Names a database that nobody else uses. */
export function databaseName(purpose: string): string {
  return `test-${purpose}-${randomUUID().slice(0, 8)}`;
}
