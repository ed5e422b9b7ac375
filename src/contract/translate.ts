/** The wire's names to ours, and back: orders and commands in, events out. */
import type { Command } from '../domain/command.js';
import { AppError } from '../domain/errors.js';
import type { AppEvent, PaymentMethodEvent, PaymentStatusKind } from '../domain/event.js';
import type { Address, Expense, Order, OrderLine } from '../domain/order.js';
import type { Static } from 'typebox';
import { parseJson, type Envelope } from './envelope.js';
import { findMessage, type Channel, type CommandPayload } from './messages.js';
import { normalize, type Normalized } from './normalize.js';
import type { ConfigureBody } from './payment-endpoints.js';
import type { OrderData, OrderExpense, OrderItem } from './shapes.js';
import { faults } from './validate.js';

/**
 * The order of a payment. `localeName` counts when the order names no locale; `orderReference` wins over the one
 * inside, which may be missing. Throws `body_mismatch` without a payment method.
 */
export function toOrder(orderData: OrderData, localeName?: string, orderReference?: string): Order {
  const method = orderData.paymentMethod ?? orderData.payment?.paymentMethod;
  if (method === undefined || method.trim() === '') {
    throw new AppError('body_mismatch', { values: { reason: 'orderData.paymentMethod is required' } });
  }
  const additional = orderData.additionalPaymentData ?? orderData.payment?.additionalPaymentData ?? {};
  const shipping = shippingAddress(orderData);
  return present<Order>({
    orderReference: orderReference ?? orderData.orderReference,
    grandTotal: orderData.grandTotal,
    currency: orderData.currencyCode.toUpperCase(),
    paymentMethod: normalizeMethod(method),
    priceMode: orderData.priceMode,
    storeName: orderData.storeName,
    locale: orderData.localeName ?? localeName,
    customerReference: orderData.customerReference,
    customerEmail: orderData.customerEmail,
    discountTotal: orderData.discountTotal,
    taxTotal: orderData.taxTotal,
    billing: billingAddress(orderData),
    shipping: Object.keys(shipping).length === 0 ? undefined : shipping,
    lines: (orderData.items ?? []).map(toLine),
    expenses: (orderData.expenses ?? []).map(toExpense),
    additional: toTexts(additional),
  });
}

/** `Credit Card` becomes `credit-card`: lower case, each blank a hyphen, nothing else. */
export function normalizeMethod(method: string): string {
  return method.toLowerCase().replaceAll(' ', '-');
}

/**
 * The settings inside a configure request. Nulls stay: they replace what is stored. Throws `wrong_format` when the text
 * is no JSON object.
 */
export function toSettings(body: ConfigureBody): Record<string, unknown> {
  let settings: unknown;
  try {
    settings = parseJson(body.data.attributes.configuration);
  } catch (error) {
    throw new AppError('wrong_format', { detail: 'the configuration is no JSON, or nested too deeply', cause: error });
  }
  if (Array.isArray(settings) && settings.length === 0) return {};
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new AppError('wrong_format', { detail: 'the configuration is no JSON object' });
  }
  return withoutPrototypes(settings) as Record<string, unknown>;
}

/** A copy without members named `__proto__`, which would be dangerous in the hands of a careless merge. */
function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutPrototypes(member)]));
}

/** The transaction id inside pre-order data; absent, null and empty are alike. */
export function preOrderTransactionId(preOrder: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const ids = [preOrder?.['transactionId'], preOrder?.['transaction_id']];
  return ids.find((id): id is string => typeof id === 'string' && id !== '');
}

function billingAddress(order: OrderData): Address {
  return present<Address>({
    salutation: order.salutation,
    firstName: order.customerFirstName,
    lastName: order.customerLastName,
    address1: order.address1,
    address2: order.address2,
    address3: order.address3,
    zip: order.zip,
    city: order.city,
    state: order.state,
    country: order.countryCode,
    phone: order.phone,
  });
}

function shippingAddress(order: OrderData): Address {
  return present<Address>({
    salutation: order.shippingSalutation,
    firstName: order.shippingFirstName,
    lastName: order.shippingLastName,
    address1: order.shippingAddress1,
    address2: order.shippingAddress2,
    address3: order.shippingAddress3,
    zip: order.shippingZip,
    city: order.shippingCity,
    state: order.shippingState,
    country: order.shippingCountryCode,
    phone: order.shippingPhone,
  });
}

function toLine(item: Static<typeof OrderItem>): OrderLine {
  return present<OrderLine>({
    id: item.idSalesOrderItem,
    sku: item.sku,
    name: item.name ?? item.sku ?? '',
    quantity: item.quantity ?? 1,
    unitPrice: item.unitPrice ?? 0,
  });
}

function toExpense(expense: Static<typeof OrderExpense>): Expense {
  return present<Expense>({
    type: expense.type,
    name: expense.name ?? expense.type ?? '',
    quantity: expense.quantity ?? 1,
    unitPrice: expense.unitPrice ?? expense.unitGrossPrice ?? 0,
  });
}

/** PSPs take text only: other values are written as JSON. */
function toTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** Members that are set. */
function present<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

const COMMANDS: Readonly<Record<string, Command['kind']>> = {
  CapturePayment: 'capture',
  CancelPayment: 'cancel',
  RefundPayment: 'refund',
};

/** What the message tells us to do. Returns one line when it is no command or its payload does not fit. */
export function toCommand(envelope: Envelope): Normalized<Command> {
  const kind = Object.hasOwn(COMMANDS, envelope.name) ? COMMANDS[envelope.name] : undefined;
  const message = findMessage(envelope.name);
  if (kind === undefined || message === undefined) return { error: `unknown command "${envelope.name.slice(0, 80)}"` };
  const payload = normalize(message.payload, envelope.payload) as Normalized<CommandPayload>;
  if (payload.error !== undefined) return payload;
  const { orderReference, amount, orderItems = [], orderItemIds = [], currencyIsoCode } = payload.value;
  const itemIds = orderItems.length > 0 ? orderItems.map((entry) => entry.orderItemId) : orderItemIds;
  return {
    value: present<Command>({
      kind,
      orderReference,
      amount: kind === 'refund' ? Math.abs(amount ?? 0) : amount === 0 ? undefined : amount,
      itemIds: [...new Set(itemIds)],
      currency: currencyIsoCode?.toUpperCase(),
    }),
  };
}

const STATUS_NAMES: Readonly<Record<PaymentStatusKind, string>> = {
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

export interface OutgoingMessage {
  channel: Channel;
  name: string;
  /** Without nulls: shops stop polling when they meet one where a list is expected. */
  payload: Record<string, unknown>;
}

/** The message that tells an event. Throws when the payload does not fit its shape: nothing wrong is ever sent. */
export function toMessage(event: AppEvent): OutgoingMessage {
  const { name, payload: members } = spoken(event);
  const payload = withoutNulls(members) as Record<string, unknown>;
  const message = findMessage(name);
  const error = message === undefined ? 'unknown name' : faults(message.payload, payload);
  if (message === undefined || error !== undefined) throw new Error(`send ${name}: ${error}`);
  return { channel: message.channel, name, payload };
}

function spoken(event: AppEvent): { name: string; payload: object } {
  switch (event.kind) {
    case 'payment_created':
    case 'payment_updated':
      return {
        name: event.kind === 'payment_created' ? 'PaymentCreated' : 'PaymentUpdated',
        payload: {
          entityReference: event.orderReference,
          paymentReference: event.transactionId,
          details: JSON.stringify(event.details),
        },
      };
    case 'payment_method_added':
      return { name: 'AddPaymentMethod', payload: paymentMethod(event) };
    case 'payment_method_updated':
      return { name: 'UpdatePaymentMethod', payload: paymentMethod(event) };
    case 'payment_method_deleted':
      return { name: 'DeletePaymentMethod', payload: { name: event.name, providerName: event.providerName } };
    case 'app_configuration_updated':
      return {
        name: 'AppConfigUpdated',
        payload: {
          appIdentifier: event.appIdentifier,
          isActive: event.isActive,
          status: event.status.toUpperCase(),
          config: event.configuration,
          messageChannels: [...new Set(event.channels)],
        },
      };
    case 'ready_for_onboarding':
      return {
        name: 'ReadyForMerchantAppOnboarding',
        payload: {
          appIdentifier: event.appIdentifier,
          appName: event.appName,
          type: 'payment',
          onboarding: event.onboarding,
          additionalLinks: event.additionalLinks,
          merchantOnboardingStates: event.states,
        },
      };
    case 'onboarding_status_changed': {
      const { merchantReference, appIdentifier, status } = event;
      const payload = { merchantReference, appIdentifier, type: 'payment', status };
      return { name: 'MerchantAppOnboardingStatusChanged', payload };
    }
    default:
      return {
        name: STATUS_NAMES[event.kind],
        payload: {
          orderReference: event.orderReference,
          currencyIsoCode: event.currency,
          amount: event.amount,
          orderItemIds: event.itemIds,
        },
      };
  }
}

/** Shops look paths up by these names; they compare the list as it stands, so its order never changes. */
export const METHOD_ENDPOINTS: readonly { name: string; path: string }[] = [
  { name: 'pre-order-payment', path: '/private/pre-order-payment' },
  { name: 'authorization', path: '/private/initialize-payment' },
  { name: 'pre-order-confirmation', path: '/private/confirm-pre-order-payment' },
  { name: 'pre-order-cancellation', path: '/private/cancel-pre-order-payment' },
  { name: 'transfer', path: '/private/payments/transfers' },
  { name: 'customer', path: '/private/customer' },
];

function paymentMethod(event: PaymentMethodEvent): object {
  const baseUrl = event.baseUrl.replace(/\/+$/, '');
  const express = event.checkoutConfiguration?.['strategy'] === 'express-checkout';
  return {
    name: event.name,
    providerName: event.providerName,
    paymentAuthorizationEndpoint: `${baseUrl}/private/${express ? 'pre-order-payment' : 'initialize-payment'}`,
    paymentMethodAppConfiguration: {
      baseUrl,
      endpoints: METHOD_ENDPOINTS,
      checkoutConfiguration: event.checkoutConfiguration,
    },
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((member) => member !== null && member !== undefined).map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutNulls(member)]));
}
