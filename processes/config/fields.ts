import { z } from 'zod';

/** A time in milliseconds, up to a day. */
export const milliseconds = z.coerce.number().int().min(1).max(86_400_000);

/** A TCP port; 0 takes any that is free. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A switch. */
export const onOff = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

/** `host:port`; an IPv6 address stands in brackets. */
export const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:,/@]+):\d{1,5}$/, { error: 'must be host:port', abort: true })
  .refine((text) => isPort(text), 'has a port above 65535 or of 0');

/** Several `host:port` between commas. */
export const hostsAndPorts = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(hostAndPort).min(1));

/** A name as brokers, databases and namespaces take it. */
export const plainName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9._-]+$/, 'must be letters, digits, dots, dashes and underscores');

/** An address of one of some schemes. What is wrong with it is told without repeating it: it may hold a password. */
export function address(...schemes: readonly string[]): z.ZodType<string> {
  const wanted = schemes.map((scheme) => `${scheme}://…`).join(' or ');
  return z.string().refine((text) => isAddress(text, schemes), `must be ${wanted}`);
}

/** An address of a web page or service, without a user in it: it is shown. */
export const webAddress = z.string().refine((text) => {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}, 'must be http://… or https://…, without user and password');

/** Where datagrams are sent. */
export const datagramAddress = z
  .string()
  .refine(
    (text) =>
      text.startsWith('udp://') &&
      hostAndPort.safeParse(text.slice('udp://'.length)).success &&
      URL.canParse(text),
    'must be udp://host:port',
  );

/** At least so many bytes, in base64. */
export function base64Bytes(bytesMin: number): z.ZodType<string> {
  return z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, { error: 'must be base64', abort: true })
    .refine(
      (text) => Buffer.from(text, 'base64').length >= bytesMin,
      `must be ${String(bytesMin)} bytes or more, in base64: openssl rand -base64 ${String(bytesMin)}`,
    );
}

function isPort(text: string): boolean {
  const number = Number(text.slice(text.lastIndexOf(':') + 1));
  return number >= 1 && number <= 65_535;
}

function isAddress(text: string, schemes: readonly string[]): boolean {
  const scheme = schemes.find((one) => text.startsWith(`${one}://`));
  if (scheme === undefined) return false;
  // Several hosts between commas are no URL by the book, and MongoDB's addresses may have them.
  return /^([^/@\s]+@)?[^/@\s,]+(,[^/@\s,]+)*(\/[^\s]*)?(\?[^\s]*)?$/.test(
    text.slice(scheme.length + 3),
  );
}
