/** A capture of several commands at once, by itself or because of a cancel, moves money as any other operation. */
export const statements = /* sql */ `
drop index operations_one_asked;
create unique index operations_one_asked on operations (payment_id)
  where status = 'asked' and kind in ('capture', 'collect', 'close', 'cancel', 'refund', 'reverse', 'return', 'abandon');
`;
