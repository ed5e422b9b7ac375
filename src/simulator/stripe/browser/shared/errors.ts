/** The two kinds of trouble: an error a customer or the API caused (a value), and wrong use of the script (thrown). */

/** The part of a payment intent this script looks at; the rest is handed on untouched. */
export interface PaymentIntent {
  id: string;
  status: string;
  client_secret?: string | null;
  next_action?: {
    type: string;
    use_stripe_sdk?: Record<string, unknown>;
    redirect_to_url?: { url?: string | null };
    display_bank_transfer_instructions?: TransferInstructions;
  } | null;
  last_payment_error?: StripeError | null;
  [key: string]: unknown;
}

/** Where to send how much by bank: https://docs.stripe.com/payments/bank-transfers/accept-a-payment. */
export interface TransferInstructions {
  amount_remaining: number | null;
  currency: string | null;
  financial_addresses?: { iban?: { account_holder_name: string; iban: string; bic: string } }[];
  hosted_instructions_url: string | null;
  reference: string | null;
}

/** An error as Stripe.js returns it: https://docs.stripe.com/js/errors. */
export interface StripeError {
  type: string;
  code?: string;
  decline_code?: string;
  message?: string;
  payment_intent?: PaymentIntent;
  [key: string]: unknown;
}

export type IntentResult = { paymentIntent: PaymentIntent; error?: undefined } | { error: StripeError };

/** Thrown when a page uses the script in a way Stripe.js would refuse, or in a way the simulator does not cover. */
export class IntegrationError extends Error {
  override name = 'IntegrationError';
}

/** An error for a field the customer has not filled in properly; `code` as in Stripe's list of error codes. */
export function validationError(code: string, message: string): StripeError {
  return { type: 'validation_error', code, message };
}
