import { readFileSync } from 'node:fs';
import { z } from 'zod';

const part = z.object({
  ok: z.boolean(),
  path: z.string().optional(),
  why: z.string().optional(),
  remedy: z.string().optional(),
});

const statusFile = z.object({ tfjs: part, faiss: part, temporal: part }).partial();

/** The parts whose native code set-up provides. */
export type NativePartName = keyof z.infer<typeof statusFile>;

/** What set-up said of a native part. */
export interface NativePart {
  /** Its file, where it is there. */
  readonly path: string | undefined;
  /** Why it is off, with the remedy; undefined where it is there. */
  readonly unavailable: string | undefined;
}

/** Reads what set-up wrote of the native parts; one that it does not name is off. */
export function readNativeParts(
  file: URL = new URL('../../.native/status.json', import.meta.url),
): Readonly<Record<NativePartName, NativePart>> {
  const status = readStatus(file);
  const of = (name: NativePartName): NativePart => {
    const found = status[name];
    if (found?.ok === true) return { path: found.path, unavailable: undefined };
    const why = found?.why ?? 'it was not set up';
    const remedy = found?.remedy ?? 'run `node scripts/setup.mjs`';
    return { path: undefined, unavailable: `${why}: ${remedy}` };
  };
  return { tfjs: of('tfjs'), faiss: of('faiss'), temporal: of('temporal') };
}

function readStatus(file: URL): z.infer<typeof statusFile> {
  try {
    return statusFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Without a readable file nothing is known to be there; each part says how to mend it.
    return {};
  }
}
