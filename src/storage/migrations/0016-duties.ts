/** What one node of an app does at a time. */
export const statements = /* sql */ `
create table duties (
  app_id text not null,
  duty text not null,
  -- The node that has it, until then; by the clock of the database.
  holder text not null,
  until timestamptz not null,
  primary key (app_id, duty)
);
`;
