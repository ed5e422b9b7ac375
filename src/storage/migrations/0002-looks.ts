/** When a payment is looked at again by itself: it waits for something that may never be told. */
export const statements = /* sql */ `
alter table payments add column next_look_at timestamptz;
alter table payments add column looks integer not null default 0;
create index payments_due on payments (app_id, next_look_at) where next_look_at is not null;
-- Payments that were open before: each is looked at once and then finds its own rhythm.
update payments set next_look_at = now() where status not in ('canceled', 'captured', 'refunded', 'overpaid');

-- Giving up and reversing move money as well: one unanswered money operation per payment.
drop index operations_one_asked;
create unique index operations_one_asked on operations (payment_id)
  where status = 'asked' and kind in ('capture', 'cancel', 'refund', 'reverse', 'abandon');
`;
