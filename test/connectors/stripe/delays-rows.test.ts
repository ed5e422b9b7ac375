/** Payment methods, one row each: how long a shop has to wait, and whether the money can be reserved first. */
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { delayDetails } from '../../../src/connectors/stripe/delays.js';
import { cameBack, intentFacts, waitingDetails } from '../../../src/connectors/stripe/facts.js';
import { captureModeOf, isKnownType, RETIRED_TYPES } from '../../../src/connectors/stripe/methods.js';
import { paymentMethods } from '../../../src/connectors/stripe/offers.js';
import { readSettings } from '../../../src/connectors/stripe/settings.js';
import { stripeConnector } from '../../../src/connectors/stripe/index.js';
import { bytesOf, chargeOf, contextWith, eventOf, intentOf, NOON, SETTINGS } from './given.js';

/** 2026-11-20 is a Friday. */
const FRIDAY_S = Date.parse('2026-11-20T12:00:00Z') / 1000;

describe('money that can be reserved first', () => {
  const manual = ['card', 'link', 'paypal', 'klarna', 'afterpay_clearpay', 'affirm', 'amazon_pay', 'revolut_pay'];
  it.each(manual)('%s: yes', (type) => expect(captureModeOf(readSettings(SETTINGS), type)).toBe('manual'));

  const atOnce = [
    'ideal', 'bancontact', 'eps', 'p24', 'blik', 'sepa_debit', 'us_bank_account', 'bacs_debit', 'au_becs_debit',
    'customer_balance', 'multibanco', 'boleto', 'konbini', 'oxxo',
  ]; // prettier-ignore
  it.each(atOnce)('%s: no, whatever the tenant wants', (type) => {
    const wanted = { ...SETTINGS, capture: { mode: 'manual', perMethod: { [type]: 'manual' } } };
    expect(captureModeOf(readSettings(wanted), type)).toBe('automatic');
  });
  it.each(['sofort', 'giropay'])('%s is not offered any more', (type) => {
    expect(RETIRED_TYPES.has(type)).toBe(true);
    expect(isKnownType(type)).toBe(false);
  });
  it.each(['multibanco', 'boleto', 'konbini', 'oxxo'])('%s has a name at the shop', (type) => {
    const settings = { ...SETTINGS, paymentMethods: { source: 'allow_list', list: [type], exposeIndividually: true } };
    expect(paymentMethods(settings, {})[0]?.name).toMatch(/^[A-Za-z ]+$/);
    expect(isKnownType(type)).toBe(true);
  });
});

describe('a debit that the bank works on is expected by', () => {
  it.each([
    ['sepa_debit', '2026-12-10', '14 business days'],
    ['us_bank_account', '2026-11-26', '4 business days'],
    ['bacs_debit', '2026-11-30', '6 business days'],
    ['au_becs_debit', '2026-11-30', '6 business days'],
  ])('%s: %s, %s after a Friday', (type, date) => {
    const charge = chargeOf({ created: FRIDAY_S, status: 'pending', payment_method_details: { type } as never });
    const intent = intentOf({ status: 'processing', latest_charge: charge });
    expect(waitingDetails(intent)).toEqual({
      'Bank debit': 'sent to the bank, which answers within days',
      expectedSettlementBy: date,
    });
  });
  it.each(['card', 'paypal', 'klarna', 'ideal'])('%s: nothing to expect, its outcome comes at once', (type) => {
    const charge = chargeOf({ payment_method_details: { type } as never });
    expect(delayDetails(intentOf({ status: 'processing', latest_charge: charge }))).toEqual({});
  });
});

describe('a voucher', () => {
  const until = FRIDAY_S + 3 * 86_400;
  const url = 'https://payments.stripe.com/voucher/1';
  const handed: [string, object][] = [
    ['multibanco', { multibanco_display_details: { expires_at: until, hosted_voucher_url: url } }],
    ['boleto', { boleto_display_details: { expires_at: until, hosted_voucher_url: url } }],
    ['konbini', { konbini_display_details: { expires_at: until, hosted_voucher_url: url } }],
    ['oxxo', { oxxo_display_details: { expires_after: until, hosted_voucher_url: url } }],
  ];
  it.each(handed)('of %s is waited for until it expires, not only as long as the page', (type, shown) => {
    const next = { type: `${type}_display_details`, ...shown } as unknown as Stripe.PaymentIntent.NextAction;
    const intent = intentOf({ status: 'requires_action', next_action: next });
    expect(intentFacts(intent, NOON)).toEqual([{ kind: 'processing', at: NOON }]);
    const told = stripeConnector.webhooks.translate(
      bytesOf(eventOf('payment_intent.requires_action', intent)),
      { id: 'evt_1', type: 'payment_intent.requires_action', paymentReference: 'pi_1' },
      contextWith(),
    );
    expect(told).toMatchObject({
      facts: [{ kind: 'processing' }],
      details: { Voucher: url, expectedSettlementBy: '2026-11-23' },
    });
  });
  it('that nobody paid has failed for good', () => {
    const error = { code: 'payment_intent_payment_attempt_expired', payment_method: { type: 'boleto' } } as never;
    const intent = intentOf({ last_payment_error: error });
    expect(cameBack(intent)).toBe(true);
    expect(intentFacts(intent, NOON)).toMatchObject([{ kind: 'authorization_failed', open: true }]);
    expect(waitingDetails(intent)).toEqual({ Voucher: 'expired' });
  });
  it('is no other attempt that ran out: that one may be repeated', () => {
    const error = { code: 'payment_intent_payment_attempt_expired', payment_method: { type: 'ideal' } } as never;
    expect(intentFacts(intentOf({ last_payment_error: error }), NOON)).toEqual([]);
  });
});
