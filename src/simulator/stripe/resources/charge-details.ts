/** What a charge says about how it was paid: details per type of payment method, and the outcome of the attempt. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import type { CardScript } from './cards.js';
import type { Intent } from './intents.js';
import { ruleOf } from './method-types.js';
import { scriptOf } from './payment-methods.js';

type Decline = NonNullable<CardScript['decline']>;

/** Facts of the attempt that are not on the payment method. */
export interface ChargeOptions {
  /** The buyer was authenticated in this attempt. */
  authenticated: boolean;
  /** Refused by the bank (or blocked) for this reason. */
  decline?: Decline;
  /** The bank will answer later. */
  pending?: boolean;
  /** Id of the mandate a debit rests on. */
  mandate?: string;
}

/** What was decided about the attempt, and by whom. */
export function outcomeOf(
  call: Call,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
): Stripe.Charge.Outcome {
  if (method.type !== 'card') return bankOutcome(decline);
  const { script } = scriptOf(call, method);
  const risk = { risk_level: script.blocked ? 'highest' : 'normal', risk_score: script.blocked ? 90 : 20 };
  if (!decline) {
    return {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      ...risk,
      seller_message: 'Payment complete.',
      type: 'authorized',
    };
  }
  return {
    advice_code: script.blocked ? null : 'try_again_later',
    network_advice_code: null,
    network_decline_code: script.blocked ? null : '01',
    network_status: script.blocked ? 'not_sent_to_network' : 'declined_by_network',
    reason: script.blocked ? 'highest_risk_level' : (decline.decline_code ?? decline.code),
    ...risk,
    seller_message: script.blocked
      ? 'Stripe blocked this payment as too risky.'
      : 'The bank did not return any further details with this decline.',
    type: script.blocked ? 'blocked' : 'issuer_declined',
  };
}

function bankOutcome(decline: Decline | undefined): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline ? decline.code : null,
    risk_level: 'not_assessed',
    seller_message: decline ? 'The bank did not carry out this payment.' : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  };
}

type Details = Stripe.Charge.PaymentMethodDetails;

/** `payment_method_details` of a charge of this attempt. */
export function methodDetails(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  options: ChargeOptions,
): Details {
  switch (method.type) {
    case 'card':
      return { type: 'card', card: cardDetails(call, intent, method, options) };
    case 'sepa_debit':
      return { type: 'sepa_debit', sepa_debit: sepaDetails(call, method, options) };
    case 'us_bank_account':
      return { type: 'us_bank_account', us_bank_account: achDetails(call, method, options) };
    default:
      return walletDetails(intent, method);
  }
}

function walletDetails(intent: Intent, method: Stripe.PaymentMethod): Details {
  const { billing_details } = method;
  const country = billing_details.address?.country ?? 'DE';
  switch (method.type) {
    case 'amazon_pay': {
      const transaction_id = lettersOf(`amazon/${intent.id}`, 20).toUpperCase();
      return { type: 'amazon_pay', amazon_pay: { transaction_id } satisfies Details['amazon_pay'] };
    }
    case 'ideal': {
      const ideal = {
        bank: method.ideal?.bank ?? null,
        bic: null,
        generated_sepa_debit: null,
        generated_sepa_debit_mandate: null,
        iban_last4: '6789',
        transaction_id: lettersOf(`ideal/${intent.id}`, 16),
        verified_name: billing_details.name,
      } satisfies Details['ideal'];
      return { type: 'ideal', ideal };
    }
    case 'klarna': {
      const klarna = {
        payer_details: { address: { country } },
        payment_method_category: 'pay_later',
        preferred_locale: null,
      } satisfies Details['klarna'];
      return { type: 'klarna', klarna };
    }
    case 'paypal': {
      const paypal = {
        country,
        payer_email: billing_details.email ?? 'buyer@simulator.invalid',
        payer_id: lettersOf(`payer/${method.id}`, 13).toUpperCase(),
        payer_name: billing_details.name ?? 'Test Buyer',
        seller_protection: { dispute_categories: ['fraudulent', 'product_not_received'], status: 'eligible' },
        transaction_id: lettersOf(`paypal/${intent.id}`, 17).toUpperCase(),
      } satisfies Details['paypal'];
      return { type: 'paypal', paypal };
    }
    default:
      return { type: 'customer_balance', customer_balance: {} };
  }
}

const dayAfter = (call: Call, days: number): string =>
  new Date(call.nowMs + days * 86_400_000).toISOString().slice(0, 10);

function sepaDetails(
  call: Call,
  method: Stripe.PaymentMethod,
  options: ChargeOptions,
): Stripe.Charge.PaymentMethodDetails.SepaDebit {
  const account = method.sepa_debit;
  return {
    bank_code: account?.bank_code ?? null,
    branch_code: account?.branch_code ?? null,
    country: account?.country ?? null,
    expected_debit_date: dayAfter(call, 2),
    fingerprint: account?.fingerprint ?? null,
    last4: account?.last4 ?? null,
    mandate: options.mandate ?? null,
  };
}

function achDetails(
  call: Call,
  method: Stripe.PaymentMethod,
  options: ChargeOptions,
): Stripe.Charge.PaymentMethodDetails.UsBankAccount {
  const account = method.us_bank_account;
  return {
    account_holder_type: account?.account_holder_type ?? null,
    account_type: account?.account_type ?? null,
    bank_name: account?.bank_name ?? null,
    expected_debit_date: dayAfter(call, 4),
    fingerprint: account?.fingerprint ?? null,
    last4: account?.last4 ?? null,
    ...(options.mandate === undefined ? {} : { mandate: options.mandate }),
    payment_reference: null,
    routing_number: account?.routing_number ?? null,
  };
}

function cardDetails(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  options: ChargeOptions,
): Stripe.Charge.PaymentMethodDetails.Card {
  const { script } = scriptOf(call, method);
  const card = method.card as Stripe.PaymentMethod.Card;
  const asked = (intent.payment_method_options as { card?: Record<string, string> } | null)?.card ?? {};
  const wanted = (name: string): boolean => asked[name] === 'if_available';
  const over = script.overcapturePercent;
  const overcapture = wanted('request_overcapture') && over !== undefined;
  return {
    amount_authorized: options.decline ? null : intent.amount,
    authorization_code: options.decline ? null : lettersOf(`authorization/${intent.id}`, 6).toUpperCase(),
    brand: card.brand,
    ...(options.decline
      ? {}
      : { capture_before: call.now + (script.authorizationSeconds ?? ruleOf('card').holdSeconds ?? 0) }),
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: options.authenticated ? '05' : '07',
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: {
      status: wanted('request_multicapture') && script.multicapture !== 'unavailable' ? 'available' : 'unavailable',
    },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: options.decline ? null : lettersOf(`network/${intent.id}`, 15),
    overcapture: {
      maximum_amount_capturable: overcapture ? Math.floor((intent.amount * (100 + over)) / 100) : intent.amount,
      status: overcapture ? 'available' : 'unavailable',
    },
    regulated_status: 'unregulated',
    three_d_secure: options.authenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: lettersOf(`3ds/${intent.id}`, 20),
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: walletOf(card.wallet),
  };
}

function walletOf(
  wallet: Stripe.PaymentMethod.Card.Wallet | null,
): Stripe.Charge.PaymentMethodDetails.Card.Wallet | null {
  if (wallet?.type !== 'link') return wallet as Stripe.Charge.PaymentMethodDetails.Card.Wallet | null;
  return { ...wallet, link: { funding_source_group: null } };
}
