import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { BSON } from 'mongodb';

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

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
  const sockets = new Set<Socket>();
  const answer = (command: BSON.Document): BSON.Document => {
    if ('saslStart' in command) {
      tries += 1;
      return { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'it is not you' };
    }
    return {
      ...{ ok: 1, helloOk: true, ismaster: true, isWritablePrimary: true },
      ...{ minWireVersion: 0, maxWireVersion: 21, maxBsonObjectSize: 16_777_216 },
      ...{ maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, readOnly: false },
      saslSupportedMechs: ['SCRAM-SHA-256'],
    };
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      pending = Buffer.concat([pending, piece]);
      while (pending.length >= HEADER_BYTES && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        socket.write(replyTo(message, answer));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get tries() {
      return tries;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function replyTo(message: Buffer, answer: (command: BSON.Document) => BSON.Document): Buffer {
  const [request, operation] = [message.readInt32LE(4), message.readInt32LE(12)];
  if (operation === OP_QUERY) {
    // Flags, a name that ends with 0, two numbers, then the command.
    const at = message.indexOf(0, HEADER_BYTES + 4) + 9;
    const body = BSON.serialize(answer(documentAt(message, at)));
    const before = Buffer.alloc(20);
    before.writeInt32LE(1, 16);
    return framed(request, OP_REPLY, [before, body]);
  }
  if (operation !== OP_MSG) throw new Error(`operation ${String(operation)} is not known here`);
  // Flags and the kind of the section stand before the command.
  const body = BSON.serialize(answer(documentAt(message, HEADER_BYTES + 5)));
  return framed(request, OP_MSG, [Buffer.alloc(5), body]);
}

function documentAt(message: Buffer, at: number): BSON.Document {
  return BSON.deserialize(message.subarray(at, at + message.readInt32LE(at)));
}

function framed(request: number, operation: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const bytes = parts.reduce((sum, { length }) => sum + length, HEADER_BYTES);
  header.writeInt32LE(bytes, 0);
  header.writeInt32LE(request, 8);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, ...parts]);
}
