/** The most bytes of UTF-8 that an id of a user, item or event may have. */
export const ID_BYTES_MAX = 256;

/**
 * Says what is wrong with an id, undefined where nothing is: an id is 1–256 bytes of valid UTF-8 without NUL. A
 * lone surrogate has no UTF-8, so two such ids would become one when stored.
 */
export function idFault(id: string): string | undefined {
  if (id.length === 0) return 'is empty; give 1 to 256 bytes of UTF-8';
  let ascii = id.length <= ID_BYTES_MAX;
  for (let i = 0; ascii && i < id.length; i += 1) {
    const code = id.charCodeAt(i);
    ascii = code > 0 && code < 0x80;
  }
  if (ascii) return undefined;
  if (Buffer.byteLength(id) > ID_BYTES_MAX) return 'is longer than 256 bytes of UTF-8; shorten it';
  if (id.includes('\0')) return 'holds a NUL character; leave it out';
  if (/\p{Surrogate}/u.test(id)) return 'holds half of a surrogate pair; send valid UTF-8';
  return undefined;
}
