/** Refund: give captured money back, all of it or the part whose items come back. */
import { decideRefund } from '../domain/decisions.js';
import { handleOf } from './beats.js';
import type { CommandFlow } from './command.js';

export const refund: CommandFlow = {
  decide: decideRefund,
  prepare: (connector, file, { operationId, amount, itemIds }, context) =>
    connector.refund.prepare({ payment: handleOf(file), operationId, amount, itemIds }, context),
  done: 'payment_refunded',
  refused: 'payment_refund_failed',
};
