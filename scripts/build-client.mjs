// Writes clients/typescript/src/schema.ts, the types of the API as its own document describes them, and, where a folder
// is named, the package as it is published into that. Run it by `node --import tsx scripts/build-client.mjs [FOLDER]`
// after routes or schemas have changed: a test compares.
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildClientPackage } from './client/package.mjs';
import { clientSchema } from './client/schema.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'clients', 'typescript', 'src', 'schema.ts');
// A name of its own, then a rename: two builds at once never leave half a file.
const draft = `${output}.${process.pid}.part`;
await writeFile(draft, await clientSchema());
await rename(draft, output);

const [folder] = process.argv.slice(2);
if (folder !== undefined) await buildClientPackage(resolve(folder));
