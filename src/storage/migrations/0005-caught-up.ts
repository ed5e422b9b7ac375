/** Until when a tenant's PSP was asked what it told and we did not hear. */
export const statements = /* sql */ `
alter table tenants add column caught_up_at timestamptz;
`;
