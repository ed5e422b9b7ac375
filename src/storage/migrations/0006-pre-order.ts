/** Who began a payment in a storefront; and what may happen to a payment before it has an order, one at a time. */
export const statements = /* sql */ `
alter table payments add column owner text;
drop index operations_one_asked;
create unique index operations_one_asked on operations (payment_id)
  where status = 'asked' and kind in ('capture', 'collect', 'close', 'cancel', 'refund', 'reverse', 'return', 'abandon',
    'confirm', 'withdraw');
`;
