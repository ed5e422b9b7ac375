/** What happens to shares of money outside the API: a person takes one back, or a bank gets it. */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { newId } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { bookMovement, fundsOf } from '../resources/balance.js';
import { onAccount } from '../resources/transfer-payments.js';
import { reverseTransfer } from '../resources/transfer-reversals.js';
import type { Action, ActionParams } from './action.js';

/** The money a reversal would take is at the bank afterwards. There is no payout object: only the movement. */
function payOut(call: Call, params: ActionParams): Stripe.BalanceTransaction {
  const account = onAccount(call, params.account ?? '');
  const currency = params.currency ?? 'eur';
  const { available } = fundsOf(account, currency);
  const amount = params.amount === undefined ? available : Number(params.amount);
  if (!Number.isInteger(amount) || amount < 1 || amount > available)
    throw invalidParameter('amount', `The account has ${available} ${currency} available.`);
  const source = newId(call.tx, 'po');
  return bookMovement(account, { amount: -amount, currency, type: 'payout', source, description: 'STRIPE PAYOUT' });
}

export const TRANSFER_ACTIONS: Record<string, Action> = {
  'transfer-reverse': {
    subjects: ['transfer'],
    run: (call, params) =>
      reverseTransfer(
        call,
        params.amount === undefined ? {} : { amount: Number(params.amount) },
        params.transfer ?? '',
      ),
  },
  account_payout: { subjects: ['account'], run: payOut },
};
