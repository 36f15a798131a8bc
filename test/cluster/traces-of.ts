import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import { openRedis } from '../../processes/cluster/servers/redis-link.ts';

/** Where something is looked for: all that the processes of a cluster share, and what they keep for themselves. */
export interface TraceWays {
  readonly env: Readonly<Record<string, string>>;
  /** What the processes write into, their logs among it. */
  readonly folder: string;
}

/** The places of a cluster that hold one of some texts, in one of the ways in which something may write it. */
export async function tracesOf(
  { env, folder }: TraceWays,
  texts: readonly string[],
): Promise<readonly string[]> {
  const needles = texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(Buffer.from(text).toString('hex')),
  ]);
  const isIn = (bytes: Buffer): boolean => needles.some((needle) => bytes.includes(needle));
  return [
    ...(await documentsWith(env, isIn)),
    ...(await keysWith(env, isIn)),
    ...filesWith(folder, isIn),
  ];
}

type Test = (bytes: Buffer) => boolean;

async function documentsWith(env: TraceWays['env'], isIn: Test): Promise<readonly string[]> {
  const { REPRISE_MONGO_URL: url = '', ...rest } = env;
  const mongo = await connectMongo({ url });
  try {
    const found: string[] = [];
    const names = [rest['REPRISE_MONGO_DATABASE'], rest['REPRISE_MONGO_IDENTITY_DATABASE']];
    for (const name of names.filter((one) => one !== undefined)) {
      const database = mongo.database(name);
      for (const { name: collection } of await database.listCollections().toArray()) {
        for (const document of await database.collection(collection).find({}).toArray()) {
          if (isIn(Buffer.from(BSON.serialize(document)))) found.push(`${name}.${collection}`);
        }
      }
    }
    return found;
  } finally {
    await mongo.close();
  }
}

/** Every key of the server, by its name and by all that it holds. */
async function keysWith(env: TraceWays['env'], isIn: Test): Promise<readonly string[]> {
  const link = openRedis(readClusterConfig({ ...env, REPRISE_SCRATCH_FOLDER: undefined }, 'api'));
  try {
    const keys = await link.run((redis) => redis.keys('*'));
    const found: string[] = [];
    for (const key of keys) {
      // A key that went meanwhile is dumped as null, which the client's types leave out.
      const dumped: unknown = await link.run((redis) => redis.dumpBuffer(key));
      const held = [Buffer.from(key), dumped].filter((bytes) => Buffer.isBuffer(bytes));
      if (held.some(isIn)) found.push(key);
    }
    return found;
  } finally {
    await link.close();
  }
}

function filesWith(folder: string, isIn: Test): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => isIn(contentOf(path)));
}

/** What is gone by now holds nothing. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
