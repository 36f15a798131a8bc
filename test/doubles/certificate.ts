import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate that signs itself, and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8 = 0x0c;
const GENERALIZED_TIME = 0x18;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const IP_ADDRESS = 0x87;

/** An element of DER: its tag, its length, and what is in it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** The object ids that are needed, as DER writes them. */
const OIDS = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
} as const;

const oid = (name: keyof typeof OIDS): Buffer => der(OBJECT_ID, Buffer.from(OIDS[name], 'hex'));
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value));
const bits = (value: Uint8Array): Buffer => der(BIT_STRING, Buffer.of(0), value);

/** Makes a certificate authority that is a server at an address of IPv4, too: no tool of the machine is needed for it. */
export function makeCertificate(commonName: string, address: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der(SEQUENCE, oid('ecdsaWithSha256'));
  const content = contentOf(commonName, address, publicKey, algorithm);
  const signature = sign('sha256', content, privateKey);
  const whole = der(SEQUENCE, content, algorithm, bits(signature));
  const lines = whole.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function contentOf(
  commonName: string,
  address: string,
  publicKey: KeyObject,
  algorithm: Buffer,
): Buffer {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid('commonName'), text(UTF8, commonName))));
  const names = der(SEQUENCE, der(IP_ADDRESS, Buffer.from(address.split('.').map(Number))));
  const authority = der(SEQUENCE, Buffer.of(0x01, 0x01, 0xff));
  return der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1)),
    algorithm,
    name,
    der(
      SEQUENCE,
      text(GENERALIZED_TIME, '20200101000000Z'),
      text(GENERALIZED_TIME, '20990101000000Z'),
    ),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      EXTENSIONS,
      der(
        SEQUENCE,
        der(SEQUENCE, oid('subjectAltName'), der(OCTET_STRING, names)),
        der(SEQUENCE, oid('basicConstraints'), der(OCTET_STRING, authority)),
      ),
    ),
  );
}
