/** Names of optional messages that a tenant does not want. */
export const statements = /* sql */ `
alter table tenants add column unwanted_messages text[] not null default '{}';
`;
