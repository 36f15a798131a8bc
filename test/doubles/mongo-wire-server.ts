import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { BSON } from 'mongodb';

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** What a server answers to a command; undefined leaves it waiting. */
export type MongoAnswer = (command: BSON.Document) => BSON.Document | undefined;

/** What a server says of itself. */
export const MONGO_HELLO: BSON.Document = {
  ...{ ok: 1, helloOk: true, ismaster: true, isWritablePrimary: true, readOnly: false },
  ...{ minWireVersion: 0, maxWireVersion: 21, maxBsonObjectSize: 16_777_216 },
  ...{ maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
};

/** A server that speaks MongoDB's protocol, and says what it is told to say. */
export class MongoWireServer {
  readonly #answer: MongoAnswer;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(answer: MongoAnswer) {
    this.#answer = answer;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the same port as before where there was one. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends as a killed process does: every connection is reset, and nobody listens. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await once(server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (piece: Buffer) => {
      pending = Buffer.concat([pending, piece]);
      while (pending.length >= HEADER_BYTES && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        const reply = replyTo(message, this.#answer);
        if (reply !== undefined) socket.write(reply);
      }
    });
  }
}

function replyTo(message: Buffer, answer: MongoAnswer): Buffer | undefined {
  const [request, operation] = [message.readInt32LE(4), message.readInt32LE(12)];
  if (operation === OP_QUERY) {
    // Flags, a name that ends with 0, two numbers, then the command.
    const said = answer(documentAt(message, message.indexOf(0, HEADER_BYTES + 4) + 9));
    const before = Buffer.alloc(20);
    before.writeInt32LE(1, 16);
    return said && framed(request, OP_REPLY, [before, BSON.serialize(said)]);
  }
  if (operation !== OP_MSG) throw new Error(`operation ${String(operation)} is not known here`);
  // Flags and the kind of the section stand before the command.
  const said = answer(documentAt(message, HEADER_BYTES + 5));
  return said && framed(request, OP_MSG, [Buffer.alloc(5), BSON.serialize(said)]);
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
