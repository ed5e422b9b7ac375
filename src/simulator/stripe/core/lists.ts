/** Lists and searches: newest first, cursors, `created` filters, and the small query language of search. */
import { invalidParameter, missing } from './errors.js';
import type { Call } from './call.js';
import type { Collection, Collections } from './store.js';

/** Filters as they arrive: times and cursors. */
export interface PageParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: number | { gt?: number; gte?: number; lt?: number; lte?: number };
}

/** The list object of https://docs.stripe.com/api/pagination. */
export interface ListAnswer<T> {
  object: 'list';
  url: string;
  has_more: boolean;
  data: T[];
}

/** One page of these rows (given oldest first). Cursors are exclusive; an unknown cursor is 404. */
export function pageOf<T extends { id: string }>(rows: T[], params: PageParams, url: string): ListAnswer<T> {
  const limit = params.limit ?? 10;
  if (limit > 100)
    throw invalidParameter('limit', 'This value must be less than or equal to 100.', 'parameter_invalid_integer');
  const newest = rows.filter((row) => wasCreated(row, params.created)).reverse();
  const at = (id: string, param: string): number => {
    const index = newest.findIndex((row) => row.id === id);
    if (index < 0) throw missing('object', id, param);
    return index;
  };
  if (params.ending_before !== undefined) {
    const before = newest.slice(0, at(params.ending_before, 'ending_before'));
    return { object: 'list', url, has_more: before.length > limit, data: before.slice(-limit) };
  }
  const from = params.starting_after === undefined ? 0 : at(params.starting_after, 'starting_after') + 1;
  const page = newest.slice(from, from + limit);
  return { object: 'list', url, has_more: newest.length > from + limit, data: page };
}

function wasCreated(row: object, filter: PageParams['created']): boolean {
  if (filter === undefined || !('created' in row)) return true;
  const created = row.created as number;
  if (typeof filter === 'number') return created === filter;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = filter;
  return created > gt && created >= gte && created < lt && created <= lte;
}

/** `metadata['k']:'v'`, `status:'v'`, `amount>100`, joined by AND. Anything else is refused. The index is immediate:
 * Stripe's own lags up to a minute (https://docs.stripe.com/search). */
export function searchRows<C extends Collection>(call: Call, collection: C, query: string, fields: readonly string[]) {
  const tests = query.split(/\s+AND\s+/i).map((clause) => clauseTest(clause.trim(), fields));
  return call.tx.all(collection, call.account).filter((row) => tests.every((test) => test(row)));
}

function clauseTest(clause: string, fields: readonly string[]): (row: Collections[Collection]) => boolean {
  const parts =
    /^(-?)(metadata\["?'?([^'"\]]+)'?"?\]|[a-z_]+)\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(null|[\d.]+))$/.exec(
      clause,
    );
  const field = parts?.[2] ?? '';
  if (!parts || (parts[3] === undefined && !fields.includes(field)) || parts[4] === '~') {
    throw invalidParameter('query', `We were unable to parse your search query: ${clause}`);
  }
  const [, minus, , key, sign] = parts;
  const wanted = parts[5] ?? parts[6] ?? parts[7] ?? '';
  return (row) => {
    const source = row as unknown as Record<string, unknown> & { metadata?: Record<string, string> };
    const found = key === undefined ? source[field] : source.metadata?.[key];
    return compare(found ?? null, sign ?? ':', wanted) !== (minus === '-');
  };
}

function compare(found: unknown, sign: string, wanted: string): boolean {
  if (sign === ':') return wanted === 'null' ? found === null : String(found).toLowerCase() === wanted.toLowerCase();
  const difference = Number(found) - Number(wanted);
  if (sign === '>') return difference > 0;
  if (sign === '<') return difference < 0;
  return sign === '>=' ? difference >= 0 : difference <= 0;
}

/** A search answer of https://docs.stripe.com/api/pagination/search; `page` is the index to start at. */
export function searchPage<T>(rows: T[], params: { limit?: number; page?: string }, url: string) {
  const limit = Math.min(params.limit ?? 10, 100);
  const from = Number(params.page ?? 0) || 0;
  const newest = [...rows].reverse();
  const more = newest.length > from + limit;
  return {
    object: 'search_result' as const,
    url,
    has_more: more,
    data: newest.slice(from, from + limit),
    next_page: more ? String(from + limit) : null,
  };
}

/** One page of a list of `/v2` (rows given oldest first, shown newest first): pages are found by an opaque token. */
export function pageOfV2<T extends { id: string }>(rows: T[], params: { limit?: number; page?: string }, url: string) {
  const limit = params.limit ?? 20;
  if (limit > 100) throw invalidParameter('limit', 'limit must be at most 100.');
  const newest = [...rows].reverse();
  const after = params.page === undefined ? '' : Buffer.from(params.page, 'base64url').toString('utf8');
  const index = newest.findIndex((row) => row.id === after);
  if (after !== '' && index < 0) throw invalidParameter('page', 'The page token is not known.');
  const data = newest.slice(index + 1, index + 1 + limit);
  const last = data.at(-1);
  const more = last !== undefined && newest.length > index + 1 + limit;
  const token = Buffer.from(last?.id ?? '').toString('base64url');
  return {
    data,
    next_page_url: more ? `${url}?limit=${limit}&page=${token}` : null,
    previous_page_url: null,
  };
}
