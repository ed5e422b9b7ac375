/** The payment page and the way back, route by route: status, headers and what the customer reads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { addressOf, browserOf, pagesOf, sandboxShop, started, type Started } from './pages.js';

const clock = { ahead: 0, now: () => systemClock.now() + clock.ahead };
let app: TestApp;
let shop: TestShop;
let browser: ReturnType<typeof browserOf>;

beforeAll(async () => {
  app = await testApp({ clock });
  shop = await sandboxShop(app);
  browser = browserOf(pagesOf(app.app));
});
afterAll(() => app.close());

const NEUTRAL = 'This link is not valid';

describe('GET /app-payment', () => {
  test('shows the form of a new payment at once, without a cookie, as often as it is opened', async () => {
    const link = await started(shop, { localeName: 'en_US', grandTotal: 4250 });
    for (const _ of [1, 2]) {
      const page = await browser.open(link);
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.headers['set-cookie']).toBeUndefined();
      expect(page.body).toContain('Pay €42.50');
      expect(page.body).toContain('id="payment-form"');
      expect(page.body).toContain(link.orderReference);
      expect(page.body).toContain('Test mode');
      expect(page.body).toContain('https://shop.example/de/payment/order-cancel');
    }
  });

  test('answers 400 with a neutral page when the payment or the tenant is not named', async () => {
    const { transactionId, tenantIdentifier, token } = await started(shop);
    const incomplete = [
      {},
      { transactionId, token },
      { tenantIdentifier, token },
      { transactionId: '', tenantIdentifier, token },
    ];
    for (const query of incomplete) {
      const page = await browser.open(query);
      expect(page.statusCode).toBe(400);
      expect(page.body).toContain('This link is incomplete');
      expect(page.body).not.toContain('shop.example');
    }
  });

  test('answers every wrong link with the very same neutral 404 page', async () => {
    const mine = await started(shop);
    const other = await started(await sandboxShop(app));
    const wrong = [
      { ...mine, token: '' },
      { transactionId: mine.transactionId, tenantIdentifier: mine.tenantIdentifier },
      { ...mine, token: 'x'.repeat(mine.token.length) },
      { ...mine, token: `${mine.token}x` },
      { ...mine, token: other.token },
      { ...mine, tenantIdentifier: other.tenantIdentifier },
      { ...other, tenantIdentifier: mine.tenantIdentifier },
      { ...mine, tenantIdentifier: 'nobody' },
      { ...mine, transactionId: 'sbx_unknown' },
    ];
    const bodies = new Set<string>();
    for (const query of wrong) {
      const page = await browser.open(query);
      expect(page.statusCode).toBe(404);
      bodies.add(page.body.replaceAll(/nonce="[^"]*"/g, ''));
    }
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain(NEUTRAL);
  });

  test('a parameter that comes twice is no parameter', async () => {
    const link = await started(shop);
    const page = await browser.get(`${addressOf('/app-payment', { ...link })}&token=${link.token}`);
    expect(page.statusCode).toBe(404);
  });

  test('says that a page has expired, and links back to the shop', async () => {
    const link = await started(shop, { localeName: 'en_US' });
    clock.ahead = 121 * 60_000;
    try {
      const page = await browser.open(link);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain('This payment page has expired');
      expect(page.body).not.toContain('payment-form');
      expect(page.body).toContain('href="https://shop.example/de/payment/order-cancel"');
    } finally {
      clock.ahead = 0;
    }
  });

  test('never shows a form for a paid, failed, canceled or processing payment', async () => {
    const expected = [
      { amount: 12_000, choice: 'pay', says: 'Thank you, your payment was received', leads: 'order-success' },
      { amount: 12_000, choice: 'fail', says: 'The payment was not completed', leads: 'order-cancel' },
      { amount: 12_000, choice: 'cancel', says: 'The payment was canceled', leads: 'order-cancel' },
    ];
    for (const { amount, choice, says, leads } of expected) {
      const link = await started(shop, { localeName: 'en_US', grandTotal: amount });
      await browser.choose(link, choice);
      const page = await browser.open(link);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain(says);
      expect(page.body).toContain(leads);
      expect(page.body).not.toContain('payment-form');
    }
  });

  test('shows a payment that the PSP still works on as processing, even after the page’s time', async () => {
    const pending = await sandboxShop(app, { outcomes: { authorize: 'pending_success' }, delaySeconds: 3600 });
    const link = await started(pending, { localeName: 'en_US' });
    expect((await browser.choose(link, 'pay')).json()).toMatchObject({ state: 'processing' });
    expect((await browser.open(link)).body).toContain('Your payment is being processed');
    expect((await browser.back(link)).headers['location']).toBe('https://shop.example/de/payment/order-success');
  });

  test('offers no form when the tenant has left', async () => {
    const leaving = await sandboxShop(app);
    const link = await started(leaving, { localeName: 'en_US' });
    expect((await leaving.disconnect('true')).status).toBe(204);
    const page = await browser.open(link);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('This payment cannot be made right now');
    expect(page.body).not.toContain('payment-form');
  });
});

describe('GET /app-payment/redirect', () => {
  test('answers 400 and a plain text without an id', async () => {
    for (const path of [
      '/app-payment/redirect',
      '/app-payment/redirect?transactionId=',
      '/app-payment/redirect?payment_intent=pi_1',
    ]) {
      const answer = await browser.get(path);
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toBe('Transaction ID is missing.');
    }
  });

  test('answers an unknown id, a wrong token and another tenant with the neutral 404 page', async () => {
    const link = await started(shop);
    const wrong = [
      { transactionId: 'sbx_unknown' },
      { ...link, token: 'wrong' },
      { ...link, tenantIdentifier: 'nobody' },
    ];
    for (const query of wrong) {
      const answer = await browser.back(query);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toContain(NEUTRAL);
    }
  });

  test('leads a paid customer to the stored success address', async () => {
    const link = await paid();
    const answer = await browser.back(link);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['location']).toBe('https://shop.example/de/payment/order-success');
  });

  test('leads back to the payment page while the payment is not finished', async () => {
    const link = await started(shop);
    const answer = await browser.back(link);
    expect(answer.statusCode).toBe(302);
    const page = `${app.app.publicUrl}${addressOf('/app-payment', { ...link })}`;
    expect(answer.headers['location']).toBe(`${page}&tried=1`);
    const said = async (more: object): Promise<string> =>
      (await browser.get(addressOf('/app-payment', { ...link, ...more }))).body;
    expect(await said({ tried: '1' })).toContain('"tried":true');
    expect(await said({})).toContain('"tried":false');
    expect(await said({ tried: '<b>' })).toContain('"tried":false');
  });

  test('in a frame brings the customer to the shop by its browser code, because the shop belongs at the top', async () => {
    const framing = await sandboxShop(app, { page: { frameAncestors: ['https://shop.example'] } });
    const link = await started(framing);
    const back = (dest?: string) =>
      browser.get(
        addressOf('/app-payment/redirect', { ...link }),
        dest === undefined ? {} : { 'sec-fetch-dest': dest },
      );
    expect((await back('iframe')).headers['location']).toContain('/app-payment?');
    await browser.choose(link, 'pay');
    expect(await back('document')).toMatchObject({ statusCode: 302 });
    for (const dest of ['iframe', undefined]) {
      const shown = await back(dest);
      expect(shown.statusCode).toBe(200);
      expect(shown.body).toContain('"leaves":true');
      expect(shown.headers['content-security-policy']).toContain('frame-ancestors https://shop.example');
    }
    const unframed = await started(shop);
    await browser.choose(unframed, 'pay');
    const elsewhere = addressOf('/app-payment/redirect', { ...unframed });
    expect(await browser.get(elsewhere, { 'sec-fetch-dest': 'iframe' })).toMatchObject({ statusCode: 302 });
  });

  test('leads a canceled payment to the stored cancel address', async () => {
    const link = await started(shop);
    await browser.choose(link, 'cancel');
    const answer = await browser.back(link);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['location']).toBe('https://shop.example/de/payment/order-cancel');
  });

  test('drops what the PSP put into the address by one redirect, before anything is asked', async () => {
    const link = await paid();
    const secret = {
      payment_intent: 'pi_1',
      payment_intent_client_secret: 'pi_1_secret_2',
      redirect_status: 'succeeded',
    };
    const answer = await browser.back(link, secret);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['location']).toBe(addressOf('/app-payment/redirect', { ...link }));
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect((await browser.get(String(answer.headers['location']))).headers['location']).toContain('order-success');
  });

  test('without a token: leads to the shop when exactly one payment is meant and paid, else says nothing', async () => {
    const { transactionId } = await paid();
    const answer = await browser.back({ transactionId });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['location']).toBe('https://shop.example/de/payment/order-success');
    const unpaid = await started(shop);
    expect((await browser.back({ transactionId: unpaid.transactionId })).statusCode).toBe(404);
  });

  test('says what happened when the shop named no address', async () => {
    const urls = { redirectSuccessUrl: undefined, redirectCancelUrl: undefined };
    const link = await started(shop, { localeName: 'en_US' }, urls);
    await browser.choose(link, 'pay');
    const answer = await browser.back(link);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('Thank you, your payment was received');
    expect((await browser.back({ transactionId: link.transactionId })).statusCode).toBe(404);
  });

  test('sends nobody to an address that is not http, whatever is stored', async () => {
    const link = await started(shop, { localeName: 'en_US' });
    await browser.choose(link, 'pay');
    const { sql } = await import('kysely');
    await sql`update payments set redirect_success_url = 'javascript:alert(1)', redirect_cancel_url = 'data:text/html,x'
      where transaction_id = ${link.transactionId}`.execute(app.app.db);
    const answer = await browser.back(link);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain('javascript:');
    expect(answer.body).not.toContain('data:text/html');
    expect((await browser.open(link)).body).not.toContain('javascript:');
  });
});

async function paid(): Promise<Started> {
  const link = await started(shop);
  expect((await browser.choose(link, 'pay')).json()).toMatchObject({ state: 'paid' });
  return link;
}
