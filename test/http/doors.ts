/** What the tests of the doors share: plain requests, a look into the tables, a clock that tests move. */
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Answered, TestApp } from '../support/app.js';

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** One request exactly as given: no header is added but those `fetch` needs. */
export async function ask(
  app: TestApp,
  path: string,
  { method = 'POST', headers = {}, body }: Asked = {},
): Promise<Answered> {
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    // Bytes: a string would get a content type of its own.
    ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(body) }),
  });
  const text = await response.text();
  let read: unknown = text;
  try {
    read = text === '' ? undefined : JSON.parse(text);
  } catch {
    // Not JSON: the text itself is looked at.
  }
  return { status: response.status, body: read, headers: response.headers };
}

/** Headers of a shop with its own token. */
export async function shopHeaders(
  app: TestApp,
  tenantId: string,
  audience = 'aop-app',
): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await app.token(audience, tenantId)}`, 'x-tenant-identifier': tenantId };
}

/** Headers of a shop's message worker. */
export async function workerHeaders(app: TestApp, tenantId: string): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await app.token('aop-event-platform', tenantId)}`, 'consumer-id': tenantId };
}

export function newTenantId(): string {
  return `tenant-${randomUUID().slice(0, 8)}`;
}

export function newOrderReference(): string {
  return `DE--${randomUUID().slice(0, 8)}`;
}

/** What the tenant was told on a channel and has not acknowledged, straight from the table, oldest first. */
export async function told(
  app: TestApp,
  tenantId: string,
): Promise<{ name: string; channel: string; payload: Told; timestamp: string }[]> {
  const { rows } = await sql<{ name: string; channel: string; payload: Told; timestamp: string }>`
    select name, channel, payload, attributes->>'timestamp' as timestamp from outbox
    where tenant_id = ${tenantId} order by id`.execute(app.app.db);
  return rows;
}

export type Told = Record<string, unknown>;

/** Every row of a tenant in every table that a door writes to: equal before and after means nothing has changed. */
export async function everythingOf(app: TestApp, tenantId: string): Promise<Record<string, unknown>> {
  const tables = [
    'tenants',
    'payment_methods',
    'storefront_origins',
    'outbox',
    'webhook_endpoints',
    'operations',
    'payments',
    'payment_history',
    'merchants',
    'transfers',
    'transfer_items',
    'replies',
    'inbox',
  ];
  const seen: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } =
      await sql`select * from ${sql.table(table)} t where tenant_id = ${tenantId} order by t::text`.execute(app.app.db);
    seen[table] = rows;
  }
  return seen;
}

/** How many rows of a tenant a table has. */
export async function countOf(app: TestApp, table: string, tenantId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(app.app.db);
  return rows[0]?.n ?? 0;
}

export async function addMerchant(app: TestApp, tenantId: string): Promise<void> {
  await sql`insert into merchants (app_id, tenant_id, merchant_reference, connector, onboarding_status, created_at, updated_at)
    values (${app.config.appId}, ${tenantId}, 'MER000001', 'sealed', 'enabled', now(), now())`.execute(app.app.db);
}

/** Real time plus what a test has added. */
export interface MovableClock extends Clock {
  advance(seconds: number): void;
}

export function movableClock(): MovableClock {
  let added = 0;
  return {
    now: () => systemClock.now() + added,
    advance: (seconds) => {
      added += seconds * 1000;
    },
  };
}

/** The error of a payment endpoint, whole. */
export function listError(status: number, message: string): object[] {
  return [{ status, code: null, message, confirm: null }];
}

/** The error of configure and disconnect before anything is done, whole. */
export function objectError(code: string, message: string): object {
  return { errors: [{ code, message, status: null, confirm: null }] };
}

/** Timestamps of messages as they compare in a shop: as text, strictly growing. */
export function expectStrictlyIncreasing(timestamps: string[]): void {
  const sorted = [...new Set(timestamps)].sort();
  expect(timestamps).toEqual(sorted);
}

/** PHP's bracket notation, as `http_build_query` writes it. */
export function phpForm(value: unknown, name = ''): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') {
    const text = typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
    return `${encodeURIComponent(name)}=${encodeURIComponent(text).replaceAll('%20', '+')}`;
  }
  return Object.entries(value)
    .map(([key, member]) => phpForm(member, name === '' ? key : `${name}[${key}]`))
    .filter((part) => part !== '')
    .join('&');
}

/** The same with every name in snake_case; the keys of free maps stay. */
export function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  const name = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [name(key), key === 'additionalPaymentData' ? member : snake(member)]),
  );
}
