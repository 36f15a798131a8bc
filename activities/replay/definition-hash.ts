import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** SHA-256 (hex) of a version's definition, whatever the order in which its fields were written. */
export function definitionSha256(definition: VersionDefinition): string {
  return sha256Hex(new TextEncoder().encode(JSON.stringify(definition, inOrder)));
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
