import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { RepriseError } from '../../../events/error.ts';
import type { TlsFiles } from '../../config/cluster-config.ts';

/** Where a server listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How TLS is spoken with a server, and what a person sets right where it cannot be. */
export interface TlsWay {
  /** What the server is, as a person calls it: `kafka`. */
  readonly name: string;
  readonly files: TlsFiles;
  /** The name that the certificate is checked for; the host's where absent. */
  readonly serverName?: string | undefined;
  /** The protocols that are offered, for a server that asks for one. */
  readonly protocols?: readonly string[];
  /** The variables that the files of TLS start with: `REPRISE_KAFKA_TLS`. */
  readonly variables: string;
  /** The variable that says for which name the certificate has to be: `REPRISE_KAFKA_BROKERS`. */
  readonly nameVariable: string;
}

/** The certificate is of somebody else. */
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** What is heard of a server that answers in the clear. */
const IN_THE_CLEAR: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** An alert by which a server refuses the certificate that it was shown, or that it was shown none. */
const REFUSED_CERTIFICATE = /^ERR_SSL_\w*ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA)$/;

/**
 * Resolves when a server takes a connection and shows a certificate that is trusted. Throws INVALID, naming the variables,
 * where it shows another one, refuses ours or speaks no TLS; anything else passes, and may be tried again.
 */
export function reachTls({ host, port }: Place, way: TlsWay, signal: AbortSignal): Promise<void> {
  const where = `${way.name} at ${host}:${String(port)}`;
  return new Promise((resolve, reject) => {
    const socket = open({ host, port }, way);
    const end = (): void => {
      socket.destroy();
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    socket.once('close', () => {
      signal.removeEventListener('abort', end);
    });
    socket.once('secureConnect', () => {
      const error = distrustOf(socket, where, way);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        refusalOf(error, where, way) ?? new Error(error.code ?? error.message, { cause: error }),
      );
    });
  });
}

function open({ host, port }: Place, way: TlsWay): TLSSocket {
  const { caFile, certFile, keyFile } = way.files;
  const serverName = way.serverName ?? (isIP(host) === 0 ? host : undefined);
  const options: ConnectionOptions = {
    ...{ host, port },
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(way.protocols && { ALPNProtocols: [...way.protocols] }),
    // Nothing is sent over it: distrust is read from the socket, which tells it apart from what the network says.
    rejectUnauthorized: false,
  };
  try {
    return connect(options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the TLS files for ${way.name} cannot be used (${why}): set ${way.variables}_… right, each PEM`;
    throw new RepriseError('INVALID', message, {}, error);
  }
}

function distrustOf(socket: TLSSocket, where: string, way: TlsWay): RepriseError | undefined {
  if (socket.authorized) return undefined;
  // Typed as an error; it is the error's code.
  const why = String(socket.authorizationError);
  if (why === OTHER_NAME) {
    const message = `${where} shows a certificate for another name (${why}): set ${way.nameVariable} to the one that it is for`;
    return new RepriseError('INVALID', message, { why });
  }
  const message = `${where} shows a certificate that is not trusted (${why}): set ${way.variables}_CA_FILE to the authority that signed it`;
  return new RepriseError('INVALID', message, { why });
}

function refusalOf(
  error: NodeJS.ErrnoException,
  where: string,
  { variables }: TlsWay,
): RepriseError | undefined {
  const { code: why = '' } = error;
  if (IN_THE_CLEAR.has(why)) {
    const message = `${where} speaks no TLS (${why}): check its port and what ${variables}_… and its address ask for`;
    return new RepriseError('INVALID', message, { why }, error);
  }
  if (!REFUSED_CERTIFICATE.test(why)) return undefined;
  const message = `${where} refuses the certificate of this process (${why}): set the files of ${variables}_… right`;
  return new RepriseError('INVALID', message, { why }, error);
}
