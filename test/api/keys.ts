import type { Access } from '../../api/deps.ts';
import { KeyRing, keyDigest } from '../../api/key-ring.ts';
import type { Scope } from '../../api/scope.ts';
import { NOW_MS } from './harness.ts';

/** The secret of a key in tests. */
export const SECRET: Readonly<Record<Scope, string>> = {
  read: 'reprise_read-0123456789abcdef',
  write: 'reprise_write-0123456789abcdef',
  admin: 'reprise_admin-0123456789abcdef',
};

/** A key that has expired. */
export const EXPIRED = 'reprise_expired-0123456789abcdef';

/** Access by a key of each scope, and one that opens nothing any more. */
export function keyedAccess(): Access {
  const scopes: readonly Scope[] = ['read', 'write', 'admin'];
  const keys = scopes.map((scope) => ({ name: scope, scope, sha256: keyDigest(SECRET[scope]) }));
  const expired = { name: 'old', scope: 'admin' as const, sha256: keyDigest(EXPIRED) };
  return {
    kind: 'keys',
    keys: new KeyRing([...keys, { ...expired, expiresMs: NOW_MS }], () => NOW_MS),
  };
}
