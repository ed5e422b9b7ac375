/**
 * The first tables; those of the queues stand in 0001-queues.ts. Every row carries the app and the tenant; every key
 * begins with them. Times are timestamptz, amounts bigint in minor units, secrets sealed text (see vault.ts).
 */
import { queueTables } from './0001-queues.js';

const tables = /* sql */ `
create table tenants (
  app_id text not null check (app_id <> ''),
  tenant_id text not null check (tenant_id <> ''),
  connector text not null,
  status text not null check (status in ('NEW', 'CONNECTED', 'DISCONNECTED')),
  is_active boolean not null,
  -- Opaque name of the tenant towards PSPs.
  hash text not null,
  -- Sealed JSON. Kept when the tenant disconnects.
  settings text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (app_id, tenant_id)
);
create unique index tenants_hash on tenants (app_id, hash);

-- One data key per tenant, wrapped by the master key.
create table tenant_keys (
  app_id text not null,
  tenant_id text not null,
  wrapped_key text not null,
  master_key_id text not null,
  created_at timestamptz not null,
  primary key (app_id, tenant_id)
);

-- The deployment's own secrets (token issuer, page tokens), sealed by the master key.
create table deployment_secrets (
  app_id text not null,
  name text not null,
  sealed text not null,
  created_at timestamptz not null,
  primary key (app_id, name)
);

create table clients (
  app_id text not null,
  client_id text not null,
  secret_hash text not null,
  tenant_ids text[] not null,
  label text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (app_id, client_id)
);

-- What we create ourselves for a tenant at its PSP: path token, endpoint id, signing secret.
create table webhook_endpoints (
  app_id text not null,
  tenant_id text not null,
  id uuid not null,
  connector text not null,
  mode text not null check (mode in ('live', 'test')),
  path_token text not null check (path_token <> 'test'),
  psp_endpoint_id text,
  -- Sealed. Tried beside the tenant's own secrets until the endpoint is removed.
  secret text,
  -- Credentials this endpoint was registered with: another fingerprint needs another endpoint.
  fingerprint text not null,
  created_at timestamptz not null,
  retired_at timestamptz,
  primary key (app_id, tenant_id, id)
);
create unique index webhook_endpoints_token on webhook_endpoints (path_token);

create table payment_methods (
  app_id text not null,
  tenant_id text not null,
  name text not null,
  provider_name text not null,
  method_key text not null,
  app_configuration jsonb not null,
  primary key (app_id, tenant_id, name)
);

create table payments (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  connector text not null,
  order_reference text,
  -- Null until the PSP has answered: the row is stored before anything is asked.
  transaction_id text,
  status text not null check (status in ('new', 'authorized', 'authorization_failed', 'capture_requested', 'captured',
    'capture_failed', 'canceled', 'cancellation_failed', 'overpaid', 'underpaid', 'refunded', 'refund failed',
    'partially refunded')),
  -- Counts the times the payment began anew after its authorization failed.
  round integer not null default 1,
  amount bigint not null check (amount >= 0),
  currency text not null,
  quote jsonb not null,
  redirect_success_url text,
  redirect_cancel_url text,
  checkout_summary_url text,
  -- The connector's lines for people.
  details jsonb not null default '{}',
  -- Sealed: what a front-end needs to let the customer pay.
  session text,
  page_expires_at timestamptz not null,
  authorized bigint not null default 0,
  captured bigint not null default 0,
  refunded bigint not null default 0,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index payments_order on payments (app_id, tenant_id, order_reference) where order_reference is not null;
create unique index payments_transaction on payments (app_id, tenant_id, transaction_id) where transaction_id is not null;

-- Every id the PSP has for something of a payment; former transaction ids stay as aliases.
create table payment_references (
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  kind text not null,
  reference text not null,
  parent text,
  created_at timestamptz not null,
  primary key (app_id, tenant_id, reference)
);
create index payment_references_reference on payment_references (reference);
create index payment_references_payment on payment_references (payment_id);

create table payment_facts (
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  round integer not null,
  fact_key text not null,
  fact jsonb not null,
  source text not null,
  recorded_at timestamptz not null,
  primary key (payment_id, round, fact_key)
);

create table payment_history (
  id bigint generated always as identity primary key,
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  from_status text,
  to_status text not null,
  reason text not null,
  at timestamptz not null
);
create index payment_history_payment on payment_history (payment_id, id);

create table operations (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  -- Null for what is asked on behalf of the tenant itself.
  payment_id uuid references payments (id) on delete cascade,
  endpoint_id uuid,
  connector text not null,
  kind text not null,
  attempt integer not null,
  status text not null check (status in ('asked', 'pending', 'succeeded', 'declined', 'failed')),
  unanswered boolean not null default false,
  key_spent boolean not null default false,
  idempotency_key text not null,
  parameters jsonb not null,
  -- Fields of the payment that change when the answer is yes.
  patch jsonb not null default '{}',
  amount bigint not null,
  item_ids jsonb not null,
  captured_before bigint not null default 0,
  -- Identity of the command or request that caused it.
  command_id text not null,
  correlation_id text,
  reason text,
  askings integer not null default 1,
  asked_at timestamptz not null,
  next_ask_at timestamptz not null,
  settled_at timestamptz
);
create unique index operations_key on operations (app_id, tenant_id, idempotency_key);
create unique index operations_one_asked on operations (payment_id)
  where status = 'asked' and kind in ('capture', 'cancel', 'refund');
create index operations_payment on operations (payment_id, asked_at);
create index operations_due on operations (app_id, next_ask_at) where status in ('asked', 'pending');

create table refunds (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  operation_id uuid,
  refund_id text,
  status text not null check (status in ('pending', 'processing', 'succeeded', 'failed', 'canceled')),
  amount bigint not null check (amount >= 0),
  currency text not null,
  item_ids jsonb not null,
  reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index refunds_refund_id on refunds (app_id, tenant_id, refund_id) where refund_id is not null;
create index refunds_payment on refunds (payment_id);

create table transfers (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  transfer_id text not null,
  order_reference text not null,
  merchant_reference text not null,
  item_references jsonb not null,
  amount bigint not null,
  commission bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index transfers_transfer on transfers (app_id, tenant_id, payment_id, transfer_id, merchant_reference);

create table merchants (
  app_id text not null,
  tenant_id text not null,
  merchant_reference text not null,
  -- Sealed JSON.
  settings text not null,
  onboarding_status text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (app_id, tenant_id, merchant_reference)
);
`;

/** Both halves, run as one. */
export const statements = tables + queueTables;
