/** What a hostile shop, customer or frame cannot do: markup stays text, the policy is strict, files stay in their folder. */
import { frameAncestors } from '../../src/pages/look.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.js';
import { addressOf, browserOf, pagesOf, sandboxShop, started } from './pages.js';

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

function directives(policy: unknown): Map<string, string[]> {
  const parts = String(policy)
    .split('; ')
    .map((part) => part.split(' '));
  return new Map(parts.map(([name = '', ...sources]) => [name, sources]));
}

describe('escaping', () => {
  test('names, references, titles and colours stay text', async () => {
    const look = {
      title: EVIL,
      primaryColor: 'red;}</style><script>alert(3)</script>',
      logoUrl: 'javascript:alert(4)',
      termsUrl: 'data:text/html,x',
    };
    const shop = await sandboxShop(app, { page: look });
    const order = {
      orderReference: `DE--1${EVIL}`,
      items: [{ idSalesOrderItem: 1, name: EVIL, sku: '1', quantity: 2, unitPrice: 5500 }],
      expenses: [{ name: EVIL, type: 'SHIPMENT', quantity: 1, unitPrice: 1000 }],
    };
    const link = await started(shop, order);
    const browser = browserOf(pagesOf(app.app));
    const form = await browser.open(link);
    await browser.choose(link, 'pay');
    const notice = await browser.open(link);
    for (const page of [form, notice]) {
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain('&lt;script>alert(1)');
      expect(page.body).not.toMatch(/<script>|<img|alert\(3\)|javascript:|data:text/);
    }
  });

  test('no parameter of a link comes back in the page', async () => {
    const browser = browserOf(pagesOf(app.app));
    for (const path of ['/app-payment', '/app-payment/redirect']) {
      const page = await browser.get(addressOf(path, { transactionId: EVIL, tenantIdentifier: EVIL, token: EVIL }));
      expect(page.statusCode).toBe(404);
      expect(page.body).not.toContain('alert(1)');
    }
  });
});

describe('headers', () => {
  test('the policy allows our files, what carries the nonce, and the connector’s origins', async () => {
    const shop = await sandboxShop(app, { page: { logoUrl: 'https://cdn.shop.example/logo.svg' } });
    const link = await started(shop);
    const server = pagesOf(app.app);
    const [first, second] = [await browserOf(server).open(link), await browserOf(server).open(link)];
    const policy = directives(first.headers['content-security-policy']);
    for (const name of ['default-src', 'base-uri', 'object-src', 'frame-ancestors', 'frame-src']) {
      expect([name, policy.get(name)]).toEqual([name, ["'none'"]]);
    }
    expect(policy.get('form-action')).toEqual(["'self'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('img-src')).toContain('https://cdn.shop.example');
    expect(policy.get('script-src')?.[0]).toMatch(/^'nonce-[A-Za-z0-9+/]{24}'$/);
    expect(String(first.headers['content-security-policy'])).not.toContain('unsafe');
    expect(second.headers['content-security-policy']).not.toBe(first.headers['content-security-policy']);
    const nonce = policy.get('script-src')?.[0]?.slice(7, -1) ?? '';
    const elements = first.body.match(/<(script|style)[^>]*>/g) ?? [];
    expect(elements.length).toBeGreaterThanOrEqual(4);
    for (const element of elements) expect(element).toContain(`nonce="${nonce}"`);
  });

  test('every answer is kept by nobody and told to nobody', async () => {
    const link = await started(await sandboxShop(app));
    const browser = browserOf(pagesOf(app.app));
    const answers = [
      await browser.open(link),
      await browser.open({}),
      await browser.open({ ...link, token: 'x' }),
      await browser.back(link),
      await browser.back({}),
      await browser.post('/app-payment/status', link),
      await browser.post('/app-payment/status', {}),
    ];
    for (const { headers } of answers) {
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['permissions-policy']).toMatch(/^payment=\(self/);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-frame-options']).toBeUndefined();
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  test('behind https browsers are told to stay there', async () => {
    const secure = { ...app.app, publicUrl: 'https://pay.example' };
    const link = await started(await sandboxShop(app));
    const page = await browserOf(pagesOf(secure)).open(link);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(page.headers['content-security-policy']).toContain('https://pay.example/assets/islands/');
  });

  test('only origins the tenant names may frame its page, and none the neutral one', async () => {
    const given = [
      'https://shop.example/path',
      "'unsafe'",
      7,
      'https://b.example; script-src *',
      'https://*.c.example',
    ];
    expect(frameAncestors({ settings: { page: { frameAncestors: given } } })).toEqual(['https://shop.example']);
    const shop = await sandboxShop(app, { page: { frameAncestors: ['https://shop.example'] } });
    const browser = browserOf(pagesOf(app.app));
    const link = await started(shop);
    const framed = directives((await browser.open(link)).headers['content-security-policy']);
    expect(framed.get('frame-ancestors')).toEqual(['https://shop.example']);
    await browser.choose(link, 'pay');
    const notice = await browser.open(link);
    expect(notice.body).not.toContain('payment-form');
    expect(directives(notice.headers['content-security-policy']).get('frame-ancestors')).toEqual([
      'https://shop.example',
    ]);
    const neutral = directives((await browser.open({ ...link, token: 'x' })).headers['content-security-policy']);
    expect(neutral.get('frame-ancestors')).toEqual(["'none'"]);
  });

  test('with Stripe the page loads Stripe’s script and frames, or those of the deployment, and holds no key', async () => {
    const shop = await sandboxShop(app);
    const link = await started(shop);
    const { sql } = await import('kysely');
    await sql`update payments set connector = 'stripe' where transaction_id = ${link.transactionId}`.execute(
      app.app.db,
    );
    const real = await browserOf(pagesOf(app.app)).open(link);
    const policy = directives(real.headers['content-security-policy']);
    expect(policy.get('script-src')).toContain('https://js.stripe.com');
    expect(policy.get('frame-src')).toEqual([
      'https://js.stripe.com',
      'https://*.js.stripe.com',
      'https://hooks.stripe.com',
    ]);
    expect(policy.get('connect-src')).toContain('https://api.stripe.com');
    expect(real.headers['permissions-policy']).toContain('payment=(self "https://js.stripe.com"');
    expect(real.body).not.toMatch(/sk_|pk_|whsec_|_secret_/);
    const offline = { stripeJsUrl: 'http://127.0.0.1:9/endive/stripe.js', simulation: true };
    const simulated = await browserOf(pagesOf(app.app, offline)).open(link);
    expect(simulated.headers['content-security-policy']).not.toContain('stripe.com');
    expect(simulated.body).toContain('Simulation');
    expect(real.body).not.toContain('Simulation');
  });
});

describe('files', () => {
  test('islands and the style sheet come with their type; an unchanged island is not sent again', async () => {
    const browser = browserOf(pagesOf(app.app));
    const island = await browser.get('/assets/islands/sandbox-choice.js');
    expect([island.statusCode, island.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(island.headers['cache-control']).toBe('public, max-age=60, must-revalidate');
    const again = await browser.get('/assets/islands/sandbox-choice.js', {
      'if-none-match': String(island.headers['etag']),
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const link = await started(await sandboxShop(app));
    const style = /href="(\/assets\/page-[0-9a-f]+\.css)"/.exec((await browser.open(link)).body)?.[1] ?? '';
    const sheet = await browser.get(style);
    expect([sheet.statusCode, sheet.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    expect(sheet.headers['cache-control']).toContain('immutable');
  });

  test('the client for shops may be imported by pages of any origin, and is not sent again unchanged', async () => {
    const browser = browserOf(pagesOf(app.app));
    const script = await browser.get('/assets/client.js', { origin: 'https://shop.example' });
    expect([script.statusCode, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(script.headers['access-control-allow-origin']).toBe('*');
    expect(script.headers['cache-control']).toBe('public, max-age=60, must-revalidate');
    const again = await browser.get('/assets/client.js', { 'if-none-match': String(script.headers['etag']) });
    expect([again.statusCode, again.headers['access-control-allow-origin']]).toEqual([304, '*']);
    const unbuilt = await browserOf(pagesOf(app.app, { clientFile: '/nowhere' })).get('/assets/client.js');
    expect(unbuilt.statusCode).toBe(404);
  });

  test('nothing outside the folder is there', async () => {
    const browser = browserOf(pagesOf(app.app));
    const wanted = [
      '../pages.ts',
      '..%2fpages.ts',
      '%2e%2e%2fpages.ts',
      '..%5cpages.ts',
      'sandbox-choice.js%00',
      '.js',
      'none.js',
      'Sandbox-Choice.js',
      '',
    ];
    for (const file of wanted)
      expect([file, (await browser.get(`/assets/islands/${file}`)).statusCode]).toEqual([file, 404]);
  });
});
