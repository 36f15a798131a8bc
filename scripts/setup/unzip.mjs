import { createWriteStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { StepError } from './run.mjs';

/** The end record and its longest comment. */
const endBytesMax = 65_557;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;

/**
 * Unpacks members of a ZIP file (a Java archive, a Python wheel). `nameOf` says for each member's path
 * where it goes, or `undefined` for the members that aren't wanted. Returns how many were unpacked.
 */
export async function unzip(file, nameOf) {
  const handle = await open(file);
  try {
    let count = 0;
    for (const member of await directory(handle)) {
      const target = nameOf(member.path);
      if (target === undefined) continue;
      await unpack(handle, member, target);
      count += 1;
    }
    return count;
  } finally {
    await handle.close();
  }
}

async function directory(handle) {
  const { size } = await handle.stat();
  const tail = await bytesAt(handle, Math.max(0, size - endBytesMax), Math.min(size, endBytesMax));
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + endBytes > tail.length) throw new StepError('not a ZIP file');
  const length = tail.readUInt32LE(end + 12);
  const entries = await bytesAt(handle, tail.readUInt32LE(end + 16), length);
  const members = [];
  for (let at = 0; at + entryBytes <= length;) {
    const nameLength = entries.readUInt16LE(at + 28);
    members.push({
      path: entries.toString('utf8', at + entryBytes, at + entryBytes + nameLength),
      method: entries.readUInt16LE(at + 10),
      packedBytes: entries.readUInt32LE(at + 20),
      offset: entries.readUInt32LE(at + 42),
    });
    at += entryBytes + nameLength + entries.readUInt16LE(at + 30) + entries.readUInt16LE(at + 32);
  }
  return members;
}

async function unpack(handle, member, target) {
  if (member.packedBytes === 0) {
    await writeFile(target, '');
    return;
  }
  const local = await bytesAt(handle, member.offset, localBytes);
  const start = member.offset + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = handle.createReadStream({
    start,
    end: start + member.packedBytes - 1,
    autoClose: false,
  });
  const unpackers = { 0: [], 8: [createInflateRaw()] }[member.method];
  if (unpackers === undefined) throw new StepError(`${member.path} is packed in an unknown way`);
  await pipeline([packed, ...unpackers, createWriteStream(target)]);
}

async function bytesAt(handle, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new StepError('the ZIP file is cut short');
  return buffer;
}
