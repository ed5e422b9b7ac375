/** Returning what arrived for a canceled payment moves money as well: one unanswered money operation per payment. */
export const statements = /* sql */ `
drop index operations_one_asked;
create unique index operations_one_asked on operations (payment_id)
  where status = 'asked' and kind in ('capture', 'cancel', 'refund', 'reverse', 'return', 'abandon');
`;
