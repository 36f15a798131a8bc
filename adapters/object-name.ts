import { RepriseError } from '../events/error.ts';

const NAME_CHARS_MAX = 512;
const PART = '[A-Za-z0-9_-][\\w.-]{0,127}';
const NAME = new RegExp(`^${PART}(/${PART})*$`);
const PREFIX = new RegExp(`^(${PART}/)*$`);

/** Throws INVALID on what cannot name an object: a name that would leave its place, or that not every store can hold. */
export function assertObjectName(name: string): void {
  if (name.length <= NAME_CHARS_MAX && NAME.test(name)) return;
  throw new RepriseError(
    'INVALID',
    `${JSON.stringify(name.slice(0, 80))} cannot name an object: use parts of letters, digits, _, - and . with / between`,
  );
}

/** Throws INVALID on what cannot be listed. */
export function assertObjectPrefix(prefix: string): void {
  if (prefix.length <= NAME_CHARS_MAX && PREFIX.test(prefix)) return;
  throw new RepriseError(
    'INVALID',
    `${JSON.stringify(prefix.slice(0, 80))} is no prefix of objects: end it with /, or leave it empty`,
  );
}
