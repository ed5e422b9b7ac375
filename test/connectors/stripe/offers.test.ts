/** The payment methods a shop is told of, and what reaches browsers with them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripeConnector as stripe } from '../../../src/connectors/stripe/index.js';
import { paymentMethods } from '../../../src/connectors/stripe/offers.js';
import { EXPRESS_METHODS } from '../../../src/connectors/stripe/settings.js';
import type { Settings } from '../../../src/kit/index.js';

const GOOD: Settings = { mode: 'test', secretKey: 'sk_test_x', publishableKey: 'pk_test_x' };
const SCRIPT = 'https://js.stripe.com/endive/stripe.js';
const hosted = { name: 'Credit Card', providerName: 'stripe' };

const inCheckout = (name: string, facts: object, url = SCRIPT) => ({
  name,
  providerName: 'stripe',
  checkoutConfiguration: {
    strategy: 'express-checkout',
    scripts: [{ url }],
    paymentServiceProviderData: { publishableKey: 'pk_test_x', isLive: false, captureMethod: 'automatic', ...facts },
  },
});

describe('paymentMethods', () => {
  it('offers one method, or one per listed type', () => {
    expect(stripe.paymentMethods!(GOOD, {})).toEqual([hosted]);
    const list = ['card', 'sepa_debit', 'wero_pay'];
    const each = { ...GOOD, paymentMethods: { source: 'allow_list', list, exposeIndividually: true } };
    const names = (more: Settings) => paymentMethods({ ...each, ...more }, {}).map(({ name }) => name);
    expect(names({})).toEqual(['Credit Card', 'SEPA Direct Debit', 'Wero Pay']);
    expect(names({ headless: true })).toEqual(['Credit Card', 'SEPA Direct Debit', 'Wero Pay']);
  });

  it('are for the shop’s own checkout when it is headless', () => {
    expect(paymentMethods({ ...GOOD, headless: true }, {})).toEqual([inCheckout('Credit Card', {})]);
    const own = { scriptUrl: 'http://localhost:8081/endive/stripe.js' };
    expect(paymentMethods({ ...GOOD, headless: true, accountId: 'acct_1' }, own)).toEqual([
      inCheckout('Credit Card', { accountId: 'acct_1' }, own.scriptUrl),
    ]);
    const live = { mode: 'live', secretKey: 'sk_live_x', publishableKey: 'pk_live_x', headless: true };
    expect(paymentMethods(live, {})).toMatchObject([
      { checkoutConfiguration: { paymentServiceProviderData: { publishableKey: 'pk_live_x', isLive: true } } },
    ]);
  });

  it('have a method of its own for express buttons, headless or not', () => {
    const expressMethods = ['apple_pay', 'google_pay', 'apple_pay'];
    const express = inCheckout('Express Checkout', { methods: ['apple_pay', 'google_pay'] });
    expect(paymentMethods({ ...GOOD, expressMethods }, {})).toEqual([hosted, express]);
    expect(paymentMethods({ ...GOOD, expressMethods, headless: true }, {})).toEqual([
      inCheckout('Credit Card', {}),
      express,
    ]);
  });

  it('tell the capture method that the payment intent will have', () => {
    const told = (more: Settings) =>
      JSON.stringify(paymentMethods({ ...GOOD, headless: true, expressMethods: ['link'], ...more }, {})).match(
        /"captureMethod":"[a-z]+"/g,
      );
    expect(told({ paymentMethods: { source: 'allow_list', list: ['card', 'link'] } })).toEqual([
      '"captureMethod":"manual"',
      '"captureMethod":"manual"',
    ]);
    const capture = { mode: 'automatic' };
    expect(told({ paymentMethods: { source: 'allow_list', list: ['card', 'link'] }, capture })).toContain(
      '"captureMethod":"automatic"',
    );
    expect(told({})).toContain('"captureMethod":"automatic"');
  });

  it('never hold a secret or a null, whatever the settings', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{16,40}$/).map((end) => `CANARY${end}`);
    const settings = fc.record(
      {
        mode: fc.constantFrom('test', 'live'),
        secretKey: secret,
        publishableKey: fc.constant('pk_test_x'),
        accountId: fc.constantFrom('', 'acct_1'),
        webhook: fc.record({ secret, secretPrevious: secret }, { requiredKeys: [] }),
        headless: fc.boolean(),
        expressMethods: fc.subarray([...EXPRESS_METHODS]),
        paymentMethods: fc.record({
          source: fc.constantFrom('stripe_dynamic', 'allow_list', 'deny_list'),
          list: fc.subarray(['card', 'link', 'paypal', 'klarna', 'sepa_debit']),
          exposeIndividually: fc.boolean(),
        }),
        capture: fc.record({ mode: fc.constantFrom('manual', 'automatic') }),
        unknown: secret,
      },
      { requiredKeys: ['secretKey', 'publishableKey'] },
    );
    fc.assert(
      fc.property(settings, (given) => {
        const told = JSON.stringify(paymentMethods(given, {}));
        expect(told).not.toMatch(/CANARY|null|secret/i);
        expect(told).toContain('stripe');
      }),
    );
  });
});
