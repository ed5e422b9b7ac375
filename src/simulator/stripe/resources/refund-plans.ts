/** How money goes back, by the way it came: at once, later, or after the buyer has said where to. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import type { JobKind } from '../core/jobs.js';
import { DELAYED_OUTCOME_SECONDS } from '../core/time.js';
import { senderKnown } from './bank-transfers.js';
import { aftermathOf } from './scripts.js';

export interface RefundParams {
  payment_intent?: string;
  charge?: string;
  amount?: number;
  reason?: string;
  metadata?: Record<string, string> | null;
  instructions_email?: string;
  customer?: string;
  currency?: string;
  origin?: string;
}

/** Fields of the refund that depend on how the money came, and what happens to it later. */
export type RefundPlan = Pick<
  Stripe.Refund,
  'destination_details' | 'instructions_email' | 'next_action' | 'pending_reason' | 'status'
> & { later?: { kind: JobKind; seconds: number } };

/** How long the buyer has to name a bank account: https://docs.stripe.com/refunds */
const ANSWER_SECONDS = 45 * 24 * 60 * 60;

const settles = { kind: 'refund_succeeds', seconds: DELAYED_OUTCOME_SECONDS } as const;
const PENDING = { status: 'pending', pending_reason: 'processing', later: settles } as const;
const REFERENCE = { reference: null, reference_status: 'pending' };

/** Where a refund of this type of payment goes. */
function destination(type: string | undefined): Stripe.Refund.DestinationDetails {
  switch (type) {
    case 'card':
      return {
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
        type: 'card',
      };
    case 'klarna':
      return { klarna: REFERENCE, type: 'klarna' };
    case 'paypal':
      return { paypal: { network_decline_code: null, ...REFERENCE }, type: 'paypal' };
    case 'us_bank_account':
      return { type: 'us_bank_transfer', us_bank_transfer: REFERENCE };
    default:
      return { eu_bank_transfer: REFERENCE, type: 'eu_bank_transfer' };
  }
}

/** The plan for a refund of this charge. */
export function planRefund(call: Call, charge: Stripe.Charge, params: RefundParams): RefundPlan {
  const type = charge.payment_method_details?.type;
  if (type === 'customer_balance') return planToBank(call, charge.customer as string, params);
  const destination_details = destination(type);
  if (type !== 'card') return { ...PENDING, destination_details };
  const { refund } = aftermathOf(call, charge.payment_method);
  if (refund === 'pending') return { ...PENDING, destination_details };
  return {
    status: 'succeeded',
    destination_details,
    ...(refund === 'fails_later' ? { later: { ...settles, kind: 'refund_fails' } } : {}),
  };
}

/** Back to the bank account the transfer came from; when no bank said which, the buyer is asked by e-mail. */
export function planToBank(call: Call, customer: string, params: RefundParams): RefundPlan {
  const destination_details = destination('customer_balance');
  const known = call.tx.get('customers', call.account, customer);
  if (senderKnown(call, customer)) return { ...PENDING, destination_details };
  const email = params.instructions_email ?? known?.email ?? null;
  if (email === null) {
    const message = 'The bank account of the buyer is not known: provide `instructions_email` to ask for it.';
    throw invalidParameter('instructions_email', message, 'parameter_missing');
  }
  return {
    status: 'requires_action',
    instructions_email: email,
    next_action: {
      display_details: {
        email_sent: { email_sent_at: call.now, email_sent_to: email },
        expires_at: call.now + ANSWER_SECONDS,
      },
      type: 'display_details',
    },
    later: { kind: 'refund_expires', seconds: ANSWER_SECONDS },
  };
}
