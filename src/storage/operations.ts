/** Stores what we are about to ask a PSP, and finds what was asked and never answered. */
import { sql } from 'kysely';
import type { OperationKind, OperationStatus } from '../domain/operation.js';
import type { Db } from './database.js';
import type { Scope } from './payments.js';

/** How long a worker has for one asking before another may try. */
export const ASKING_LEASE_MS = 10_000;

export interface Operation {
  id: string;
  tenantId: string;
  paymentId?: string;
  endpointId?: string;
  domainId?: string;
  /** Our id of the transfer that is asked for, or of the one it takes back from. */
  transferRow?: string;
  merchantReference?: string;
  connector: string;
  kind: OperationKind;
  attempt: number;
  status: OperationStatus;
  keySpent: boolean;
  /** An asking ended without an answer. */
  unanswered?: true;
  idempotencyKey: string;
  /** When it got this key, if that was later than its first asking. */
  keyedAt?: string;
  /** Exactly what is sent, every time it is sent. */
  parameters: Record<string, unknown>;
  /** Fields of the payment that change when the answer is yes. */
  patch: Record<string, unknown>;
  amount: number;
  itemIds: string[];
  capturedBefore: number;
  /** Identity of the command or request that caused it. */
  commandId: string;
  correlationId?: string;
  askings: number;
  askedAt: string;
  nextAskAt: string;
}

interface OperationRow {
  id: string;
  tenant_id: string;
  payment_id: string | null;
  endpoint_id: string | null;
  domain_id: string | null;
  transfer_row: string | null;
  merchant_reference: string | null;
  connector: string;
  kind: OperationKind;
  attempt: number;
  status: OperationStatus;
  key_spent: boolean;
  unanswered: boolean;
  idempotency_key: string;
  keyed_at: string | null;
  parameters: Record<string, unknown>;
  patch: Record<string, unknown>;
  amount: number;
  item_ids: string[];
  captured_before: number;
  command_id: string;
  correlation_id: string | null;
  askings: number;
  asked_at: string;
  next_ask_at: string;
}

/**
 * Stores an operation as asked. With `guard`, only while the payment still has the version that was read (its version
 * then grows). False when it does not, or when another money operation of the payment is unanswered.
 */
export async function storeAsking(
  db: Db,
  scope: Scope,
  operation: Operation,
  guard?: { paymentId: string; version: number },
): Promise<boolean> {
  const source =
    guard === undefined
      ? sql`moved as (select 1)`
      : sql`moved as (update payments set version = version + 1
          where id = ${guard.paymentId} and app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and version = ${guard.version}
          returning 1)`;
  const { rows } = await sql`
    with ${source}
    insert into operations (id, app_id, tenant_id, payment_id, endpoint_id, domain_id, transfer_row,
      merchant_reference, connector, kind, attempt, status, idempotency_key, parameters, patch,
      amount, item_ids, captured_before, command_id, correlation_id, asked_at, next_ask_at)
    select ${operation.id}, ${scope.appId}, ${scope.tenantId}, ${operation.paymentId ?? null}::uuid, ${operation.endpointId ?? null}::uuid,
      ${operation.domainId ?? null}::uuid, ${operation.transferRow ?? null}::uuid, ${operation.merchantReference ?? null},
      ${operation.connector}, ${operation.kind}, ${operation.attempt}, ${operation.status}, ${operation.idempotencyKey},
      ${JSON.stringify(operation.parameters)}::jsonb, ${JSON.stringify(operation.patch)}::jsonb, ${operation.amount}, ${JSON.stringify(operation.itemIds)}::jsonb,
      ${operation.capturedBefore}, ${operation.commandId}, ${operation.correlationId ?? null},
      ${operation.askedAt}::timestamptz, ${operation.nextAskAt}::timestamptz
    from moved
    on conflict (payment_id) where status = 'asked'
      and kind in ('capture', 'collect', 'close', 'cancel', 'refund', 'reverse', 'return', 'abandon', 'confirm', 'withdraw') do nothing
    returning id`.execute(db);
  return rows.length === 1;
}

/** The operation, or undefined. */
export async function findOperation(db: Db, scope: Scope, id: string): Promise<Operation | undefined> {
  const { rows } = await sql<OperationRow>`
    select * from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id}`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : toOperation(rows[0]);
}

/** The correlation ids of these operations, by operation; those without one are left out. */
export async function correlationsOf(db: Db, scope: Scope, ids: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; correlation_id: string }>`
    select id, correlation_id from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and id = any(${ids}::uuid[]) and correlation_id is not null`.execute(db);
  return new Map(rows.map((row) => [row.id, row.correlation_id]));
}

/** The asking for a merchant's account that has no answer yet, or undefined: there is one at most. */
export async function openAccountAsking(
  db: Db,
  scope: Scope,
  merchant: { merchantReference: string; connector: string },
): Promise<Operation | undefined> {
  const { rows } = await sql<OperationRow>`
    select * from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and merchant_reference = ${merchant.merchantReference} and connector = ${merchant.connector}
      and kind = 'create_account' and status = 'asked'
    order by asked_at limit 1`.execute(db);
  return rows[0] === undefined ? undefined : toOperation(rows[0]);
}

/** True while the PSP is asked for the account of any merchant of the tenant, so that one may exist that nobody knows. */
export async function asksForAccounts(db: Db, scope: Scope): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select 1 from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId}
      and merchant_reference is not null and kind = 'create_account' and status = 'asked') as any`.execute(db);
  return rows[0]?.any === true;
}

/** Operations that this command caused, oldest first. */
export async function operationsOfCommand(db: Db, scope: Scope, commandId: string): Promise<Operation[]> {
  const { rows } = await sql<OperationRow>`
    select * from operations where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and command_id = ${commandId}
    order by asked_at, attempt`.execute(db);
  return rows.map(toOperation);
}

/**
 * Claims operations without a final answer whose time has come, those of all tenants in turn: counts the asking and puts the next one off by 10, 20,
 * 40 and then 60 seconds, which is also the time no second worker asks. What nobody has answered for a day is asked
 * hourly; what a PSP works on is read back ever more seldom, at last once a day, because its webhook tells as well.
 */
export async function claimDueOperations(
  db: Db,
  appId: string,
  claim: { now: string; limit: number },
): Promise<Operation[]> {
  const { rows } = await sql<OperationRow>`
    with waiting as (
      select id, row_number() over (partition by tenant_id order by next_ask_at) as turn from operations
      where app_id = ${appId} and status in ('asked', 'pending') and next_ask_at <= ${claim.now}::timestamptz
    ), due as (
      select o.id from operations o join waiting w on w.id = o.id
      where o.app_id = ${appId} and o.status in ('asked', 'pending') and o.next_ask_at <= ${claim.now}::timestamptz
      order by w.turn, o.next_ask_at limit ${claim.limit} for update of o skip locked
    )
    update operations o set askings = o.askings + 1,
      next_ask_at = ${claim.now}::timestamptz + interval '1 second' * case
        when o.status = 'pending' then least(86400, 10 * power(2, least(o.askings, 15) - 1))
        when o.asked_at < ${claim.now}::timestamptz - interval '1 day' then 3600
        else least(60, 10 * power(2, least(o.askings, 4) - 1)) end
    from due where o.id = due.id returning o.*`.execute(db);
  return rows.map(toOperation);
}

/**
 * Gives an operation a new key: the former one is spent and the PSP knows nothing of it, so asking anew is safe.
 * False when somebody else did so already.
 */
export async function renewKey(
  db: Db,
  scope: Scope,
  renewal: { id: string; attempt: number; idempotencyKey: string; keyedAt: string },
): Promise<boolean> {
  const { rows } = await sql`
    update operations set attempt = ${renewal.attempt}, idempotency_key = ${renewal.idempotencyKey}, key_spent = false,
      keyed_at = ${renewal.keyedAt}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${renewal.id} and attempt = ${renewal.attempt - 1}
    returning id`.execute(db);
  return rows.length === 1;
}

/** Puts off the next look at an operation that is not settled. */
export async function postponeAsking(
  db: Db,
  scope: Scope,
  { id, nextAskAt }: { id: string; nextAskAt: string },
): Promise<void> {
  await sql`update operations set next_ask_at = ${nextAskAt}::timestamptz
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${id} and status in ('asked', 'pending')`.execute(
    db,
  );
}

/** Writes the answer of an operation that belongs to no payment. Settled operations stay as they are. */
export async function answerOperation(
  db: Db,
  scope: Scope,
  answer: { id: string; status: OperationStatus; reason?: string; keySpent?: boolean; nextAskAt?: string; now: string },
): Promise<void> {
  await sql`
    update operations set status = ${answer.status}, unanswered = ${answer.status === 'asked'}, reason = ${answer.reason ?? null},
      key_spent = key_spent or ${answer.keySpent === true},
      next_ask_at = coalesce(${answer.nextAskAt ?? null}::timestamptz, next_ask_at),
      settled_at = case when ${answer.status} in ('asked', 'pending') then null else ${answer.now}::timestamptz end
    where app_id = ${scope.appId} and tenant_id = ${scope.tenantId} and id = ${answer.id} and status in ('asked', 'pending')`.execute(
    db,
  );
}

/** At the start of a single node: what was leased by a dead process is due at once. */
export async function freeAskings(db: Db, appId: string, now: string): Promise<void> {
  await sql`update operations set next_ask_at = least(next_ask_at, ${now}::timestamptz)
    where app_id = ${appId} and status = 'asked'`.execute(db);
}

/**
 * Parameters in one order of their members, so that the first asking and every one after a restart send the same
 * text: the database gives members back in an order of its own.
 */
export function canonicalParameters(parameters: Record<string, unknown>): Record<string, unknown> {
  return sorted(parameters) as Record<string, unknown>;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

function toOperation(row: OperationRow): Operation {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    ...(row.payment_id === null ? {} : { paymentId: row.payment_id }),
    ...(row.endpoint_id === null ? {} : { endpointId: row.endpoint_id }),
    ...(row.domain_id === null ? {} : { domainId: row.domain_id }),
    ...(row.transfer_row === null ? {} : { transferRow: row.transfer_row }),
    ...(row.merchant_reference === null ? {} : { merchantReference: row.merchant_reference }),
    connector: row.connector,
    kind: row.kind,
    attempt: row.attempt,
    status: row.status,
    keySpent: row.key_spent,
    ...(row.unanswered ? { unanswered: true as const } : {}),
    idempotencyKey: row.idempotency_key,
    ...(row.keyed_at === null ? {} : { keyedAt: row.keyed_at }),
    parameters: canonicalParameters(row.parameters),
    patch: row.patch,
    amount: row.amount,
    itemIds: row.item_ids,
    capturedBefore: row.captured_before,
    commandId: row.command_id,
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    askings: row.askings,
    askedAt: row.asked_at,
    nextAskAt: row.next_ask_at,
  };
}
