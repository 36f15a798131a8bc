import { z } from 'zod';

/** Spaces that one server runs beside its own: each is a process of its own. */
export const spacesMax = 16;

/** The name of a space: it is a folder and stands in a list between commas. */
export const spaceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    'must be 1 to 32 of a to z, digits and dashes, without a dash at the start',
  );

/** Names of spaces between commas, each once; none where there is nothing. */
export const spaceNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .transform((names) => names.filter((name) => name !== ''))
  .pipe(z.array(spaceName).max(spacesMax))
  .refine((names) => new Set(names).size === names.length, 'names a space twice');
