/** One endpoint: its path, its parameters and its rule. Resources export lists of these. */
import type { Call } from './call.js';
import type { Shape } from './params.js';

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Segments; `:id` stands for a variable one. */
  path: string;
  params: Shape;
  /** May be called with a publishable key; the rule itself checks the client secret. */
  browser: boolean;
  run(call: Call, params: Record<string, unknown>, id: string): object;
}

/** Declares an endpoint, e.g. `route('GET /v1/charges/:id', …)`. The rule gets parameters that were checked against
 * `params`, so their type is what it says. */
export function route<P extends object>(
  endpoint: `${Route['method']} /${string}`,
  params: Shape,
  run: (call: Call, params: P, id: string) => object,
  options: { browser?: boolean } = {},
): Route {
  const [method, path] = endpoint.split(' ') as [Route['method'], string];
  return { method, path, params, browser: options.browser ?? false, run: run as unknown as Route['run'] };
}

/** The endpoint for a request, with its variable segment (several are joined by a slash); a fixed path wins. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; id: string } | undefined {
  const segments = path.split('/');
  let found: { route: Route; id: string } | undefined;
  for (const candidate of routes) {
    if (candidate.method !== method) continue;
    const id = idIn(candidate.path.split('/'), segments);
    if (id === undefined) continue;
    if (id === '') return { route: candidate, id };
    found ??= { route: candidate, id };
  }
  return found;
}

function idIn(pattern: string[], segments: string[]): string | undefined {
  if (pattern.length !== segments.length) return undefined;
  let id = '';
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part === ':id' && segment !== '') id += (id === '' ? '' : '/') + decodeURIComponent(segment);
    else if (part !== segment) return undefined;
  }
  return id;
}
