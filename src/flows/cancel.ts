/** Cancel: release what is authorized and not taken. */
import { decideCancel } from '../domain/decisions.js';
import { readPath } from '../domain/tenant.js';
import { handleOf } from './beats.js';
import type { CommandFlow } from './command.js';

export const cancel: CommandFlow = {
  decide: (file, _command, { tenant }) =>
    decideCancel(file, { reversesCaptured: readPath(tenant.settings, 'cancel.captured') === 'reverse' }),
  prepare: (connector, file, { operationId }, context) =>
    connector.cancel.prepare({ payment: handleOf(file), operationId, reason: 'requested_by_customer' }, context),
  done: 'payment_canceled',
  refused: 'payment_cancellation_failed',
};
