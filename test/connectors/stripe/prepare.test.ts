/** What is stored and sent: the parameters of each verb are pure, free of secrets and as Stripe takes them. */
import { describe, expect, it } from 'vitest';
import { stripeConnector as stripe } from '../../../src/connectors/stripe/index.js';
import type { Settings } from '../../../src/kit/index.js';
import { contextWith, handleOf, orderOf, SETTINGS } from './given.js';
import type { Logged } from './given.js';

const PAYMENT = '0b0e8f0e-1111-4222-8333-444444444444';
const request = (order = orderOf()) => ({
  paymentId: PAYMENT,
  operationId: 'op-1',
  order,
  returnUrl: 'https://x.example/',
});
const created = (settings: Settings = SETTINGS, order = orderOf()) =>
  stripe.initialize.prepare(request(order), contextWith(settings)).create as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

describe('initialize.prepare', () => {
  it('names the order, stamps our metadata and reserves the money', () => {
    expect(created()).toMatchObject({
      amount: 12_000,
      currency: 'eur',
      capture_method: 'automatic',
      payment_method_options: {
        card: { capture_method: 'manual' },
        klarna: { capture_method: 'manual' },
        paypal: { capture_method: 'manual' },
      },
      automatic_payment_methods: { enabled: true, allow_redirects: 'always' },
      description: 'Order DE--1',
      payment_details: { order_reference: 'DE--1' },
      metadata: { psp_tenant: 'h4sh', psp_payment_id: PAYMENT, psp_command_id: 'op-1', order_reference: 'DE--1' },
      shipping: {
        name: 'Ada Lovelace',
        address: { line1: 'Main street 1', postal_code: '10115', city: 'Berlin', country: 'DE' },
      },
    });
  });

  it('never sends the parameter that Stripe has removed, nor an e-mail nobody asked to use', () => {
    expect(JSON.stringify(created())).not.toContain('"payment_method_types"');
    expect(created()).not.toHaveProperty('receipt_email');
    expect(created({ ...SETTINGS, receiptEmails: true }).receipt_email).toBe('ada@example.com');
  });

  it('captures at once when the tenant wants that', () => {
    expect(created({ ...SETTINGS, capture: { mode: 'automatic' } }).capture_method).toBe('automatic');
  });

  it('reserves where a type can, when a listed type cannot', () => {
    const mixed = created({ ...SETTINGS, paymentMethods: { source: 'allow_list', list: ['card', 'ideal'] } });
    expect(mixed).toMatchObject({
      capture_method: 'automatic',
      allowed_payment_method_types: ['card', 'ideal'],
      payment_method_options: { card: { capture_method: 'manual' } },
    });
    expect(mixed).not.toHaveProperty('automatic_payment_methods');
    const cards = created({ ...SETTINGS, paymentMethods: { source: 'allow_list', list: ['card'] } });
    expect(cards.capture_method).toBe('manual');
  });

  it('takes the money of single types at once, and hides none that only reserves beside others', () => {
    const body = created({ ...SETTINGS, capture: { perMethod: { klarna: 'automatic' } } });
    expect(body.capture_method).toBe('automatic');
    expect(body.payment_method_options).toEqual({
      card: { capture_method: 'manual' },
      paypal: { capture_method: 'manual' },
    });
    expect(body.excluded_payment_method_types).toContain('amazon_pay');
    expect(body.excluded_payment_method_types).not.toContain('klarna');
    const automatic = created({ ...SETTINGS, capture: { mode: 'automatic' } });
    expect(automatic).not.toHaveProperty('excluded_payment_method_types');
    expect(automatic).not.toHaveProperty('payment_method_options');
  });

  it('reserves with the types behind express buttons too, beside those that cannot', () => {
    const body = created({ ...SETTINGS, expressMethods: ['google_pay', 'link', 'amazon_pay'] });
    expect(body.payment_method_options).toMatchObject({
      amazon_pay: { capture_method: 'manual' },
      card: { capture_method: 'manual' },
      link: { capture_method: 'manual' },
    });
    expect(body.excluded_payment_method_types).not.toContain('amazon_pay');
    expect(body.excluded_payment_method_types).toContain('affirm');
    const denied = { source: 'deny_list', list: ['card'] };
    expect(created({ ...SETTINGS, paymentMethods: denied }).excluded_payment_method_types).toContain('link');
  });

  it('never offers a method of the deny list', () => {
    const body = created({ ...SETTINGS, paymentMethods: { source: 'deny_list', list: ['klarna', 'sepa_debit'] } });
    expect(body.excluded_payment_method_types).toEqual(expect.arrayContaining(['klarna', 'sepa_debit']));
    expect(body.payment_method_options).not.toHaveProperty('klarna');
  });

  it('limits the payment to the chosen method when each is offered by itself', () => {
    const settings = {
      ...SETTINGS,
      paymentMethods: { source: 'allow_list', list: ['card', 'klarna'], exposeIndividually: true },
    };
    expect(created(settings, orderOf({ paymentMethod: 'stripe-klarna' })).allowed_payment_method_types).toEqual([
      'klarna',
    ]);
    expect(created(settings, orderOf({ paymentMethod: 'else' })).allowed_payment_method_types).toEqual([
      'card',
      'klarna',
    ]);
  });

  it('leaves out the order reference of a pre-order payment and an incomplete address', () => {
    const body = created(SETTINGS, orderOf({ orderReference: undefined, shipping: { firstName: 'Ada' } }));
    expect(body).not.toHaveProperty('payment_details');
    expect(body).not.toHaveProperty('shipping');
    expect(body.metadata).not.toHaveProperty('order_reference');
  });

  it('refuses an amount Stripe cannot express, and asks nothing then', async () => {
    const parameters = stripe.initialize.prepare(
      request(orderOf({ currency: 'KWD', grandTotal: 12_345 })),
      contextWith(),
    );
    expect(parameters).toHaveProperty('refusal');
    const asking = { parameters, idempotencyKey: 'k', operationId: 'op-1', askedAt: '2026-11-20T12:00:00.000Z' };
    const answer = await stripe.initialize.ask(asking, contextWith(SETTINGS, { apiUrl: 'http://127.0.0.1:9' }));
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'rejected' } });
  });

  it('changes an existing payment, and can make it anew', () => {
    const parameters = stripe.initialize.prepare({ ...request(), existing: handleOf() }, contextWith());
    expect(parameters).toMatchObject({ existing: 'pi_1', update: { amount: 12_000 }, create: { amount: 12_000 } });
    expect(parameters.update).not.toHaveProperty('capture_method');
  });
});

describe('metadata', () => {
  it('never lets the shop overwrite ours, and keeps within the limits of Stripe', () => {
    const logged: Logged[] = [];
    const additional: Record<string, string> = {
      psp_tenant: 'evil',
      order_reference: 'evil',
      long: 'x'.repeat(600),
      'a[b]': '1',
    };
    additional['k'.repeat(41)] = '1';
    for (let index = 0; index < 60; index += 1) additional[`key${index}`] = String(index);
    const parameters = stripe.initialize.prepare(request(orderOf({ additional })), contextWith(SETTINGS, { logged }));
    const { metadata } = parameters.create as { metadata: Record<string, string> };
    expect(metadata).toMatchObject({ psp_tenant: 'h4sh', order_reference: 'DE--1', key0: '0' });
    expect(metadata.long).toHaveLength(500);
    expect(Object.keys(metadata)).toHaveLength(50);
    expect(Object.keys(metadata).every((key) => key.length <= 40 && !/[[\]]/.test(key))).toBe(true);
    expect(metadata).not.toHaveProperty('key59');
    const kept = Object.keys(metadata).filter(
      (key) => Object.hasOwn(additional, key) && metadata[key] !== 'DE--1' && metadata[key] !== 'h4sh',
    );
    expect(logged).toEqual([
      { event: 'stripe.metadata_dropped', fields: { dropped: Object.keys(additional).length - kept.length } },
    ]);
  });

  it('keeps a place for the order reference of a pre-order payment', () => {
    const additional = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key${index}`, '1']));
    const parameters = stripe.initialize.prepare(
      request(orderOf({ additional, orderReference: undefined })),
      contextWith(),
    );
    expect(Object.keys((parameters.create as { metadata: object }).metadata)).toHaveLength(49);
  });
});

describe('capture.prepare, cancel.prepare and refund.prepare', () => {
  const capture = (settings: Settings, amount: number, last?: boolean) =>
    stripe.capture.prepare(
      { payment: handleOf(), operationId: 'op-2', amount, itemIds: [], ...(last === undefined ? {} : { last }) },
      contextWith(settings),
    );

  it('always says how much to capture', () => {
    expect(capture(SETTINGS, 8_000)).toEqual({
      intent: 'pi_1',
      capturedBefore: 0,
      body: { amount_to_capture: 8_000, metadata: { psp_command_id: 'op-2' }, expand: ['latest_charge'] },
    });
  });

  it('keeps the rest reserved while further captures follow, and not after the last', () => {
    expect(capture(SETTINGS, 8_000, false)).toMatchObject({ body: { final_capture: false } });
    expect((capture(SETTINGS, 4_000, true) as { body: object }).body).not.toHaveProperty('final_capture');
  });

  it('passes on why a payment is canceled', () => {
    const cancel = { payment: handleOf(), operationId: 'op-3', reason: 'abandoned' as const };
    expect(stripe.cancel.prepare(cancel, contextWith())).toMatchObject({ body: { cancellation_reason: 'abandoned' } });
  });

  it('stamps a refund so that it can be found again, and gives Stripe only reasons it takes', () => {
    const refund = { payment: handleOf(), operationId: 'op-4', amount: 4_000, itemIds: ['1', '2'], reason: 'broken' };
    expect(stripe.refund.prepare(refund, contextWith())).toEqual({
      intent: 'pi_1',
      body: {
        payment_intent: 'pi_1',
        amount: 4_000,
        metadata: expect.objectContaining({
          psp_command_id: 'op-4',
          psp_refund_id: 'op-4',
          item_ids: '1,2',
          psp_reason: 'broken',
          order_reference: 'DE--1',
        }),
      },
    });
    const known = stripe.refund.prepare({ ...refund, reason: 'duplicate' }, contextWith());
    expect(known).toMatchObject({ body: { reason: 'duplicate' } });
  });
});
