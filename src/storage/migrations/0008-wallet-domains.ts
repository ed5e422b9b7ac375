/** Hosts on which a tenant's PSP may show wallets: what it was asked for, and what it said of each wallet. */
export const statements = /* sql */ `
create table wallet_domains (
  app_id text not null,
  tenant_id text not null,
  id uuid not null,
  host text not null,
  connector text not null,
  -- Credentials it was registered with: another fingerprint is perhaps another account.
  fingerprint text not null,
  psp_domain_id text,
  -- A list of { wallet, isActive, reason? }.
  wallets jsonb not null default '[]',
  -- Why it is not registered.
  problem text,
  checked_at timestamptz,
  created_at timestamptz not null,
  primary key (app_id, tenant_id, id),
  unique (app_id, tenant_id, host)
);
alter table operations add column domain_id uuid;
`;
