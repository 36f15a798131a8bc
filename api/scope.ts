import type { RouteWords } from './route.ts';

/** What a key allows, each scope with those before it: to ask, to send events and items, to do everything. */
export const SCOPES = ['read', 'write', 'admin'] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** Tells whether a key of one scope may do what asks for another. */
export function covers(held: Scope, asked: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(asked);
}

/** The scope that a route asks for: its own, else `read` for what changes nothing and `admin` for all that does. */
export function scopeOf({ method, scope }: Pick<RouteWords, 'method' | 'scope'>): Scope {
  return scope ?? (method === 'GET' ? 'read' : 'admin');
}
