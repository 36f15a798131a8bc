import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './identity.mjs';

/*
 * What is known about a server of a stack stands in `FOLDER/NAME/server.json`:
 *
 *   { "name": "kafka", "how": where its program came from, "version": its version,
 *     "ports": { "kafka": 20123, … }, "options": { … }, "keepsData": boolean, "note": string or null,
 *     "processes": [{ "role", "pid", "started" }] }
 *
 * It stays when the server is stopped, so that the next start has the same ports.
 */

/** Reads what is known about a server; undefined where it never ran or its file is damaged. */
export function readRecord(folder, name) {
  try {
    const record = JSON.parse(readFileSync(fileOf(folder, name), 'utf8'));
    return record.name === name && Array.isArray(record.processes) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Notes a server; a reader never sees half of it. */
export function writeRecord(folder, record) {
  const file = fileOf(folder, record.name);
  mkdirSync(join(folder, record.name), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** Lists the names below a stack's folder that have a record, in order. */
export function recordedNames(folder) {
  let names;
  try {
    names = readdirSync(folder).sort();
  } catch {
    // No folder: nothing was started here.
    return [];
  }
  return names.filter((name) => readRecord(folder, name) !== undefined);
}

/** Tells whether every process of a server runs. */
export function isRunning(record) {
  return record !== undefined && record.processes.length > 0 && record.processes.every(isAlive);
}

function fileOf(folder, name) {
  return join(folder, name, 'server.json');
}
