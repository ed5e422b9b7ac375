/** The queues of the first migration: what comes in, what goes out, and the answers kept for repeats. */
export const queueTables = /* sql */ `
-- What PSPs and shops told us: stored before it is acknowledged, once per identity, applied by a worker.
create table inbox (
  id bigint generated always as identity primary key,
  app_id text not null,
  tenant_id text not null,
  source text not null check (source in ('webhook', 'command')),
  identity text not null,
  -- Rows of one source and subject are applied one after the other.
  subject text not null,
  type text not null,
  mode text not null default '',
  -- Sealed: bodies of PSPs hold client secrets and personal data.
  body text not null,
  attributes jsonb not null default '{}',
  state text not null check (state in ('due', 'parked', 'done', 'dead')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  leased_until timestamptz,
  expires_at timestamptz,
  result text,
  received_at timestamptz not null,
  finished_at timestamptz
);
create unique index inbox_identity on inbox (app_id, tenant_id, source, identity);
create index inbox_due on inbox (app_id, due_at, id) where state = 'due';
create index inbox_lane on inbox (app_id, tenant_id, source, subject, id) where state = 'due';
create index inbox_parked on inbox (app_id, tenant_id, subject) where state = 'parked';

-- What we tell tenants. Without an outside broker a row here is a message on its channel.
create table outbox (
  id bigint generated always as identity primary key,
  app_id text not null,
  tenant_id text not null,
  message_id uuid not null,
  channel text not null,
  name text not null,
  payload jsonb not null,
  attributes jsonb not null,
  payment_id uuid,
  -- What this message announces; a thing is announced once.
  announces text,
  state text not null default 'queued' check (state in ('queued', 'acknowledged', 'dead')),
  visible_at timestamptz not null,
  deliveries integer not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz
);
create unique index outbox_message on outbox (app_id, message_id);
create unique index outbox_announces on outbox (payment_id, announces) where announces is not null;
create index outbox_channel on outbox (app_id, tenant_id, channel, id) where state = 'queued';
create index outbox_payment on outbox (payment_id, id);

-- The last timestamp given to a message of a tenant, in microseconds since 1970: timestamps strictly increase.
create table message_clocks (
  app_id text not null,
  tenant_id text not null,
  last_us bigint not null,
  primary key (app_id, tenant_id)
);

-- Answers kept for repeated Idempotency-Key headers.
create table replies (
  app_id text not null,
  tenant_id text not null,
  route text not null,
  idempotency_key text not null,
  body_hash text not null,
  status integer,
  -- Sealed.
  body text,
  created_at timestamptz not null,
  primary key (app_id, tenant_id, route, idempotency_key)
);
`;
