/** What is sent: orders as shops have them, the PSP's signed event about each, and the command to capture it. */
import { createHmac, randomUUID } from 'node:crypto';
import { wallTime } from './stopwatch.mjs';

const AMOUNT = 12_000;
const COMMAND = 'CapturePayment';

/** Orders of one round, spread over the tenants in turn; `label` makes their references unique. */
export function makeOrders(label, count, tenants) {
  return Array.from({ length: count }, (_, n) => ({
    reference: `${label}-${n}`,
    tenant: tenants[n % tenants.length],
    transactionId: undefined,
  }));
}

/** The body that starts a payment. */
export function orderBody({ reference }) {
  const shop = 'https://shop.example/de';
  return JSON.stringify({
    orderData: {
      orderReference: reference,
      priceMode: 'GROSS_MODE',
      storeName: 'DE',
      localeName: 'de_DE',
      countryCode: 'DE',
      customerFirstName: 'Ada',
      customerLastName: 'Lovelace',
      customerEmail: 'ada@example.com',
      customerReference: 'DE--21',
      currencyCode: 'EUR',
      grandTotal: AMOUNT,
      paymentMethod: 'Credit Card',
      paymentMethodName: 'Credit Card',
      items: [
        { idSalesOrderItem: 101, name: 'Oryx', sku: '001_1', quantity: 1, unitPrice: 6_000 },
        { idSalesOrderItem: 102, name: 'Gazelle', sku: '002_1', quantity: 1, unitPrice: 5_000 },
      ],
      expenses: [{ name: 'Shipping', type: 'SHIPMENT_EXPENSE_TYPE', quantity: 1, unitPrice: 1_000 }],
    },
    redirectSuccessUrl: `${shop}/payment/order-success`,
    redirectCancelUrl: `${shop}/payment/order-cancel`,
    checkoutSummaryPageUrl: `${shop}/checkout/summary`,
  });
}

/** Stripe's event that the money of this order is reserved, signed a moment ago. */
export function signedEvent(template, { reference, transactionId }, secret) {
  const body = template.event
    .replaceAll(template.intentId, transactionId)
    .replaceAll(template.chargeId, `ch_${transactionId.slice(3)}`)
    .replaceAll(String(template.amount), String(AMOUNT))
    .replaceAll(template.reference, reference)
    .replace('evt_bench', `evt_${randomUUID().replaceAll('-', '')}`);
  const time = Math.floor(wallTime() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` } };
}

/** The command to take the money of an order, with the headers shops send. */
export function captureCommand({ reference, tenant }) {
  return {
    body: JSON.stringify({
      orderReference: reference,
      orderItemIds: [101, 102],
      amount: AMOUNT,
      currencyIsoCode: 'EUR',
    }),
    headers: {
      'transfer-name': COMMAND,
      event: COMMAND,
      name: COMMAND,
      'correlation-id': randomUUID(),
      'transaction-id': randomUUID(),
      'tenant-identifier': tenant,
      'actor-id': tenant,
    },
  };
}
