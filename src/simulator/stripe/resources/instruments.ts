/** What happens when an intent is paid with one type of payment method. A new type is one more entry here. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import type { CardScript } from './cards.js';
import type { Intent } from './intents.js';
import type { MethodType } from './method-types.js';
import { scriptOf } from './payment-methods.js';

/** Facts about the attempt that are not on the intent. */
export interface AttemptFacts {
  /** The challenge was passed. */
  authenticated: boolean;
  /** The customer is not there: a challenge cannot be shown. */
  offSession: boolean;
}
export type Outcome =
  | { kind: 'authorized'; authenticated: boolean }
  | { kind: 'challenge' }
  | { kind: 'debit' }
  | { kind: 'redirect' }
  | { kind: 'transfer' }
  | { kind: 'declined'; authenticated: boolean; decline: NonNullable<CardScript['decline']> };

export type Instrument = (call: Call, intent: Intent, method: Stripe.PaymentMethod, facts: AttemptFacts) => Outcome;

const card: Instrument = (call, intent, method, { authenticated, offSession }) => {
  const { script, setUp } = scriptOf(call, method);
  const asked = (intent.payment_method_options as { card?: { request_three_d_secure?: string } } | null)?.card
    ?.request_three_d_secure;
  const exempt = setUp && script.challenge === 'unless_set_up';
  const wanted = (script.challenge !== undefined && !exempt) || asked === 'any' || asked === 'challenge';
  if (wanted && !authenticated) {
    if (!offSession) return { kind: 'challenge' };
    const message = 'Your card was declined. This transaction requires authentication.';
    return {
      kind: 'declined',
      authenticated,
      decline: { code: 'authentication_required', decline_code: 'authentication_required', message },
    };
  }
  return script.decline
    ? { kind: 'declined', authenticated, decline: script.decline }
    : { kind: 'authorized', authenticated };
};

/** The buyer approves on the page of the payment method; declining is decided there too. One who approved in the sheet
 * of an express checkout is not led there again. */
const redirect: Instrument = (call, _intent, method, { authenticated }) => {
  if (authenticated) return { kind: 'authorized', authenticated };
  const script = call.tx.get('method_notes', call.account, method.id)?.script ?? '';
  if (script.endsWith('_approved')) return { kind: 'authorized', authenticated };
  if (!script.endsWith('_declined')) return { kind: 'redirect' };
  const decline = { code: 'payment_method_provider_decline', message: 'The payment was declined by its provider.' };
  return { kind: 'declined', authenticated, decline };
};

const debit: Instrument = () => ({ kind: 'debit' });

export const INSTRUMENTS: Record<MethodType, Instrument> = {
  amazon_pay: redirect,
  card,
  customer_balance: () => ({ kind: 'transfer' }),
  ideal: redirect,
  klarna: redirect,
  paypal: redirect,
  sepa_debit: debit,
  us_bank_account: debit,
};
