/**
 * Two tenants on one account at Stripe, with the same order references, who know the ids of each other: whatever one of
 * them asks about the other's is not found, and nothing of the other changes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../flows/heart.js';
import { sampleOrder, type Answered } from '../support/app.js';
import { stripeWorld, type StripeShop, type StripeWorld } from '../support/stripe.js';
import { ask, everythingOf, listError, newOrderReference, workerHeaders } from './doors.js';
import { documentOf, FACADE, guest, paymentDocument, post, storefrontError } from './storefront.js';

const METHOD = { paymentMethodName: 'Credit Card', paymentProviderName: 'stripe' };
const CART = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };
const GUEST = 'guest-of-both';
const ITEMS = { currencyIsoCode: 'EUR', orderItemIds: [101, 102] };

let world: StripeWorld;
let mine: StripeShop;
let theirs: StripeShop;
/** Of theirs: begun by their server, begun at their storefront by a guest whose id is known, and with an order. */
let begun: string;
let visited: string;
let ordered: { transactionId: string; orderReference: string; page: URL };

beforeAll(async () => {
  world = await stripeWorld();
  theirs = await world.shop({ headless: true, facade: FACADE });
  const keys = { secretKey: `sk_test_${theirs.account}`, publishableKey: `pk_test_${theirs.account}` };
  mine = await world.shop({ headless: true, facade: FACADE });
  expect((await mine.configure({ connector: 'stripe', mode: 'test', ...keys })).status).toBe(200);
  begun = await begunBy(theirs);
  const document = paymentDocument({ payment: { ...METHOD, amount: 12_000 } });
  const { body } = await post(world.app, 'payments', document, { headers: guest(theirs.tenantId, GUEST) });
  visited = body.data.attributes.preOrderPaymentData.transactionId as string;
  const initialized = await theirs.initialize();
  const { transactionId, redirectUrl } = initialized.body as { transactionId: string; redirectUrl: string };
  ordered = { transactionId, orderReference: initialized.orderReference, page: new URL(redirectUrl) };
  await Promise.all([mine.rest(), theirs.rest()]);
});
afterAll(() => world.close());

async function begunBy(shop: StripeShop): Promise<string> {
  const { body } = await shop.call(
    '/private/pre-order-payment',
    { orderData: CART },
    { endpoint: 'pre-order-payment' },
  );
  return (body as { transactionId: string }).transactionId;
}

const unknown = (id: string) => `Could not find a payment with the transaction id "${id}"`;

/** Nothing of theirs changes, here and at the PSP. */
async function harmless(work: () => Promise<void>): Promise<void> {
  const look = async () => ({
    rows: await everythingOf(world.app, theirs.tenantId),
    intents: await Promise.all(
      [begun, visited, ordered.transactionId].map((id) => theirs.stripe(`/v1/payment_intents/${id}`)),
    ),
  });
  const before = await look();
  await work();
  await Promise.all([mine.rest(), theirs.rest()]);
  expect(await look()).toEqual(before);
}

describe('the server of another shop finds no payment', () => {
  const tries: [string, (id: string) => object][] = [
    [
      'initialize-payment',
      (transactionId) => ({ orderData: sampleOrder(newOrderReference()), preOrderPaymentData: { transactionId } }),
    ],
    ['pre-order-payment', (transactionId) => ({ orderData: CART, preOrderPaymentData: { transactionId } })],
    [
      'confirm-pre-order-payment',
      (transactionId) => ({
        orderReference: ordered.orderReference,
        orderData: sampleOrder(ordered.orderReference),
        preOrderPaymentData: { transactionId },
      }),
    ],
    ['cancel-pre-order-payment', (transactionId) => ({ preOrderPaymentData: { transactionId } })],
    ['customer', (transactionId) => ({ customerPaymentServiceProviderData: { transactionId } })],
  ];

  it.each(tries)('at %s', async (endpoint, bodyOf) => {
    await harmless(async () => {
      for (const id of [begun, visited, ordered.transactionId])
        for (const path of [`/private/${endpoint}`, `/${endpoint}`]) {
          const { status, body } = await mine.call(path, bodyOf(id), { endpoint });
          expect([status, body], path).toEqual([400, listError(400, unknown(id))]);
        }
    });
  });

  it('and the same order reference is another order', async () => {
    await harmless(async () => {
      const { orderReference } = ordered;
      const { status, body } = await mine.initialize({ orderReference, grandTotal: 500 });
      expect(status).toBe(200);
      expect([begun, visited, ordered.transactionId]).not.toContain(body.transactionId);
      const transactionId = await begunBy(mine);
      const another = { orderReference: 'DE--both', orderData: sampleOrder('DE--both'), transactionId };
      const endpoint = 'confirm-pre-order-payment';
      expect((await mine.call(`/private/${endpoint}`, another, { endpoint })).status).toBe(200);
      await mine.rest();
    });
    const transactionId = await begunBy(theirs);
    const same = { orderReference: 'DE--both', orderData: sampleOrder('DE--both'), transactionId };
    const endpoint = 'confirm-pre-order-payment';
    expect((await theirs.call(`/private/${endpoint}`, same, { endpoint })).status).toBe(200);
  });

  it('by what a wallet told about it', async () => {
    const fields = { 'payment_method_data[type]': 'paypal', 'payment_method_data[billing_details][name]': 'Ada Lovelace' };
    const { id } = await theirs.stripe('/v1/test_helpers/confirmation_tokens', fields);
    const paid = { confirmation_token: id as string, return_url: 'https://shop.example/return' };
    const transactionId = await begunBy(theirs);
    await theirs.stripe(`/v1/payment_intents/${transactionId}/confirm`, paid);
    await theirs.rest();
    const endpoint = 'customer';
    const told = { customerPaymentServiceProviderData: { confirmationTokenId: id as string } };
    const { status, body } = await mine.call('/private/customer', told, { endpoint });
    expect([status, body]).toEqual([400, listError(400, unknown(transactionId))]);
    expect((await theirs.call('/private/customer', told, { endpoint })).status).toBe(200);
  }); // prettier-ignore

  it('on a channel: no message of the other comes, and none can be taken away', async () => {
    const foreign = (await mine.poll()).filter(({ payload }) =>
      [begun, visited, ordered.transactionId].includes(payload.paymentReference as string),
    );
    expect(foreign).toEqual([]);
    const headers = { ...(await workerHeaders(world.app, mine.tenantId)), 'consumer-id': theirs.tenantId };
    expect((await ask(world.app, '/channels/payment-events', { method: 'GET', headers })).status).toBe(403);
  });
});

describe('the same guest at the storefront of another shop finds no payment', () => {
  const tries: [string, (transactionId: string) => unknown][] = [
    [
      'payments',
      (transactionId) => paymentDocument({ payment: { ...METHOD, amount: 100 }, preOrderPaymentData: { transactionId } }),
    ],
    [
      'payment-cancellations',
      (transactionId) => documentOf('payment-cancellations', { payment: METHOD, preOrderPaymentData: { transactionId } }),
    ],
    [
      'payment-customers',
      (transactionId) =>
        documentOf('payment-customers', { payment: METHOD, customerPaymentServiceProviderData: { transactionId } }),
    ],
  ]; // prettier-ignore

  it.each(tries)('at %s', async (endpoint, documentFor) => {
    const headers = guest(mine.tenantId, GUEST);
    await harmless(async () => {
      for (const id of [begun, visited, ordered.transactionId]) {
        const { status, body } = await post(world.app, endpoint, documentFor(id), { headers });
        expect([status, body]).toEqual([422, storefrontError(422, unknown(id))]);
      }
    });
  });
});

describe('whoever has a link of another shop sees nothing', () => {
  const link = (): Record<string, string> => ({
    ...Object.fromEntries(ordered.page.searchParams),
    tenantIdentifier: mine.tenantId,
  });

  it.each(['/app-payment', '/app-payment/redirect'])('at %s', async (path) => {
    await harmless(async () => {
      const query = new URLSearchParams(link()).toString();
      const { status, body } = await ask(world.app, `${path}?${query}`, { method: 'GET' });
      expect(status).toBe(404);
      expect(body).not.toContain(ordered.orderReference);
    });
  });

  it.each(['session', 'attempt', 'choice', 'status'])('at the call %s of the page', async (name) => {
    await harmless(async () => {
      const sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ choice: 'pay', ...link() }) };
      const { status, body }: Answered = await ask(world.app, `/app-payment/${name}`, sent);
      expect([status, body]).toEqual([404, { error: 'page_unknown' }]);
    });
  }); // prettier-ignore
});

describe('what Stripe tells', () => {
  it('is told to whose payment it is, although both hear it', async () => {
    await theirs.stripe(`/v1/payment_intents/${ordered.transactionId}/confirm`, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    await Promise.all([mine.rest(), theirs.rest()]);
    expect((await theirs.heard(ordered.orderReference)).names).toContain('PaymentAuthorized');
    const heard = (await mine.poll()).filter(({ payload }) => payload.paymentReference === ordered.transactionId);
    expect(heard).toEqual([]);
    expect((await mine.file(ordered.orderReference)).payment).toMatchObject({ status: 'new', authorized: 0 });
  });
});

// The last one: the commands wait for an order of that name for a while.
it('a command for an order of another shop does nothing to it', async () => {
  const { orderReference } = await theirs.initialize();
  await theirs.rest();
  const before = await everythingOf(world.app, theirs.tenantId);
  const sent = [['CapturePayment', {}], ['CancelPayment', {}], ['RefundPayment', { amount: -100 }]] as const;
  for (const [name, more] of sent) {
    const { status, body } = await mine.command(name, { orderReference, ...ITEMS, ...more });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  }
  await eventually('they were looked at', async () => {
    world.app.app.wake();
    const { inbox } = (await everythingOf(world.app, mine.tenantId)) as { inbox: { source: string; attempts: number; state: string }[] };
    const commands = inbox.filter(({ source }) => source === 'command');
    return commands.length === sent.length && commands.some(({ attempts, state }) => attempts > 0 || state !== 'due');
  });
  expect(await everythingOf(world.app, theirs.tenantId)).toEqual(before);
}); // prettier-ignore
