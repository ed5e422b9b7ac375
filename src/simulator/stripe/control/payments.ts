/** One payment for a program at the desk: how it stands, and the buttons the console would offer for it. */
import type Stripe from 'stripe';
import { missing } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { press } from '../pages/console-buttons.js';
import { findPayment } from '../pages/console-record.js';
import type { PaymentRecord } from '../pages/console-record.js';
import { PAYMENT_BUTTONS } from '../pages/payment-buttons.js';
import type { Button } from '../pages/payment-buttons.js';
import { REFUND_BUTTONS } from '../pages/refund-buttons.js';
import { TRANSFER_BUTTONS } from '../pages/transfer-buttons.js';
import type { Control, ControlRequest } from './control.js';

function recordOf(sim: Simulation, id: string): PaymentRecord {
  const record = findPayment(sim, id);
  if (!record) throw missing('payment_intent', id);
  return record;
}

/** The buttons that make sense now; `amount` (minor units) only where one is asked for. */
function offeredOf<Subject>(buttons: readonly Button<Subject>[], subject: Subject): object[] {
  return buttons
    .filter((button) => button.offered(subject))
    .map((button) => ({
      id: button.id,
      label: button.label,
      hint: button.hint,
      ...(button.amount ? { amount: button.amount(subject) } : {}),
    }));
}

const refundLine = (refund: Stripe.Refund): object => ({
  id: refund.id,
  amount: refund.amount,
  status: refund.status,
  buttons: offeredOf(REFUND_BUTTONS, refund),
});

const transferLine = (transfer: Stripe.Transfer): object => ({
  id: transfer.id,
  amount: transfer.amount,
  currency: transfer.currency,
  destination: transfer.destination,
  reversed: transfer.amount_reversed,
  buttons: offeredOf(TRANSFER_BUTTONS, transfer),
});

function show(sim: Simulation, { name }: ControlRequest): object {
  const record = recordOf(sim, name);
  const { intent } = record;
  return {
    id: intent.id,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    captured: intent.amount_received,
    capturable: intent.amount_capturable,
    refunded: record.refunded,
    method: record.method,
    remaining: record.remaining,
    surplus: record.surplus,
    disputes: record.disputes.map(({ id, status, amount }) => ({ id, status, amount })),
    buttons: offeredOf(PAYMENT_BUTTONS, record),
    refunds: record.refunds.map(refundLine),
    transfers: record.transfers.map(transferLine),
  };
}

/** Presses a button with `{button, refund?, transfer?, amount?, tick?}`; the amount is a number of minor units. */
function take(sim: Simulation, request: ControlRequest): object {
  press(sim, recordOf(sim, request.name), request.body);
  return show(sim, request);
}

/** What the control plane has for payments, besides the actions. */
export const paymentControls: readonly Control[] = [
  { method: 'GET', path: '/_sim/payments/:name', run: show },
  { method: 'POST', path: '/_sim/payments/:name', run: take },
];
