import { MONGO_HELLO, MongoWireServer } from './mongo-wire-server.ts';

/** A server that speaks as much of MongoDB's protocol as it takes to refuse whoever signs in. */
export interface RefusingMongo {
  readonly port: number;
  /** How often somebody tried to sign in. */
  readonly tries: number;
  close(): void;
}

/** Starts a server that refuses all credentials. */
export async function startRefusingMongo(): Promise<RefusingMongo> {
  let tries = 0;
  const server = new MongoWireServer((command) => {
    if ('saslStart' in command) {
      tries += 1;
      return { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'it is not you' };
    }
    return { ...MONGO_HELLO, saslSupportedMechs: ['SCRAM-SHA-256'] };
  });
  await server.start();
  return {
    port: server.port,
    get tries() {
      return tries;
    },
    close() {
      void server.kill();
    },
  };
}
