/** How a payment method behaves after the attempt, whatever its type: by the name noted beside it. */
import type { Call } from '../core/call.js';
import { cardById } from './cards.js';
import { debitById } from './debit-accounts.js';

/** What matters once money was taken. */
export interface Aftermath {
  /** The buyer's bank claims the money back. */
  dispute?: boolean;
  /** Money is available at once. */
  available?: boolean;
  refund?: 'pending' | 'fails_later';
}

/** The aftermath scripted for the payment method with this id; empty for one without a script. */
export function aftermathOf(call: Call, method: string | null): Aftermath {
  const name = call.tx.get('method_notes', call.account, method ?? '')?.script ?? '';
  return cardById(name) ?? debitById(name) ?? {};
}
