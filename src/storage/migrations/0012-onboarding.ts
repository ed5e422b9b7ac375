/** What onboarding needs besides: a guard on merchants, what shops were told of it, and several addresses for webhooks. */
export const statements = /* sql */ `
-- Grows with every change, so that what was read from a PSP before a change does not overwrite it.
alter table merchants add column version integer not null default 0;

-- { appName, fingerprint? } of what the shop was told last; null after a disconnect.
alter table tenants add column onboarding_told jsonb;

-- A word of the connector's own; empty for the address that tells of payments.
alter table webhook_endpoints add column purpose text not null default '';

create index operations_merchant on operations (app_id, tenant_id, merchant_reference) where merchant_reference is not null;
create index merchants_account_id on merchants (app_id, account_id) where account_id is not null;
`;
