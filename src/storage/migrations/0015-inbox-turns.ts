/** Due rows of one tenant, oldest first: tenants take turns, however much of one is due. */
export const statements = /* sql */ `
create index inbox_turns on inbox (app_id, tenant_id, due_at, id) where state = 'due';
`;
