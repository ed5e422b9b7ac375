/** When an operation got the key it has now: a new key is young, whenever the operation was asked first. */
export const statements = /* sql */ `
-- Null: the key it was asked with first.
alter table operations add column keyed_at timestamptz;
`;
