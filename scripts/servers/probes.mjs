import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

/** How long a server may take to answer one question. */
const answerMsMax = 1_000;
const answerBytesMax = 65_536;

/** Asks Redis; while it loads its file it answers otherwise. */
export function redisAnswers(port) {
  return asks(port, Buffer.from('PING\r\n'), (said) => lineOf(said) === '+PONG');
}

/** Asks statsd's administration port. */
export function statsdAnswers(port) {
  return asks(port, Buffer.from('health\n'), (said) => lineOf(said) === 'health: up');
}

/** Tells whether anything accepts connections. */
export function listens(port) {
  return asks(port, Buffer.alloc(0), undefined);
}

/** Asks MongoDB by a `ping` in its wire protocol: OP_MSG with one document. */
export function mongoAnswers(port) {
  const body = bsonOf({ ping: 1, $db: 'admin' });
  const message = Buffer.alloc(21);
  message.writeInt32LE(message.length + body.length, 0);
  message.writeInt32LE(2013, 12);
  return asks(port, Buffer.concat([message, body]), (said) =>
    said.length < 4 || said.length < said.readInt32LE(0)
      ? undefined
      : said.includes(Buffer.from('\x01ok\0\0\0\0\0\0\0\xf0\x3f', 'latin1')),
  );
}

/** Asks Kafka for its brokers (Metadata, version 1, no topics): one that isn't ready doesn't count itself. */
export function kafkaAnswers(port) {
  const request = Buffer.alloc(18);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(3, 4);
  request.writeInt16BE(1, 6);
  request.writeInt16BE(-1, 12);
  return asks(port, request, (said) =>
    said.length < 12 || said.length < 4 + said.readInt32BE(0) ? undefined : said.readInt32BE(8) > 0,
  );
}

/** Asks Temporal for its default namespace, over gRPC. */
export function temporalAnswers(port) {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const finish = (answer) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), answerMsMax);
    session.on('error', () => finish(false));
    const call = session.request({
      ':method': 'POST',
      ':path': '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // An answer without a body has its status in the headers.
    for (const kind of ['response', 'trailers']) {
      call.on(kind, (headers) => {
        if (headers['grpc-status'] !== undefined) finish(Number(headers['grpc-status']) === 0);
      });
    }
    call.on('error', () => finish(false));
    call.resume();
    // One uncompressed message: the field `namespace` (1, a string) is "default".
    call.end(Buffer.from('\0\0\0\0\x09\x0a\x07default', 'latin1'));
  });
}

/** Asks an HTTP server for a page that it must have. */
export async function pageAnswers(port, path) {
  try {
    const signal = AbortSignal.timeout(answerMsMax);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Sends a question and resolves to what `judge` makes of the bytes of the answer; while that is undefined, more
 * are waited for. Without a judge a connection is answer enough.
 */
function asks(port, question, judge) {
  return new Promise((resolve) => {
    let said = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerMsMax, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('connect', () => (judge === undefined ? finish(true) : socket.write(question)));
    socket.on('data', (chunk) => {
      said = Buffer.concat([said, chunk]);
      const answer = judge(said);
      if (answer !== undefined || said.length > answerBytesMax) finish(answer === true);
    });
  });
}

function lineOf(said) {
  const end = said.indexOf('\n');
  return end < 0 ? undefined : said.toString('latin1', 0, end).trim();
}

/** A flat document of 32-bit numbers and strings. */
function bsonOf(document) {
  const fields = Object.entries(document).map(([name, value]) => {
    const key = Buffer.from(`${name}\0`);
    const number = Buffer.alloc(4);
    if (typeof value === 'number') {
      number.writeInt32LE(value);
      return Buffer.concat([Buffer.from([0x10]), key, number]);
    }
    const text = Buffer.from(`${value}\0`);
    number.writeInt32LE(text.length);
    return Buffer.concat([Buffer.from([0x02]), key, number, text]);
  });
  const body = Buffer.concat([...fields, Buffer.from([0])]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(body.length + 4);
  return Buffer.concat([length, body]);
}
