/**
 * The shop's server behind its own checkouts: what a cart costs, and, when it is paid, the order and its confirmation. The
 * browser talks to the app itself (docs/headless.md); it is believed in nothing but what the app confirms.
 */
import { isoTime } from '../../domain/clock.js';
import { errorText } from './app-client.js';
import { paymentMethods } from './book.js';
import { COUNTRIES, shippingsTo, type Country } from './catalogue.js';
import { paymentRequest, placeOrder } from './checkout.js';
import { goes } from './methods.js';
import { isRecord, orderOf, type Draft, type Order, type PostalAddress } from './order.js';
import { withoutSecrets, type Answer } from './record.js';
import type { Shop } from './shop.js';
import { textsIn } from './texts.js';

const CONFIRM_PATH = '/private/confirm-pre-order-payment';

/** A cart as the browser hands it to the app, and the wallet's sheet shows it. */
export function cartOf(draft: Draft, isExpress: boolean) {
  const { lines, grandTotal, shippingCost, shipping, currency } = orderOf(draft, 0, '');
  const { firstName, lastName, email, country } = draft.customer;
  const texts = textsIn(draft.language);
  const who = { customer: { firstName, lastName, email }, billingAddress: { firstName, lastName, iso2Code: country } };
  const items = linesBySku(lines);
  const quote = {
    ...(isExpress ? {} : who),
    currency: { code: currency },
    items: items.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice })),
    expenses: [
      { type: 'SHIPMENT_EXPENSE_TYPE', name: texts.shippingNames[shipping], quantity: 1, unitPrice: shippingCost },
    ],
    priceMode: 'GROSS_MODE',
    store: { name: 'DE' },
  };
  return {
    quote,
    amount: grandTotal,
    lineItems: items.map(({ name, quantity, unitPrice }) => ({
      name: quantity === 1 ? name : `${name} × ${quantity}`,
      amount: unitPrice * quantity,
    })),
    shippingRates: shippingsTo(country, currency).map((rate) => ({
      id: rate.shipping,
      displayName: texts.shippingNames[rate.shipping],
      amount: rate.cost,
      deliveryEstimate: texts.shippingTimes[rate.shipping],
    })),
  };
}

/** With what sending costs to the draft's country; a way that is not to be had there becomes the usual one. */
export function sentTo(draft: Draft): Draft {
  const ways = shippingsTo(draft.customer.country, draft.currency);
  const way = ways.find(({ shipping }) => shipping === draft.shipping) ?? ways[0];
  return way === undefined ? draft : { ...draft, shipping: way.shipping, shippingCost: way.cost };
}

/** A draft whose buyer the wallet named; undefined when it named nobody, or a country the shop does not send to. */
export function boughtBy(draft: Draft, told: unknown): { draft: Draft; address: PostalAddress } | undefined {
  if (!isRecord(told)) return undefined;
  const place = [told['shippingAddress'], told['billingAddress']].find(isRecord);
  const country = COUNTRIES.find((known) => known === place?.['iso2Code']) as Country | undefined;
  if (place === undefined || country === undefined) return undefined;
  const say = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  const [firstName, lastName] = [say(told['firstName']), say(told['lastName'])];
  // Whoever has one name only stands with it in both fields.
  const customer = {
    firstName: firstName || lastName,
    lastName: lastName || firstName,
    email: say(told['email']),
    country,
  };
  const recipient = `${say(place['firstName'])} ${say(place['lastName'])}`.trim();
  const address = {
    name: recipient || `${customer.firstName} ${customer.lastName}`,
    lines: ['address1', 'address2', 'address3'].map((line) => say(place[line])).filter(Boolean),
    zipCode: say(place['zipCode']),
    city: say(place['city']),
    country,
  };
  return { draft: sentTo({ ...draft, customer }), address };
}

export interface Paid {
  draft: Draft;
  way: 'fields' | 'wallets';
  transactionId: string;
  address?: PostalAddress;
}

export interface PlacedOrder {
  order: Order;
  problem?: string;
  /** The app said no; otherwise a problem means that nobody knows. */
  isRefused: boolean;
}

/**
 * Saves the order of a payment and lets the app confirm it. Told again for the same payment and sum it is the same order.
 * Resolves to the order, with the reason when the app did not confirm.
 */
export async function placePaidOrder(shop: Shop, paid: Paid): Promise<PlacedOrder> {
  const { draft, way, transactionId, address } = paid;
  const method = paymentMethods(shop.book).find((known) => goes(known, way))?.name;
  const order =
    (await orderAgain(shop, paid)) ??
    (await placeOrder(shop, draft, {
      transactionId,
      ...(method && { paymentMethod: method }),
      ...(address && { address }),
    }));
  const { orderReference } = order;
  const { orderData } = paymentRequest(shop, order, order.paymentMethod ?? '');
  const request = { orderReference, orderData, preOrderPaymentData: { transactionId } };
  const at = isoTime(shop.clock);
  await shop.book.write({ kind: 'payment_asked', at, orderReference, url: CONFIRM_PATH, request });
  const answer = await shop.app.post(CONFIRM_PATH, request);
  const recorded = withoutSecrets(answer) as Answer;
  await shop.book.write({ kind: 'payment_answered', at: isoTime(shop.clock), orderReference, answer: recorded });
  const isRefused = answer.status >= 400 && answer.status < 500;
  return { order, isRefused, ...(answer.status === 200 ? {} : { problem: errorText(answer) }) };
}

/** The order that this payment has already, with whom the wallet named last. */
async function orderAgain(shop: Shop, { draft, transactionId, address }: Paid): Promise<Order | undefined> {
  const { grandTotal, currency } = orderOf(draft, 0, '');
  const known = [...shop.book.orders.values()].find(
    (order) => order.transactionId === transactionId && order.grandTotal === grandTotal && order.currency === currency,
  );
  if (known === undefined) return undefined;
  const order = { ...known, customer: draft.customer, ...(address && { address }) };
  if (JSON.stringify(order) !== JSON.stringify(known))
    await shop.book.write({ kind: 'order_placed', at: isoTime(shop.clock), order });
  return order;
}

/** Every product once, with how many of it. */
function linesBySku(lines: Order['lines']) {
  const found = new Map<string, { sku: string; name: string; quantity: number; unitPrice: number }>();
  for (const { sku, name, price } of lines) {
    const known = found.get(sku);
    if (known === undefined) found.set(sku, { sku, name, quantity: 1, unitPrice: price });
    else known.quantity += 1;
  }
  return [...found.values()];
}
