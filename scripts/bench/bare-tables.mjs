/** The tables of the bare server and its six statements: one round trip and one durable commit each, nothing else. */

export const TABLES = `
create table payments (
  id uuid primary key, tenant text not null, order_reference text not null, transaction_id text,
  status text not null, amount bigint not null, quote jsonb not null,
  created_at timestamptz not null, updated_at timestamptz not null
);
create unique index on payments (tenant, order_reference);
create unique index on payments (tenant, transaction_id);
create table operations (
  id uuid primary key, payment_id uuid not null references payments (id), kind text not null, status text not null,
  idempotency_key text not null unique, parameters jsonb not null, asked_at timestamptz not null, settled_at timestamptz
);
create index on operations (payment_id);
create table inbox (
  id bigint generated always as identity primary key, tenant text not null, source text not null,
  identity text not null, subject text not null, body text not null, state text not null,
  leased_until timestamptz, received_at timestamptz not null, finished_at timestamptz
);
create unique index on inbox (tenant, source, identity);
create index on inbox (id) where state = 'due';
create table outbox (
  id bigint generated always as identity primary key, tenant text not null, message_id uuid not null unique,
  name text not null, payload jsonb not null, payment_id uuid not null, created_at timestamptz not null
);
create index on outbox (payment_id);
`;

/** Stores a payment and what will be asked of the PSP. */
export const BEGIN_PAYMENT = {
  name: 'begin-payment',
  text: `with made as (
      insert into payments (id, tenant, order_reference, status, amount, quote, created_at, updated_at)
      values ($1, $2, $3, 'new', $4, $5, $6, $6) returning id
    )
    insert into operations (id, payment_id, kind, status, idempotency_key, parameters, asked_at)
    select $7, id, 'initialize', 'asked', $8, $9, $6 from made`,
};

/** Keeps the PSP's answer and tells the shop. */
export const SETTLE_PAYMENT = {
  name: 'settle-payment',
  text: `with moved as (
      update payments set transaction_id = $2, updated_at = $3 where id = $1 returning id, tenant
    ), answered as (
      update operations set status = 'succeeded', settled_at = $3 where id = $4
    )
    insert into outbox (tenant, message_id, name, payload, payment_id, created_at)
    select tenant, gen_random_uuid(), 'PaymentCreated', $5::jsonb, id, $3 from moved`,
};

/** Adds what came in, once. */
export const RECEIVE = {
  name: 'receive',
  text: `insert into inbox (tenant, source, identity, subject, body, state, received_at)
    values ($1, $2, $3, $4, $5, 'due', $6) on conflict (tenant, source, identity) do nothing`,
};

/** Takes what is due, with the payment it is about. */
export const CLAIM = {
  name: 'claim',
  text: `with due as (
      select id from inbox where state = 'due' and (leased_until is null or leased_until <= $1)
      order by id limit $2 for update skip locked
    )
    update inbox i set leased_until = $1::timestamptz + interval '10 seconds' from due, payments p
    where i.id = due.id and p.tenant = i.tenant
      and case i.source when 'webhook' then p.transaction_id = i.subject else p.order_reference = i.subject end
    returning i.id, i.source, i.subject, i.body, i.identity, p.id as payment_id, p.transaction_id, p.amount`,
};

/** Stores what will be asked of the PSP. */
export const BEGIN_CAPTURE = {
  name: 'begin-capture',
  text: `insert into operations (id, payment_id, kind, status, idempotency_key, parameters, asked_at)
    values ($1, $2, 'capture', 'asked', $3, $4, $5)`,
};

/** Moves a payment, tells the shop twice (updated, then what happened) and finishes the row that caused it. */
export const MOVE_PAYMENT = {
  name: 'move-payment',
  text: `with moved as (
      update payments set status = $2, updated_at = $3 where id = $1 returning id, tenant
    ), answered as (
      update operations set status = 'succeeded', settled_at = $3 where id = $4
    ), finished as (
      update inbox set state = 'done', finished_at = $3, leased_until = null where id = $5
    )
    insert into outbox (tenant, message_id, name, payload, payment_id, created_at)
    select tenant, gen_random_uuid(), told.name, $6::jsonb, moved.id, $3
    from moved, (values ('PaymentUpdated'), ($7)) as told (name)`,
};
