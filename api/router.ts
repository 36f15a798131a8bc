/** What the router needs to know of a route. */
export interface Routed {
  readonly method: string;
  /** The path with its parameters in braces: `/v1/users/{id}`. */
  readonly path: string;
}

/** A route that fits a path, with the path's parameters as they stand there, percent-encoded. */
export interface Match<R extends Routed> {
  readonly kind: 'match';
  readonly route: R;
  readonly raw: readonly string[];
}

/** What a path and a method lead to; `allowed` holds the methods of a path that has others, `others` their routes. */
export type Lookup<R extends Routed> =
  | Match<R>
  | { readonly kind: 'method'; readonly allowed: readonly string[]; readonly others: readonly R[] }
  | { readonly kind: 'none' };

/** A segment of the tree: what follows it, and the routes by method that end here. */
interface Branch<R extends Routed> {
  readonly fixed: Map<string, Branch<R>>;
  parameter: Branch<R> | undefined;
  readonly routes: Map<string, R>;
}

function newBranch<R extends Routed>(): Branch<R> {
  return { fixed: new Map(), parameter: undefined, routes: new Map() };
}

/** Lists the names of a path's parameters in order. */
export function parameterNames(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function walk<R extends Routed>(
  branch: Branch<R>,
  segments: readonly string[],
  depth: number,
  method: string,
  raw: readonly string[],
): Match<R> | undefined {
  const segment = segments[depth];
  if (segment === undefined) {
    const route = branch.routes.get(method);
    return route === undefined ? undefined : { kind: 'match', route, raw };
  }
  const fixed = branch.fixed.get(segment);
  if (fixed !== undefined) {
    const match = walk(fixed, segments, depth + 1, method, raw);
    if (match !== undefined) return match;
  }
  if (branch.parameter === undefined) return undefined;
  return walk(branch.parameter, segments, depth + 1, method, [...raw, segment]);
}

/** Finds routes by a tree of path segments: a fixed segment goes before a parameter, where it has the method. */
export class Router<R extends Routed> {
  readonly #root: Branch<R> = newBranch();
  readonly #methods: readonly string[];

  constructor(routes: readonly R[]) {
    for (const route of routes) this.#add(route);
    this.#methods = [...new Set(routes.map((route) => route.method))].sort();
  }

  /** Finds the route of a method and a raw path without query; HEAD finds the routes of GET. */
  find(method: string, path: string): Lookup<R> {
    const segments = path.split('/');
    const match = walk(this.#root, segments, 1, method === 'HEAD' ? 'GET' : method, []);
    if (match !== undefined) return match;
    const others = this.#methods.flatMap(
      (other) => walk(this.#root, segments, 1, other, [])?.route ?? [],
    );
    const allowed = others.map((route) => route.method);
    return others.length === 0 ? { kind: 'none' } : { kind: 'method', allowed, others };
  }

  #add(route: R): void {
    let branch = this.#root;
    for (const segment of route.path.split('/').slice(1)) {
      if (segment.startsWith('{')) {
        branch.parameter ??= newBranch();
        branch = branch.parameter;
      } else {
        const next = branch.fixed.get(segment) ?? newBranch();
        branch.fixed.set(segment, next);
        branch = next;
      }
    }
    if (branch.routes.has(route.method)) {
      throw new Error(`two routes answer ${route.method} ${route.path}: take one away`);
    }
    branch.routes.set(route.method, route);
  }
}
