/** What the simulator remembers beside the objects of the API: how a test card behaves, which challenge is open. */
import type Stripe from 'stripe';

/** A decision the buyer owes for one payment intent: 3-D Secure, or the page of a redirecting payment method. */
export interface Attempt {
  id: string;
  intent: string;
  method: string;
  status: 'open' | 'succeeded' | 'failed' | 'replaced';
  returnUrl: string | null;
}

/** Beside a payment intent. */
export interface IntentNote {
  /** The intent's id. */
  id: string;
  attempt: string | null;
  returnUrl: string | null;
  /** Amount captured so far; the intent shows it as `amount_received`. */
  captures: { amount: number; at: number }[];
  /** Part of the amount that came from the customer's cash balance so far. */
  funded?: number;
  /** A debit may be canceled until then (milliseconds since 1970, simulator's clock). */
  cancelableUntil?: number;
}

/** Beside a payment method. */
export interface MethodNote {
  /** The payment method's id. */
  id: string;
  /** Name of its behaviour, see cards.ts. */
  script: string;
  /** Was saved with authentication, so "unless set up" cards do not ask again. */
  setUp: boolean;
}

/** Beside a confirmation token. */
export interface TokenNote {
  /** The token's id. */
  id: string;
  /** The payment method it brings. */
  method: Stripe.PaymentMethod;
  /** Name of the behaviour of a payment method that does not exist yet; null for one that does. */
  script: string | null;
  /** What Elements were set up with; null for a token of the test helper. */
  context: {
    mode: string;
    currency?: string;
    capture_method?: string;
    setup_future_usage?: string;
    payment_method_types?: string[];
  } | null;
}

/** Beside a payment method domain. */
export interface DomainNote {
  /** The domain's id. */
  id: string;
  /** By wallet, what a test decided. */
  forced: Partial<Record<string, { status: 'active' | 'inactive'; status_details?: { error_message: string } }>>;
}

/** A customer's cash balance, see cash-balance.ts. */
export interface CashNote {
  /** The customer's id. */
  id: string;
  /** Minor units by currency. */
  available: Record<string, number>;
  mode: 'automatic' | 'manual';
  usesDefault: boolean;
}
