/** What the browser code asks for: who is answered, what is told, what is settled, and how often it may ask. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/flows/app.js';
import { completed, problem, unknown, type Connector } from '../../src/kit/index.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { browserOf, pagesOf, sandboxShop, started, type Started } from './pages.js';

const CALLS = ['session', 'attempt', 'choice', 'status'].map((name) => `/app-payment/${name}`);

let app: TestApp;
let shop: TestShop;
let browser: ReturnType<typeof browserOf>;

beforeAll(async () => {
  app = await testApp();
  shop = await sandboxShop(app);
  browser = browserOf(pagesOf(app.app));
});
afterAll(() => app.close());

/** The app with another connector in the sandbox's place. */
function appWith(changes: (connector: Connector) => Partial<Connector>): App {
  const connector = async (name: string): Promise<Connector> => {
    const sandbox = await app.app.connector(name);
    return { ...sandbox, ...changes(sandbox) };
  };
  return { ...app.app, connector };
}

describe('credentials', () => {
  test('every call refuses every wrong link with 404 and the same word', async () => {
    const mine = await started(shop);
    const other = await started(await sandboxShop(app));
    const wrong = [
      {},
      { ...mine, token: undefined },
      { ...mine, token: '' },
      { ...mine, token: other.token },
      { ...mine, token: [mine.token] },
      { ...mine, tenantIdentifier: other.tenantIdentifier },
      { ...mine, transactionId: 'sbx_unknown' },
    ];
    for (const path of CALLS) {
      for (const body of wrong) {
        const answer = await browser.post(path, { choice: 'pay', ...body });
        expect([path, answer.statusCode, answer.json()]).toEqual([path, 404, { error: 'page_unknown' }]);
        expect(answer.headers['cache-control']).toBe('no-store');
      }
    }
    expect((await browser.post('/app-payment/attempt', mine)).json()).toEqual({ state: 'payable' });
  });

  test('a body that is no JSON object, is too large or of another type is refused', async () => {
    const link = await started(shop);
    const server = pagesOf(app.app);
    const send = (payload: string, type = 'application/json') =>
      server.inject({ method: 'POST', url: '/app-payment/status', headers: { 'content-type': type }, payload });
    for (const payload of ['', '{', '[]', 'null', '"text"', '7']) expect((await send(payload)).statusCode).toBe(400);
    expect((await send(JSON.stringify({ ...link, more: 'x'.repeat(9000) }))).statusCode).toBe(413);
    expect(
      (await send(new URLSearchParams({ ...link }).toString(), 'application/x-www-form-urlencoded')).statusCode,
    ).toBe(415);
    expect((await send(JSON.stringify(link), 'text/plain')).statusCode).toBe(415);
  });

  test('credentials in the address count for nothing', async () => {
    const link = await started(shop);
    const query = new URLSearchParams({ ...link }).toString();
    expect((await browser.post(`/app-payment/status?${query}`, {})).statusCode).toBe(404);
  });
});

describe('session', () => {
  test('gives what the fields are mounted with, and what the shop knows of the customer', async () => {
    const link = await started(shop);
    const answer = await browser.post('/app-payment/session', link);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const told = answer.json<{ state: string; mountData: Record<string, unknown>; returnUrl: string }>();
    expect(told.state).toBe('payable');
    expect(told.mountData).toMatchObject({
      choices: ['pay', 'decline', 'cancel'],
      billing: { email: 'ada@example.com' },
    });
    expect(told.returnUrl).toContain('/app-payment/redirect?');
    expect(told.returnUrl).toContain(link.token);
  });

  test('holds the client secret, which neither the page nor any address does', async () => {
    const secretApp = appWith((sandbox) => ({
      page: {
        ...sandbox.page!,
        mountData: (session) => ({ clientSecret: session['transactionId'] + '_secret_canary' }),
      },
    }));
    const link = await started(shop);
    const visitor = browserOf(pagesOf(secretApp));
    expect((await visitor.post('/app-payment/session', link)).body).toContain('_secret_canary');
    const page = await visitor.open(link);
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('_secret_canary');
    expect(JSON.stringify(page.headers)).not.toContain('_secret_canary');
    expect(page.body).not.toContain('whsec_');
  });

  test('tells the state alone once there is nothing to pay, and asks the PSP before it says so', async () => {
    const link = await started(shop);
    const at = new Date(app.app.clock.now()).toISOString();
    const paidApp = appWith(() => ({
      readBack: async () => completed([{ kind: 'authorized', amount: 12_000, at }], { references: [] }),
    }));
    const answer = await browserOf(pagesOf(paidApp)).post('/app-payment/session', link);
    expect(answer.json()).toEqual({ state: 'paid', location: 'https://shop.example/de/payment/order-success' });
  });
});

describe('status and the way back', () => {
  test('settle what the PSP says, so that the shop hears of it without any webhook', async () => {
    const at = new Date(app.app.clock.now()).toISOString();
    const paidApp = appWith(() => ({
      readBack: async () => completed([{ kind: 'authorized', amount: 12_000, at }], { references: [] }),
    }));
    const visitor = browserOf(pagesOf(paidApp));
    const polled = await started(shop);
    expect((await visitor.post('/app-payment/status', polled)).json()).toMatchObject({ state: 'paid' });
    await shop.until('PaymentAuthorized', polled.orderReference);
    const returned = await started(shop);
    expect((await visitor.back(returned)).headers['location']).toContain('order-success');
    await shop.until('PaymentAuthorized', returned.orderReference);
  });

  test('a webhook that comes after the page changes and announces nothing', async () => {
    const link = await started(shop);
    await browser.choose(link, 'pay');
    await shop.until('PaymentAuthorized', link.orderReference);
    await shop.webhook({ type: 'payment', transactionId: link.transactionId, status: 'authorized' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await shop.poll()).filter(({ payload }) => payload.orderReference === link.orderReference)).toEqual([]);
  });

  test('a PSP that is silent, slow or broken leaves the page as it is stored', async () => {
    const link = await started(shop);
    const bad: Connector['readBack'][] = [
      async () => unknown(problem('busy', 'no answer')),
      async () => Promise.reject(new Error('boom')),
      undefined,
    ];
    for (const readBack of bad) {
      const visitor = browserOf(pagesOf(appWith(() => ({ readBack: readBack! }))));
      const answer = await visitor.post('/app-payment/status', link);
      expect([answer.statusCode, answer.json()]).toEqual([200, { state: 'payable' }]);
      expect((await visitor.back(link)).headers['location']).toContain('/app-payment?transactionId=');
    }
  });

  test('a paid payment is not asked about again', async () => {
    const link = await started(shop);
    await browser.choose(link, 'pay');
    let asked = 0;
    const counting = appWith(() => ({ readBack: async () => ((asked += 1), unknown(problem('busy', 'no answer'))) }));
    expect((await browserOf(pagesOf(counting)).post('/app-payment/status', link)).json()).toMatchObject({
      state: 'paid',
    });
    expect(asked).toBe(0);
  });

  test('a connector that is gone closes the page and leads back to the shop', async () => {
    const link = await started(shop, { localeName: 'en_US' });
    const without: App = { ...app.app, connector: () => Promise.reject(new Error('gone')) };
    const visitor = browserOf(pagesOf(without));
    expect((await visitor.open(link)).body).toContain('This payment cannot be made right now');
    expect((await visitor.back(link)).headers['location']).toBe('https://shop.example/de/payment/order-cancel');
  });

  test('an amount that is not the order’s is not offered for payment', async () => {
    const link = await started(shop, { localeName: 'en_US' });
    const { sql } = await import('kysely');
    await sql`update payments set amount = amount + 1 where transaction_id = ${link.transactionId}`.execute(app.app.db);
    const page = await browser.open(link);
    expect(page.body).toContain('This payment cannot be made right now');
    expect((await browser.post('/app-payment/session', link)).json()).toEqual({ state: 'closed' });
    expect((await browser.choose(link, 'pay')).json()).toEqual({ state: 'closed' });
  });
});

describe('choice', () => {
  test('pays, fails or cancels, and the shop hears of it', async () => {
    const expected = {
      pay: ['paid', 'PaymentAuthorized'],
      fail: ['failed', 'PaymentAuthorizationFailed'],
      cancel: ['canceled', 'PaymentCanceled'],
    };
    for (const [choice, [state, message]] of Object.entries(expected)) {
      const link = await started(shop);
      expect((await browser.choose(link, choice)).json()).toMatchObject({ state });
      await shop.until(message!, link.orderReference);
    }
  });

  test('a declined or unknown choice changes nothing and may be repeated', async () => {
    const link = await started(shop);
    for (const choice of ['decline', 'toString', '']) {
      const answer = await browser.choose(link, choice);
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ state: 'payable', message: expect.any(String) as string });
    }
    expect((await browser.choose(link, 'pay')).json()).toMatchObject({ state: 'paid' });
  });

  test('twice is once: a paid payment cannot be paid or canceled on the page', async () => {
    const link = await started(shop);
    const [first, second] = await Promise.all([browser.choose(link, 'pay'), browser.choose(link, 'pay')]);
    expect([first.json<{ state: string }>().state, second.json<{ state: string }>().state]).toEqual(['paid', 'paid']);
    expect((await browser.choose(link, 'cancel')).json()).toMatchObject({ state: 'paid' });
    const told = await shop.until('PaymentAuthorized', link.orderReference);
    const mine = told.filter(
      ({ name, payload }) => name === 'PaymentAuthorized' && payload.orderReference === link.orderReference,
    );
    expect(mine).toHaveLength(1);
  });

  test('does not exist for a connector without choices', async () => {
    const link = await started(shop);
    const plain = appWith(({ page }) => ({ page: { ...page!, choose: undefined as never } }));
    expect((await browserOf(pagesOf(plain)).choose(link, 'pay')).statusCode).toBe(404);
  });
});

describe('limits', () => {
  test('a payment can be tried ten times, then the answer is 429', async () => {
    const link = await started(shop);
    const visitor = browserOf(pagesOf(app.app));
    const codes = await inTurn(11, () => visitor.choose(link, 'decline'));
    expect(codes).toEqual([...Array<number>(10).fill(200), 429]);
    const refused = await visitor.choose(link, 'pay');
    expect(refused.json()).toEqual({ error: 'too_many_requests' });
    expect(refused.headers['retry-after']).toBeDefined();
    expect((await visitor.open(link)).statusCode).toBe(200);
  });

  test('an address can try twenty times in all, other addresses go on', async () => {
    const visitor = browserOf(pagesOf(app.app));
    const links = [await started(shop), await started(shop), await started(shop)] as [Started, Started, Started];
    const from = (address: string) => (n: number) =>
      visitor.post('/app-payment/attempt', links[Math.floor(n / 10) as 0 | 1 | 2], address);
    expect((await inTurn(21, from('203.0.113.7'))).slice(-2)).toEqual([200, 429]);
    expect((await visitor.post('/app-payment/attempt', links[2], '203.0.113.8')).statusCode).toBe(200);
  });
});

async function inTurn(times: number, ask: (n: number) => Promise<{ statusCode: number }>): Promise<number[]> {
  const codes: number[] = [];
  for (let n = 0; n < times; n += 1) codes.push((await ask(n)).statusCode);
  return codes;
}
