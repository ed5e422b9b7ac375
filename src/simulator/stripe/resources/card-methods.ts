/** Stores a card as a payment method: what is shown of it, and the wallet it came from. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import type { CardScript } from './cards.js';
import { storeMethod } from './method-store.js';
import type { MethodParams } from './method-store.js';

/** Wallets that hand over a card. */
export const CARD_WALLETS = ['apple_pay', 'google_pay', 'link'] as const;
export type CardWallet = (typeof CARD_WALLETS)[number];

export interface CardOptions {
  exp_month: number;
  exp_year: number;
  cvcGiven: boolean;
  wallet?: CardWallet;
  params: MethodParams;
}

/** Makes and stores the payment method of a test card. */
export function storeCard(call: Call, script: CardScript, options: CardOptions): Stripe.PaymentMethod {
  const last4 = script.number?.slice(-4) ?? '4242';
  const card = {
    brand: script.brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: null,
      cvc_check: options.cvcGiven ? (script.decline?.code === 'incorrect_cvc' ? 'fail' : 'pass') : null,
    },
    country: 'US',
    display_brand: script.brand === 'amex' ? 'american_express' : script.brand,
    exp_month: options.exp_month,
    exp_year: options.exp_year,
    fingerprint: lettersOf(`card/${call.account}/${script.id}`, 16),
    funding: 'credit',
    generated_from: null,
    last4,
    networks: { available: [script.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: options.wallet === undefined ? null : walletOf(options.wallet, last4),
  } satisfies Stripe.PaymentMethod.Card;
  return storeMethod(call, { type: 'card', card }, script.id, options.params);
}

/** Apple Pay and Google Pay have a number of their own on the device; Link has none. */
function walletOf(type: CardWallet, last4: string): Stripe.PaymentMethod.Card.Wallet {
  return { dynamic_last4: type === 'link' ? null : last4, [type]: {}, type };
}
