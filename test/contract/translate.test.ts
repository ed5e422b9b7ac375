/** Orders and commands in, events out. */
import { describe, expect, it, test } from 'vitest';
import { validateMessage } from '../../src/contract/check.js';
import { readEnvelope } from '../../src/contract/envelope.js';
import { findMessage, MESSAGES } from '../../src/contract/messages.js';
import { normalize } from '../../src/contract/normalize.js';
import { InitializeBody } from '../../src/contract/payment-endpoints.js';
import {
  normalizeMethod,
  preOrderTransactionId,
  toCommand,
  toMessage,
  toOrder,
  toSettings,
} from '../../src/contract/translate.js';
import type { AppEvent, PaymentStatusKind } from '../../src/domain/event.js';

function read(orderData: object) {
  const body = normalize(InitializeBody, { orderData });
  if (body.error !== undefined) throw new Error(body.error);
  return body.value.orderData;
}

const small = { currencyCode: 'EUR', grandTotal: 12000, paymentMethod: 'Credit Card' };

describe('toOrder', () => {
  it('reads an order as shops send it, with nulls for what is not set', () => {
    const order = toOrder(
      read({
        ...small,
        orderReference: 'DE--1',
        localeName: 'de_DE',
        countryCode: 'DE',
        customerFirstName: 'Ada',
        customerLastName: 'L',
        address2: null,
        shippingCity: 'Berlin',
        additionalPaymentData: { externalId: '7', count: 3, flag: true, list: [1] },
        items: [{ idSalesOrderItem: 101, name: 'Oryx', sku: '001_1', quantity: 1, unitPrice: 11000 }],
        expenses: [{ type: 'SHIPMENT_EXPENSE_TYPE', name: 'Shipping', quantity: 1, unitPrice: 1000 }],
      }),
    );
    expect(order).toEqual({
      orderReference: 'DE--1',
      grandTotal: 12000,
      currency: 'EUR',
      paymentMethod: 'credit-card',
      locale: 'de_DE',
      billing: { firstName: 'Ada', lastName: 'L', country: 'DE' },
      shipping: { city: 'Berlin' },
      lines: [{ id: '101', sku: '001_1', name: 'Oryx', quantity: 1, unitPrice: 11000 }],
      expenses: [{ type: 'SHIPMENT_EXPENSE_TYPE', name: 'Shipping', quantity: 1, unitPrice: 1000 }],
      additional: { externalId: '7', count: '3', flag: 'true', list: '[1]' },
    });
  });

  it('takes the locale and the reference from beside the order', () => {
    expect(toOrder(read(small), 'de_DE', 'DE--2')).toMatchObject({ locale: 'de_DE', orderReference: 'DE--2' });
    expect(toOrder(read({ ...small, localeName: 'en_US' }), 'de_DE').locale).toBe('en_US');
  });

  it('reads the nested form of older shops', () => {
    const { paymentMethod, ...rest } = small;
    const payment = { paymentMethod, additionalPaymentData: { a: 'b' } };
    expect(toOrder(read({ ...rest, payment }))).toMatchObject({ paymentMethod: 'credit-card', additional: { a: 'b' } });
  });

  it('refuses an order without a method', () => {
    const { paymentMethod: _, ...rest } = small;
    expect(() => toOrder(read(rest))).toThrow('orderData.paymentMethod is required');
  });

  test.each([
    [{ currencyCode: null }, 'orderData.currencyCode is required'],
    [{ currencyCode: 'EURO' }, 'orderData.currencyCode'],
    [{ grandTotal: null }, 'orderData.grandTotal is required'],
    [{ grandTotal: 0 }, 'orderData.grandTotal must be >= 1'],
    [{ grandTotal: '-5' }, 'orderData.grandTotal must be >= 1'],
    [{ grandTotal: '1e3' }, 'orderData.grandTotal must be integer'],
    [{ items: [{ quantity: 'many' }] }, 'orderData.items.0.quantity must be integer'],
  ])('refuses %j', (change, error) => expect(() => read({ ...small, ...change })).toThrow(error));
});

describe('toSettings', () => {
  const settings = (configuration: string) =>
    toSettings({ data: { type: 'configuration', attributes: { configuration } } });

  it('reads an object and keeps its nulls and names', () => {
    expect(settings('{"secret_key":"x","a":null,"b":{"c":[null]}}')).toEqual({
      secret_key: 'x',
      a: null,
      b: { c: [null] },
    });
    expect(settings('[]')).toEqual({});
    expect(JSON.stringify(settings('{"__proto__":{"a":1},"b":{"__proto__":1}}'))).toBe('{"b":{}}');
  });

  test.each(['', 'nonsense', '5', '"text"', 'null', '[1]', '['.repeat(99)])('refuses %j', (text) => {
    expect(() => settings(text)).toThrow('Wrong request format.');
  });
});

describe('normalizeMethod', () => {
  test.each([
    ['Credit Card', 'credit-card'],
    ['a  b', 'a--b'],
    [' a', '-a'],
    ['PayPal_Express', 'paypal_express'],
  ])('%j is %j', (name, method) => expect(normalizeMethod(name)).toBe(method));
});

describe('preOrderTransactionId', () => {
  test.each([
    [{ transactionId: 'pi_1' }, 'pi_1'],
    [{ transaction_id: 'pi_1' }, 'pi_1'],
    [{ transactionId: '' }, undefined],
    [{ transactionId: null }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('of %j is %j', (preOrder, id) => expect(preOrderTransactionId(preOrder)).toBe(id));
});

function command(name: string, payload: object) {
  const envelope = readEnvelope({ name, tenantIdentifier: 't-1' }, payload);
  if (envelope.error !== undefined) throw new Error(envelope.error);
  return toCommand(envelope.value);
}

describe('toCommand', () => {
  it('reads a capture with amount and items, ids as text', () => {
    const payload = { orderReference: 'DE--1', orderItemIds: [101, '102', 101], amount: 12000, currencyIsoCode: 'EUR' };
    expect(command('CapturePayment', payload)).toEqual({
      value: { kind: 'capture', orderReference: 'DE--1', amount: 12000, itemIds: ['101', '102'], currency: 'EUR' },
    });
  });

  it('reads snake_case and a bare reference', () => {
    const value = { kind: 'capture', orderReference: 'DE--1', itemIds: [] };
    expect(command('CapturePayment', { order_reference: 'DE--1' })).toEqual({ value });
  });

  it('takes 0 for everything there is', () => {
    expect(command('CancelPayment', { orderReference: 'DE--1', amount: 0, orderItemIds: null })).toEqual({
      value: { kind: 'cancel', orderReference: 'DE--1', itemIds: [] },
    });
  });

  it('makes refund amounts positive and prefers orderItems', () => {
    const items = { orderItems: [{ orderItemId: 5, sku: 'x' }], orderItemIds: [6] };
    expect(command('RefundPayment', { orderReference: 'DE--1', amount: -500, ...items })).toEqual({
      value: { kind: 'refund', orderReference: 'DE--1', amount: 500, itemIds: ['5'] },
    });
    expect(command('RefundPayment', { orderReference: 'DE--1', amount: '500', orderItemIds: [6] }).value).toMatchObject(
      {
        amount: 500,
        itemIds: ['6'],
      },
    );
    const empty = { orderReference: 'DE--1', amount: 1, orderItems: [], orderItemIds: { 1: 6 } };
    expect(command('RefundPayment', empty).value?.itemIds).toEqual(['6']);
  });

  test.each<[string, object, string]>([
    ['CapturePayment', {}, 'orderReference is required'],
    ['CapturePayment', { orderReference: 'x', amount: '1e3' }, 'amount must be integer'],
    ['RefundPayment', { orderReference: 'x' }, 'amount is required'],
    ['PaymentCaptured', { orderReference: 'x' }, 'unknown command'],
    ['constructor', {}, 'unknown command'],
  ])('refuses %s %j', (name, payload, error) => expect(command(name, payload).error).toContain(error));
});

const STATUS: Record<PaymentStatusKind, string> = {
  payment_authorized: 'PaymentAuthorized',
  payment_authorization_failed: 'PaymentAuthorizationFailed',
  payment_captured: 'PaymentCaptured',
  payment_capture_failed: 'PaymentCaptureFailed',
  payment_canceled: 'PaymentCanceled',
  payment_cancellation_failed: 'PaymentCancellationFailed',
  payment_refunded: 'PaymentRefunded',
  payment_refund_failed: 'PaymentRefundFailed',
  payment_overpaid: 'PaymentOverpaid',
  payment_underpaid: 'PaymentUnderpaid',
};

const EVENTS: AppEvent[] = [
  ...(Object.keys(STATUS) as PaymentStatusKind[]).map((kind): AppEvent => ({
    kind,
    orderReference: 'DE--1',
    currency: 'EUR',
    amount: 12000,
    itemIds: ['101', '102'],
  })),
  { kind: 'payment_created', transactionId: 'pi_1', details: {} },
  { kind: 'payment_updated', orderReference: 'DE--1', transactionId: 'pi_1', details: { targetStatus: 'captured' } },
  { kind: 'payment_method_added', name: 'Credit Card', providerName: 'stripe', baseUrl: 'https://pay.example/' },
  {
    kind: 'payment_method_updated',
    name: 'x',
    providerName: 'stripe',
    baseUrl: 'https://pay.example',
    checkoutConfiguration: { strategy: 'express-checkout', scripts: null },
  },
  { kind: 'payment_method_deleted', name: 'x', providerName: 'stripe' },
  {
    kind: 'app_configuration_updated',
    appIdentifier: 'quittance',
    isActive: false,
    status: 'disconnected',
    configuration: {},
    channels: ['payment-events', 'payment-events'],
  },
  {
    kind: 'ready_for_onboarding',
    appIdentifier: 'quittance',
    appName: 'Stripe',
    onboarding: { strategy: 'api', url: 'https://pay.example/private/merchants/onboarding' },
  },
  {
    kind: 'onboarding_status_changed',
    merchantReference: 'MER1',
    appIdentifier: 'quittance',
    status: 'restricted soon',
  },
];

describe('toMessage', () => {
  test.each(EVENTS.map((event) => [event.kind, event] as const))(
    'tells %s in a message that fits its shape',
    (_, event) => {
      const { name, channel, payload } = toMessage(event);
      expect(validateMessage(name, payload)).toBeUndefined();
      expect(findMessage(name)).toMatchObject({ channel, direction: 'to-tenant' });
      expect(JSON.stringify(payload)).not.toContain('null');
    },
  );

  it('has an event for every message to tenants', () => {
    const told = new Set(EVENTS.map((event) => toMessage(event).name));
    const known = MESSAGES.filter((message) => message.direction === 'to-tenant').map((message) => message.name);
    expect([...told].sort()).toEqual([...known].sort());
    expect(known).toHaveLength(18);
    expect(MESSAGES).toHaveLength(21);
  });

  test.each(Object.entries(STATUS) as [PaymentStatusKind, string][])('names %s %s', (kind, name) => {
    const event = { kind, orderReference: 'DE--1', currency: 'EUR', amount: 12000, itemIds: ['101'] };
    expect(toMessage(event)).toEqual({
      name,
      channel: 'payment-events',
      payload: { orderReference: 'DE--1', currencyIsoCode: 'EUR', amount: 12000, orderItemIds: ['101'] },
    });
  });

  it('writes details as a JSON text', () => {
    const details = { 'External status "new"': '2025-05-09 10:00:00' };
    const message = toMessage({ kind: 'payment_created', orderReference: 'DE--1', transactionId: 'pi_1', details });
    expect(message.payload).toEqual({
      entityReference: 'DE--1',
      paymentReference: 'pi_1',
      details: JSON.stringify(details),
    });
    const empty = toMessage({ kind: 'payment_created', transactionId: 'pi_1', details: {} });
    expect(empty.payload).toEqual({ paymentReference: 'pi_1', details: '{}' });
  });

  it('announces a method with every path in its order', () => {
    const baseUrl = 'https://pay.example/';
    expect(toMessage({ kind: 'payment_method_added', name: 'Card', providerName: 'stripe', baseUrl })).toEqual({
      name: 'AddPaymentMethod',
      channel: 'payment-method-commands',
      payload: {
        name: 'Card',
        providerName: 'stripe',
        paymentAuthorizationEndpoint: 'https://pay.example/private/initialize-payment',
        paymentMethodAppConfiguration: {
          baseUrl: 'https://pay.example',
          endpoints: [
            { name: 'pre-order-payment', path: '/private/pre-order-payment' },
            { name: 'authorization', path: '/private/initialize-payment' },
            { name: 'pre-order-confirmation', path: '/private/confirm-pre-order-payment' },
            { name: 'pre-order-cancellation', path: '/private/cancel-pre-order-payment' },
            { name: 'transfer', path: '/private/payments/transfers' },
            { name: 'customer', path: '/private/customer' },
          ],
        },
      },
    });
  });

  it('points older shops to the pre-order address for express methods', () => {
    const express = { strategy: 'express-checkout' };
    const event = {
      name: 'PayPal',
      providerName: 'stripe',
      baseUrl: 'https://p.example',
      checkoutConfiguration: express,
    };
    const { payload } = toMessage({ kind: 'payment_method_updated', ...event });
    expect(payload).toMatchObject({
      paymentAuthorizationEndpoint: 'https://p.example/private/pre-order-payment',
      paymentMethodAppConfiguration: { checkoutConfiguration: express },
    });
  });

  it('sends nothing that does not fit', () => {
    const status = { orderReference: 'DE--1', currency: 'EUR', itemIds: [] };
    expect(() => toMessage({ kind: 'payment_refunded', ...status, amount: -5 })).toThrow('amount');
    expect(() => toMessage({ kind: 'payment_updated', transactionId: 'pi_1', details: {} })).toThrow('entityReference');
    expect(() => toMessage({ kind: 'payment_created', transactionId: '', details: {} })).toThrow('paymentReference');
    expect(() => toMessage({ kind: 'payment_method_deleted', name: 'sepa.debit', providerName: 'stripe' })).toThrow(
      'name',
    );
    expect(() => toMessage({ kind: 'payment_method_deleted', name: 'x', providerName: 'Stripe' })).toThrow(
      'providerName',
    );
  });
});
