/** What an action of the control plane is, and what each one takes. */
import type { Call } from '../core/call.js';
import type { Collection } from '../core/store.js';

type Sum = { amount?: number };
type OfIntent<Rest = object> = { payment_intent: string } & Rest;

/** Every action with its parameters. Amounts in minor units; an absent amount means all of it. */
export interface ControlActions {
  /** The buyer at the bank's page. */
  '3ds': OfIntent<{ outcome: 'succeed' | 'fail' }>;
  /** The buyer at the page of PayPal, Klarna, iDEAL. */
  redirect: OfIntent<{ outcome: 'succeed' | 'fail' }>;
  capture: OfIntent<Sum & { final_capture?: boolean }>;
  cancel: OfIntent;
  refund: OfIntent<Sum & { reason?: string }>;
  expire_authorization: OfIntent;
  bounce_refund: { refund: string };
  settle_refund: { refund: string; outcome?: 'succeed' | 'fail' };
  /** The bank answers a debit, before its time and whatever its account is scripted to do. */
  settle_debit: OfIntent<{ outcome: 'succeed' | 'fail' }>;
  /** The buyer sends a transfer; for an intent the amount may be left out (what remains) and its reference is written
   * on it. `sender: 'unknown'`: the bank does not say who sent it. Answers the intent, or the cash transaction. */
  fund_cash_balance: ({ payment_intent: string } | { customer: string }) &
    Sum & { currency?: string; reference?: string; sender?: 'known' | 'unknown' };
  /** The buyer tells where a refund that requires action should go. */
  give_bank_details: { refund: string };
  expire_refund: { refund: string };
  open_dispute: OfIntent<{ reason?: string }>;
  close_dispute: ({ dispute: string } | { payment_intent: string }) & { outcome: 'won' | 'lost' };
  early_fraud_warning: OfIntent<{ reason?: string }>;
  /** Apple, Google and the others allow their wallet on a host, or do not. */
  domain_wallet: { payment_method_domain: string; wallet: string; status: 'active' | 'inactive' };
  expire_confirmation_token: { confirmation_token: string };
  open_review: OfIntent;
  /** What becomes of a connected account, whether it opened its page or not. */
  account: { account: string; outcome: AccountAction };
  /** Somebody takes a transfer back in the dashboard; an absent amount is what is left of it. */
  'transfer-reverse': { transfer: string } & Sum;
  /** The connected account's money goes to its bank: all that is available, or this much. Answers the movement. */
  account_payout: { account: string; currency?: string } & Sum;
  close_review: ({ review: string } | { payment_intent: string }) & { reason?: string };
}
/** An outcome of onboarding; `deauthorize`: it takes its permission away. */
export type AccountAction =
  | 'close'
  | 'complete'
  | 'deauthorize'
  | 'eventually'
  | 'more_later'
  | 'past_due'
  | 'pending'
  | 'rejected'
  | 'restricted';
export type ActionName = keyof ControlActions;

/** The parameters of any action, as they arrive. */
export interface ActionParams {
  account?: string;
  payment_intent?: string;
  refund?: string;
  customer?: string;
  dispute?: string;
  review?: string;
  payment_method_domain?: string;
  confirmation_token?: string;
  transfer?: string;
  wallet?: string;
  status?: string;
  outcome?: string;
  amount?: number;
  currency?: string;
  reference?: string;
  sender?: string;
  reason?: string;
  final_capture?: boolean;
}

/** What an action can be about, and where such objects are. */
export const SHELVES = {
  account: 'connected_accounts',
  payment_intent: 'payment_intents',
  refund: 'refunds',
  customer: 'customers',
  dispute: 'disputes',
  review: 'reviews',
  payment_method_domain: 'payment_method_domains',
  confirmation_token: 'confirmation_tokens',
  transfer: 'transfers',
} as const satisfies Record<string, Collection>;

export interface Action {
  /** One of these names the object; the account is found by it. */
  subjects: readonly (keyof typeof SHELVES)[];
  run(call: Call, params: ActionParams): object;
}
