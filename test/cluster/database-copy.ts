import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';

/** Documents of one request. */
const documentsMax = 500;

/** Copies every collection of a database into another one that is empty. */
export async function copyDatabase(url: string, from: string, to: string): Promise<void> {
  const connection = await connectMongo({ url });
  try {
    const [source, target] = [connection.database(from), connection.database(to)];
    for (const { name } of await source.listCollections().toArray()) {
      const documents = await source.collection(name).find().toArray();
      for (let at = 0; at < documents.length; at += documentsMax) {
        await target.collection(name).insertMany(documents.slice(at, at + documentsMax));
      }
    }
  } finally {
    await connection.close();
  }
}
