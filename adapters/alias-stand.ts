import type { AliasStand } from '../activities/versions/aliases.ts';

/** Reads kept aliases; undefined where the value is none, so that they are folded from the journal again. */
export function aliasStandOf(value: unknown): AliasStand | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { live, shadow, previous, position } = value as Readonly<Record<string, unknown>>;
  const isName = (name: unknown): boolean => name === null || typeof name === 'string';
  const fits =
    typeof live === 'string' && isName(shadow) && isName(previous) && Number.isInteger(position);
  return fits ? (value as AliasStand) : undefined;
}
