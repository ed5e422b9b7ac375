/** What a wallet hands over when the buyer has approved in its sheet: https://docs.stripe.com/elements/express-checkout-element */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { choice, group } from '../core/params.js';
import { CARD_WALLETS, storeCard } from './card-methods.js';
import type { CardWallet } from './card-methods.js';
import { cardById } from './cards.js';
import type { MethodParams, WalletApproval } from './method-store.js';
import { createOther } from './other-methods.js';

/** Wallets with a sheet of their own, where the buyer approves before the payment is confirmed. */
export const WALLETS = [...CARD_WALLETS, 'paypal', 'klarna', 'amazon_pay'] as const;
export type Wallet = (typeof WALLETS)[number];

/** The simulator's own parameter of `payment_method_data`, sent by its wallet sheet alone. */
export const walletApproval = group({
  type: choice(WALLETS, { required: true }),
  outcome: choice(['approve', 'challenge', 'decline']),
});

type Outcome = WalletApproval['outcome'];

/** The test card behind each outcome. */
const CARDS: Record<Outcome, string> = {
  approve: 'pm_card_visa',
  challenge: 'pm_card_authenticationRequired',
  decline: 'pm_card_visa_chargeDeclined',
};

const isCardWallet = (wallet: string): wallet is CardWallet => (CARD_WALLETS as readonly string[]).includes(wallet);

/** The type of payment method this wallet brings: a card, or one of its own. */
export const typeOfWallet = (wallet: Wallet): string => (isCardWallet(wallet) ? 'card' : wallet);

/** Makes and stores the payment method of an approval. 400 when type and wallet do not fit, or from a server. */
export function createFromWallet(
  call: Call,
  approval: WalletApproval,
  params: MethodParams,
  prefix = '',
): Stripe.PaymentMethod {
  const param = `${prefix}[sim_wallet]`;
  if (!call.browser) throw invalidParameter(param, 'Only the simulated wallet sheet sends `sim_wallet`.');
  const type = typeOfWallet(approval.type as Wallet);
  if (params.type !== type) throw invalidParameter(`${prefix}[type]`, `${approval.type} brings a ${type}.`);
  if (!isCardWallet(approval.type)) return createOther(call, params, prefix);
  return storeWalletCard(call, approval.type, CARDS[approval.outcome], params);
}

function storeWalletCard(call: Call, wallet: CardWallet, card: string, params: MethodParams): Stripe.PaymentMethod {
  const script = cardById(card);
  if (!script) throw new Error(`no such test card: ${card}`);
  const exp_year = new Date(call.nowMs).getUTCFullYear() + 1;
  return storeCard(call, script, { exp_month: 12, exp_year, cvcGiven: false, wallet, params });
}

const PAYER = {
  name: 'Test Buyer',
  email: 'buyer@simulator.invalid',
  address: { line1: 'Teststraße 1', postal_code: '10115', city: 'Berlin', country: 'DE' },
};

const OUTCOMES = { '': 'approve', _declined: 'decline', _authentication: 'challenge' } as const;

/** What each test id of a card wallet stands for: `pm_sim_apple_pay`, `…_declined`, `…_authentication`. */
const PRESETS = new Map(
  CARD_WALLETS.flatMap((wallet) =>
    Object.entries(OUTCOMES).map(([ending, outcome]): [string, { wallet: CardWallet; outcome: Outcome }] => [
      `pm_sim_${wallet}${ending}`,
      { wallet, outcome },
    ]),
  ),
);

/** A new payment method for a test id of a card wallet; undefined for other ids. */
export function walletPreset(call: Call, id: string): Stripe.PaymentMethod | undefined {
  const preset = PRESETS.get(id);
  return preset && storeWalletCard(call, preset.wallet, CARDS[preset.outcome], { billing_details: PAYER });
}

/** Every test id of this file. */
export const WALLET_PRESET_IDS: readonly string[] = [...PRESETS.keys()];
