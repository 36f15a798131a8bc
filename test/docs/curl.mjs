/**
 * Stands in for curl in the commands of the docs: the same requests without a need for curl on the machine. It knows
 * the options that the docs use and refuses others, and sends what is for 127.0.0.1:7070 to REPRISE_DOCS_URL.
 */
import { readFileSync } from 'node:fs';

const request = { method: undefined, headers: {}, body: undefined, url: undefined };
const args = process.argv.slice(2);
while (args.length > 0) {
  const arg = args.shift();
  if (arg === '-s') continue;
  if (arg === '-X') request.method = args.shift();
  else if (arg === '-H') addHeader(args.shift());
  else if (arg === '-d') request.body = args.shift();
  else if (arg === '--data-binary') request.body = readFileSync(args.shift().slice(1));
  else if (arg.startsWith('-') || request.url !== undefined) {
    throw new Error(`curl ${arg}: use an option that test/docs/curl.mjs knows`);
  } else request.url = arg;
}

function addHeader(header) {
  const colon = header.indexOf(':');
  request.headers[header.slice(0, colon)] = header.slice(colon + 1).trim();
}

const url = request.url.replace('http://127.0.0.1:7070', process.env.REPRISE_DOCS_URL);
const response = await fetch(url, {
  method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
  headers: request.headers,
  body: request.body,
});
process.stdout.write(await response.text());
