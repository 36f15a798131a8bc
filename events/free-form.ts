/** The bytes of JSON that an event's context may have. */
export const contextBytesMax = 4_096;
/** The bytes of JSON that an item's metadata may have. */
export const metadataBytesMax = 65_536;
/** How deep free-form JSON may nest. */
export const jsonDepthMax = 32;

/** Tells whether a value is a JSON object: no array, not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether JSON nests at most that many levels deep; it looks no deeper than that itself. */
export function isShallow(value: unknown, levels: number = jsonDepthMax): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((part) => isShallow(part, levels - 1));
}

/**
 * Says what is wrong with free-form JSON, undefined where nothing is. Depth is looked at before the size, for
 * writing JSON that is nested without bound overflows the stack.
 */
export function freeFormFault(value: unknown, bytesMax: number): string | undefined {
  if (!isObject(value)) return 'is no object';
  if (!isShallow(value)) return `nests more than ${String(jsonDepthMax)} levels deep`;
  if (Buffer.byteLength(JSON.stringify(value)) > bytesMax) {
    return `is more than ${String(bytesMax)} bytes of JSON`;
  }
  return undefined;
}
