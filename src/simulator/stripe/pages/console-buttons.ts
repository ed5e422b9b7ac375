/** Presses the buttons of a payment's page: what a person in Stripe's dashboard, a bank or a customer could do to it. */
import { act } from '../control/actions.js';
import { invalidParameter } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { readMoney } from './console-money.js';
import type { PaymentRecord } from './console-record.js';
import { PAYMENT_BUTTONS } from './payment-buttons.js';
import type { Button } from './payment-buttons.js';
import { REFUND_BUTTONS } from './refund-buttons.js';
import { TRANSFER_BUTTONS } from './transfer-buttons.js';

/** What a form of the payment's page sends, or a program. */
export interface Press {
  button?: unknown;
  refund?: unknown;
  transfer?: unknown;
  /** A text as people type it, or a number of minor units. */
  amount?: unknown;
  tick?: unknown;
}

/** Does what the pressed button stands for. Throws ApiError when it is not offered (any more) or is refused. */
export function press(sim: Simulation, record: PaymentRecord, form: Press): void {
  const { currency } = record.intent;
  if (form.transfer !== undefined) {
    const transfer = record.transfers.find(({ id }) => id === form.transfer);
    if (!transfer) throw invalidParameter('transfer', 'This payment has no such transfer.');
    return pressed(sim, TRANSFER_BUTTONS, { subject: transfer, currency: transfer.currency, form });
  }
  if (form.refund === undefined) return pressed(sim, PAYMENT_BUTTONS, { subject: record, currency, form });
  const refund = record.refunds.find(({ id }) => id === form.refund);
  if (!refund) throw invalidParameter('refund', 'This payment has no such refund.');
  return pressed(sim, REFUND_BUTTONS, { subject: refund, currency, form });
}

function pressed<Subject>(
  sim: Simulation,
  buttons: readonly Button<Subject>[],
  { subject, currency, form }: { subject: Subject; currency: string; form: Press },
): void {
  const button = buttons.find(({ id }) => id === form.button);
  if (!button?.offered(subject)) {
    throw invalidParameter('button', `“${button?.label ?? String(form.button)}” is not possible now.`);
  }
  const ticked = form.tick === undefined || !button.tick?.offered(subject) ? {} : button.tick.params;
  const { amount: asked } = form;
  const minor = () => (typeof asked === 'number' ? asked : readMoney(String(asked ?? ''), currency));
  const amount = button.amount ? { amount: minor() } : {};
  act(sim, button.action, { ...button.params(subject), ...ticked, ...amount });
}
