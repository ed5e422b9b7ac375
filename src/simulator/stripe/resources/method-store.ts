/** Stores a payment method of any type, with its behaviour noted beside it. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { mergedMetadata } from '../core/params.js';
import { fullBilling } from './shapes.js';

/** What the buyer decided in the simulated sheet of a wallet. */
export interface WalletApproval {
  type: string;
  outcome: 'approve' | 'challenge' | 'decline';
}

/** What makes a payment method: `payment_method_data` of an intent, or the body of a create. */
export interface MethodParams {
  type?: string;
  card?: { number: string; exp_month: number; exp_year: number; cvc?: string | null };
  amazon_pay?: object | null;
  ideal?: { bank?: string } | null;
  klarna?: { dob?: { day: number; month: number; year: number } } | null;
  sepa_debit?: { iban: string };
  us_bank_account?: {
    account_holder_type?: string;
    account_number: string;
    account_type?: string;
    routing_number: string;
  };
  billing_details?: Stripe.PaymentMethodCreateParams.BillingDetails;
  allow_redisplay?: string;
  metadata?: Record<string, string> | null;
  sim_wallet?: WalletApproval;
}

/** The part of a payment method that depends on its type. */
export type MethodDetails = Partial<Stripe.PaymentMethod> & { type: Stripe.PaymentMethod['type'] };

/** Makes and stores it. `script`: name of its behaviour, see scripts.ts. */
export function storeMethod(
  call: Call,
  details: MethodDetails,
  script: string,
  params: MethodParams,
): Stripe.PaymentMethod {
  const method = {
    id: newId(call.tx, 'pm'),
    object: 'payment_method',
    allow_redisplay: (params.allow_redisplay as Stripe.PaymentMethod.AllowRedisplay | undefined) ?? 'unspecified',
    billing_details: fullBilling(params.billing_details),
    created: call.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: mergedMetadata(null, params.metadata),
    ...details,
  } satisfies Stripe.PaymentMethod;
  call.tx.put('payment_methods', call.account, method);
  call.tx.put('method_notes', call.account, { id: method.id, script, setUp: false });
  return method;
}
