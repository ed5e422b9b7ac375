/** Merchants and their accounts, transfers to them item by item, and what is taken back. Both tables were never used. */
export const statements = /* sql */ `
drop table merchants;
create table merchants (
  app_id text not null,
  tenant_id text not null,
  merchant_reference text not null,
  connector text not null,
  -- The PSP's id; null while no account is made.
  account_id text,
  -- What the shop was told last.
  onboarding_status text not null,
  was_active boolean not null default false,
  -- What the PSP said last.
  state jsonb,
  -- Sealed: where the shop wants the merchant's browser afterwards.
  return_urls text,
  -- When the account is read again by itself; null: never.
  next_look_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (app_id, tenant_id, merchant_reference)
);
create unique index merchants_account on merchants (app_id, tenant_id, connector, account_id) where account_id is not null;
create index merchants_due on merchants (app_id, next_look_at) where next_look_at is not null;

drop table transfers;
create table transfers (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  operation_id uuid not null,
  connector text not null,
  order_reference text not null,
  merchant_reference text not null,
  -- The PSP's id of the merchant's account.
  account_id text not null,
  -- The PSP's id of the transfer; null until it is paid.
  transfer_id text,
  status text not null check (status in ('asked', 'paid', 'refused')),
  amount bigint not null check (amount > 0),
  currency text not null,
  -- Sent from the tenant's balance, not from the money of this very payment.
  is_untied boolean not null default false,
  -- Taken back by somebody at the PSP.
  reversed_elsewhere bigint not null default 0 check (reversed_elsewhere >= 0),
  reason text,
  created_at timestamptz not null,
  settled_at timestamptz
);
create unique index transfers_transfer_id on transfers (app_id, tenant_id, transfer_id) where transfer_id is not null;
create index transfers_payment on transfers (payment_id, created_at);

create table transfer_items (
  app_id text not null,
  tenant_id text not null,
  payment_id uuid not null references payments (id) on delete cascade,
  transfer_row uuid not null references transfers (id) on delete cascade,
  item_reference text not null,
  amount bigint not null check (amount >= 0),
  -- Asked for or paid, and not wholly taken back: then nobody asks for it again.
  is_live boolean not null,
  primary key (transfer_row, item_reference)
);
create unique index transfer_items_once on transfer_items (app_id, tenant_id, payment_id, item_reference) where is_live;

create table transfer_reversals (
  id uuid primary key,
  app_id text not null,
  tenant_id text not null,
  transfer_row uuid not null references transfers (id) on delete cascade,
  operation_id uuid not null,
  reversal_id text,
  status text not null check (status in ('asked', 'paid', 'refused')),
  amount bigint not null check (amount > 0),
  -- A list of { itemReference, amount }.
  items jsonb not null,
  request_key text not null default '',
  reason text,
  created_at timestamptz not null,
  settled_at timestamptz
);
create unique index transfer_reversals_reversal_id on transfer_reversals (app_id, tenant_id, reversal_id) where reversal_id is not null;
create index transfer_reversals_transfer on transfer_reversals (transfer_row);

alter table operations add column transfer_row uuid, add column merchant_reference text;
`;
