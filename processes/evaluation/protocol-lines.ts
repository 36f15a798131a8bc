import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { RepriseError } from '../../events/error.ts';
import { readLines } from '../imports/text-lines.ts';

/** A line of a protocol's file, cut at its tabs. */
export interface ProtocolLine {
  readonly fields: readonly string[];
  /** From 1. */
  readonly line: number;
}

/**
 * Reads a file of fields between tabs, gzip or plain, in batches of lines; blank lines are passed over. Throws INVALID with file and line
 * where a line has another number of fields than the first, fewer than `fieldsMin` or an empty one, or the file no line.
 */
export async function* readProtocolLines(
  file: string,
  fieldsMin: number,
  signal: AbortSignal,
): AsyncGenerator<readonly ProtocolLine[]> {
  await refuseFolder(file);
  let expected = 0;
  for await (const { firstLine, lines } of readLines(createReadStream(file, { signal }))) {
    const batch: ProtocolLine[] = [];
    for (const [at, text] of lines.entries()) {
      const fields = text.trimEnd().split('\t');
      if (fields.length === 1 && fields[0] === '') continue;
      const line = firstLine + at;
      if (expected === 0) expected = fields.length;
      const fault = faultOf(fields, Math.max(expected, fieldsMin));
      if (fault !== undefined) throw lineFault(file, line, fault);
      batch.push({ fields, line });
    }
    yield batch;
  }
  if (expected === 0) {
    throw new RepriseError('INVALID', `${file} has no line: name a file with interactions`, {
      file,
    });
  }
}

/** Makes the error of a line that does not fit. */
export function lineFault(file: string, line: number, fault: string): RepriseError {
  return new RepriseError('INVALID', `${file}:${String(line)}: ${fault}`, { file, line });
}

async function refuseFolder(file: string): Promise<void> {
  const stats = await stat(file);
  if (!stats.isDirectory()) return;
  throw new RepriseError('INVALID', `${file} is a folder: name a file of it`, { file });
}

function faultOf(fields: readonly string[], expected: number): string | undefined {
  if (fields.length !== expected) {
    const found = `${String(fields.length)} field${fields.length === 1 ? '' : 's'}`;
    return `${found} between tabs where ${String(expected)} were expected: mend or remove the line`;
  }
  const empty = fields.findIndex((field) => field.trim() === '');
  if (empty < 0) return undefined;
  return `field ${String(empty + 1)} is empty: mend or remove the line`;
}
