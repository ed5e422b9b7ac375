/** The buttons of a payment's page: what a person in Stripe's dashboard, a bank or a customer could do to it. */
import type Stripe from 'stripe';
import { act } from '../control/actions.js';
import type { ActionParams } from '../control/actions.js';
import { invalidParameter } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { readMoney } from './console-money.js';
import type { PaymentRecord } from './console-record.js';

interface Button<Subject> {
  /** Unique in its list; what the form sends. */
  id: string;
  label: string;
  /** Who does this and what follows, in one sentence. */
  hint: string;
  look?: 'primary' | 'danger';
  /** The action of the control plane it stands for. */
  action: string;
  params(subject: Subject): ActionParams;
  /** Minor units asked for at most, which is also what stands in the field; no field without it. */
  amount?(subject: Subject): number;
  /** A box to tick that adds these parameters. */
  tick?: { label: string; params: ActionParams; offered(subject: Subject): boolean };
  offered(subject: Subject): boolean;
}

const ofIntent = ({ intent }: PaymentRecord): ActionParams => ({ payment_intent: intent.id });
const isHeld = ({ intent }: PaymentRecord): boolean => intent.status === 'requires_capture';
const waits = ({ challenge }: PaymentRecord): boolean => challenge !== null;

/** What can be done to a payment. Another payment method adds its own here, one entry each. */
export const PAYMENT_BUTTONS: readonly Button<PaymentRecord>[] = [
  {
    id: 'challenge_passed',
    label: 'Approve 3-D Secure',
    hint: 'The customer passes the bank’s check.',
    look: 'primary',
    action: '3ds',
    params: (record) => ({ ...ofIntent(record), outcome: 'succeed' }),
    offered: waits,
  },
  {
    id: 'challenge_failed',
    label: 'Fail 3-D Secure',
    hint: 'The customer does not pass the bank’s check.',
    action: '3ds',
    params: (record) => ({ ...ofIntent(record), outcome: 'fail' }),
    offered: waits,
  },
  {
    id: 'capture',
    label: 'Capture',
    hint: 'Takes the authorized money; what is left is released.',
    look: 'primary',
    action: 'capture',
    params: ofIntent,
    amount: ({ intent }) => intent.amount_capturable,
    tick: {
      label: 'Keep the rest authorized',
      params: { final_capture: false },
      offered: ({ charges }) => charges[0]?.payment_method_details?.card?.multicapture?.status === 'available',
    },
    offered: isHeld,
  },
  {
    id: 'refund',
    label: 'Refund',
    hint: 'Gives captured money back, all or a part.',
    action: 'refund',
    params: ofIntent,
    amount: ({ intent, refunded }) => intent.amount_received - refunded,
    offered: ({ intent, refunded }) => intent.amount_received > refunded,
  },
  {
    id: 'expire',
    label: 'Expire authorization',
    hint: 'The bank’s time is over: the money is released and the payment canceled.',
    action: 'expire_authorization',
    params: ofIntent,
    offered: isHeld,
  },
  {
    id: 'cancel',
    label: 'Cancel payment',
    hint: 'Nothing more is taken; authorized money is released.',
    look: 'danger',
    action: 'cancel',
    params: ofIntent,
    offered: ({ intent }) => !['succeeded', 'canceled', 'processing'].includes(intent.status),
  },
];

/** What can happen to a refund. */
export const REFUND_BUTTONS: readonly Button<Stripe.Refund>[] = [
  {
    id: 'settle',
    label: 'Settle',
    hint: 'The pending refund arrives.',
    action: 'settle_refund',
    params: ({ id }) => ({ refund: id }),
    offered: ({ status }) => status === 'pending',
  },
  {
    id: 'bounce',
    label: 'Bounce',
    hint: 'The bank sends the money back: the refund fails.',
    look: 'danger',
    action: 'bounce_refund',
    params: ({ id }) => ({ refund: id }),
    offered: ({ status }) => status === 'pending' || status === 'succeeded',
  },
];

export type PaymentButton = (typeof PAYMENT_BUTTONS)[number];
export type RefundButton = (typeof REFUND_BUTTONS)[number];

/** What a form of the payment's page sends. */
export interface Press {
  button?: unknown;
  refund?: unknown;
  amount?: unknown;
  tick?: unknown;
}

/** Does what the pressed button stands for. Throws ApiError when it is not offered (any more) or is refused. */
export function press(sim: Simulation, record: PaymentRecord, form: Press): void {
  if (form.refund === undefined) return pressed(sim, PAYMENT_BUTTONS, { subject: record, record, form });
  const refund = record.refunds.find(({ id }) => id === form.refund);
  if (!refund) throw invalidParameter('refund', 'This payment has no such refund.');
  return pressed(sim, REFUND_BUTTONS, { subject: refund, record, form });
}

function pressed<Subject>(
  sim: Simulation,
  buttons: readonly Button<Subject>[],
  { subject, record, form }: { subject: Subject; record: PaymentRecord; form: Press },
): void {
  const button = buttons.find(({ id }) => id === form.button);
  if (!button?.offered(subject)) {
    throw invalidParameter('button', `“${button?.label ?? String(form.button)}” is not possible now.`);
  }
  const ticked = form.tick === undefined || !button.tick?.offered(subject) ? {} : button.tick.params;
  const amount = button.amount ? { amount: readMoney(String(form.amount ?? ''), record.intent.currency) } : {};
  act(sim, button.action, { ...button.params(subject), ...ticked, ...amount });
}
