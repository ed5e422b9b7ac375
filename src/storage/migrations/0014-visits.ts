/** When a node began to visit a tenant's PSP by the clock, so that of several nodes one does. */
export const statements = /* sql */ `
alter table tenants
  add column visited_at timestamptz,
  -- The last visit that also looked at what is registered there.
  add column checked_at timestamptz;
`;
