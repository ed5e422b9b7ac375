/** Turns what a customer put together into an order, and starts its payment at the app. */
import { isoTime } from '../../domain/clock.js';
import { errorText } from './app-client.js';
import { paymentMethods } from './book.js';
import { isMarketplace } from './connection.js';
import { withSellers } from './merchants.js';
import { goes } from './methods.js';
import { isRecord, orderOf, type Draft, type Order } from './order.js';
import { withoutSecrets, type Answer } from './record.js';
import { pause, type Shop } from './shop.js';
import { textsIn } from './texts.js';

/** Either where to send the customer, or why there is no payment. */
export type PaymentStart = { redirectUrl: string } | { problem: string };

const FIRST_ORDER_NUMBER = 1001;
const METHOD_WAIT_MS = 10_000;
const METHOD_WAIT_STEP_MS = 200;
const LOCALES = { en: 'en_US', de: 'de_DE' };

/** Saves the order, with what is known of it beside the draft. The draft must have no problems. */
export async function placeOrder(shop: Shop, draft: Draft, more: Partial<Order> = {}): Promise<Order> {
  const number = FIRST_ORDER_NUMBER + shop.book.orders.size;
  const plain = orderOf(draft, number, isoTime(shop.clock));
  const order = { ...plain, ...(isMarketplace(shop.book) && { lines: withSellers(plain.lines) }), ...more };
  await shop.book.write({ kind: 'order_placed', at: order.placedAt, order });
  return order;
}

/**
 * Asks the app for a payment of the order. Safe to repeat: the app answers the same for the same unpaid order. Waits
 * up to 10 s for the app's first payment method.
 */
export async function startPayment(shop: Shop, order: Order): Promise<PaymentStart> {
  const method = await findMethod(shop, order.paymentMethod);
  if (method === undefined) return { problem: 'The app has not announced a payment method yet' };
  const { orderReference } = order;
  const request = paymentRequest(shop, order, method.name);
  const url = method.authorizationUrl ?? '/private/initialize-payment';
  await shop.book.write({ kind: 'payment_asked', at: isoTime(shop.clock), orderReference, url, request });
  const answer = await askAtEither(shop, url, request);
  const recorded = withoutSecrets(answer) as Answer;
  await shop.book.write({ kind: 'payment_answered', at: isoTime(shop.clock), orderReference, answer: recorded });
  return readAnswer(answer);
}

/** The announced address may be that of an earlier start on another port; the one we were given is always present. */
export async function askAtEither(
  shop: Shop,
  url: string,
  request: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await shop.app.post(url, request, headers);
  const fallback = new URL(new URL(url, shop.appUrl).pathname, shop.appUrl).toString();
  return answer.status === 0 && fallback !== url ? shop.app.post(fallback, request, headers) : answer;
}

/** Exactly 200, said to be successful and with an address: anything else is a failure to a shop. */
function readAnswer(answer: Answer): PaymentStart {
  const { status, body } = answer;
  if (status !== 200) return { problem: errorText(answer) };
  const redirectUrl = isRecord(body) && body['isSuccessful'] === true ? body['redirectUrl'] : undefined;
  if (typeof redirectUrl === 'string' && /^https?:\/\//.test(redirectUrl)) return { redirectUrl };
  return { problem: 'The app answered without an address for the customer' };
}

async function findMethod(shop: Shop, wanted: string | undefined) {
  for (let waitedMs = 0; waitedMs < METHOD_WAIT_MS && !shop.signal.aborted; waitedMs += METHOD_WAIT_STEP_MS) {
    const methods = paymentMethods(shop.book).filter((method) => goes(method, 'page'));
    const method = methods.find(({ name }) => name === wanted) ?? methods[0];
    if (method !== undefined) return method;
    await pause(METHOD_WAIT_STEP_MS, shop.signal);
  }
  return undefined;
}

/** The body a shop sends after it saved an order. Members without a value are null, as shops send them. */
export function paymentRequest(shop: Pick<Shop, 'url'>, order: Order, method: string) {
  const { orderReference, customer } = order;
  const query = `orderReference=${encodeURIComponent(orderReference)}`;
  const names = { firstName: customer.firstName, lastName: customer.lastName };
  const shippingName = textsIn(order.language).shippingNames[order.shipping];
  return {
    orderData: {
      orderReference,
      priceMode: 'GROSS_MODE',
      storeName: 'DE',
      localeName: LOCALES[order.language],
      countryCode: customer.country,
      customerFirstName: names.firstName,
      customerLastName: names.lastName,
      customerEmail: customer.email,
      customerReference: null,
      currencyCode: order.currency,
      grandTotal: order.grandTotal,
      paymentMethod: method,
      paymentMethodName: method,
      additionalPaymentData: [],
      address2: null,
      state: null,
      phone: null,
      shippingCountryCode: customer.country,
      shippingFirstName: names.firstName,
      shippingLastName: names.lastName,
      items: order.lines.map(({ id, sku, name, price }) => ({
        idSalesOrderItem: id,
        name,
        sku,
        quantity: 1,
        unitPrice: price,
      })),
      expenses: [{ type: 'SHIPMENT_EXPENSE_TYPE', name: shippingName, quantity: 1, unitPrice: order.shippingCost }],
    },
    redirectSuccessUrl: `${shop.url}/success?${query}`,
    redirectCancelUrl: `${shop.url}/cancel?${query}`,
    checkoutSummaryPageUrl: `${shop.url}/?${query}`,
    preOrderPaymentData: [],
    localeName: LOCALES[order.language],
  };
}
