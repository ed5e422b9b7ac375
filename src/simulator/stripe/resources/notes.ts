/** What the simulator remembers beside the objects of the API: how a test card behaves, which challenge is open. */

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

/** A customer's cash balance, see cash-balance.ts. */
export interface CashNote {
  /** The customer's id. */
  id: string;
  /** Minor units by currency. */
  available: Record<string, number>;
  mode: 'automatic' | 'manual';
  usesDefault: boolean;
}
