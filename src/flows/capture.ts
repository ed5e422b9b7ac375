/** Capture: take authorized money, all of it or the part whose items are shipped. */
import { SINGLE_FINAL, type CapturePolicy } from '../domain/capturing.js';
import { decideCapture } from '../domain/decisions.js';
import type { Tenant } from '../domain/tenant.js';
import type { Connector } from '../kit/connector.js';
import { handleOf } from './beats.js';
import type { CommandFlow } from './command.js';

export const capture: CommandFlow = {
  decide: (file, command, { tenant, connector }) => decideCapture(file, command, policyOf(connector, tenant)),
  prepare: (connector, file, asked, context) =>
    connector.capture.prepare({ payment: handleOf(file), ...asked }, context),
  done: 'payment_captured',
  refused: 'payment_capture_failed',
};

/** How the tenant wants its reservations to be taken. */
export function policyOf(connector: Connector, tenant: Pick<Tenant, 'settings'>): CapturePolicy {
  return connector.capturing?.(tenant.settings) ?? SINGLE_FINAL;
}
