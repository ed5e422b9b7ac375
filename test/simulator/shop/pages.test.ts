/** The demo shop's pages over HTTP: forms, languages, the question before disconnecting, and hostile names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setStage, until, type Stage } from './shop-stage.js';

const NASTY = `"><img src=x onerror=alert(1)><script>alert('${'&'}')</script>`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

describe('checkout form', () => {
  it('places an order and sends the browser to the payment page', async () => {
    const fields = { 'quantity.mug': '1', 'quantity.boat': '2', firstName: 'Ada', lastName: 'L', email: 'a@b.de' };
    const answer = await stage.form('/orders', {
      ...fields,
      country: 'DE',
      locale: 'de',
      currency: 'JPY',
      shipping: 'pickup',
    });
    expect(answer.status).toBe(303);
    expect(answer.location).toContain('/app-payment?');
    const { orders } = (await stage.get('/api/orders')).body;
    const order = (await stage.get(`/api/orders/${orders.at(-1).orderReference}`)).body;
    expect(order).toMatchObject({ currency: 'JPY', grandTotal: 2900 + 2 * 1500 });
  });

  it('comes back with its values and marks what is missing', async () => {
    const answer = await stage.form('/orders', {
      'quantity.print': '3',
      firstName: '',
      lastName: 'L',
      email: 'nobody',
    });
    expect(answer.status).toBe(400);
    expect(answer.html).toMatch(/id="firstName"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="firstName"/);
    expect(answer.html).toContain('Enter an e-mail address');
    expect(answer.html).toMatch(/name="quantity.print"[^>]*value="3"/);
  });

  it('offers the announced payment method and the test cards', async () => {
    const { html } = await stage.page('/');
    expect(html).toMatch(/name="paymentMethod"[^>]*value="Stripe"/);
    for (const card of ['4242 4242 4242 4242', '4000 0027 6000 3184', '4000 0000 0000 0002'])
      expect(html).toContain(card);
    expect(html).toContain('Demo shop');
    expect(html).toContain('data-testid="place-order"');
  });
});

describe('language', () => {
  it('follows the browser, then the cookie, then the address', async () => {
    const lang = async (path: string, headers: Record<string, string>) =>
      /<html lang="(\w+)"/.exec((await stage.page(path, headers)).html)?.[1];
    expect(await lang('/', { 'accept-language': 'fr,de-AT;q=0.8,en;q=0.5' })).toBe('de');
    expect(await lang('/', { 'accept-language': 'de', cookie: 'shop_language=en' })).toBe('en');
    expect(await lang('/?lang=de', { 'accept-language': 'en', cookie: 'shop_language=en' })).toBe('de');
    expect((await stage.page('/orders?lang=de')).headers.get('set-cookie')).toContain('shop_language=de');
    expect(await lang('/?lang=xx', {})).toBe('en');
  });
});

describe('order page', () => {
  it('shows the state, the lines, every message and the buttons that fit', async () => {
    const reference = await stage.order();
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html).toMatch(/data-testid="order-status" data-status="authorized"/);
    expect(html.match(/data-testid="line-row"/g)).toHaveLength(2);
    expect(html.match(/data-testid="message-row"/g)).toHaveLength(2);
    expect(html).toMatch(/data-testid="capture">/);
    expect(html).toMatch(/data-testid="refund" disabled/);
    expect(await stage.form(`/orders/${reference}/capture`, {})).toMatchObject({
      status: 303,
      location: `/orders/${reference}`,
    });
    expect((await stage.page(`/orders/${reference}`)).html).toContain('Waiting for the capture');
  });

  it('never shows the token of the payment page, the client secret or the secret key', async () => {
    const reference = await stage.order();
    const pages = await Promise.all(
      [`/orders/${reference}`, '/connection', '/messages'].map((path) => stage.page(path)),
    );
    const html = pages.map((page) => page.html).join();
    for (const secret of ['secret-page-token', 'pi_secret_1', 'sk_test_demo', 'Bearer '])
      expect(html).not.toContain(secret);
  });

  it('answers 404 for an unknown order and an unknown page', async () => {
    for (const path of ['/orders/NO', '/success?orderReference=NO', '/nothing', '//evil.example/']) {
      expect((await stage.page(path)).status).toBe(404);
    }
  });
});

describe('hostile text', () => {
  it('from customers is shown as text on every page', async () => {
    const reference = await stage.order([{ sku: 'mug', quantity: 1 }], {
      customer: { firstName: NASTY, lastName: NASTY, email: 'a@b.de' },
    });
    const paths = [
      '/orders',
      `/orders/${reference}`,
      `/success?orderReference=${reference}`,
      `/cancel?orderReference=${reference}`,
    ];
    const pages = await Promise.all(paths.map((path) => stage.page(path)));
    const refused = await stage.form('/orders', { firstName: NASTY, lastName: NASTY, email: NASTY });
    for (const html of [...pages.map((page) => page.html), refused.html]) {
      expect(html).not.toContain('<img src=x');
      expect(html).not.toMatch(/<script>alert/);
    }
    expect(pages[1]!.html).toContain('&lt;img src=x');
  });

  it('from the app is shown as text: names, payloads, questions, addresses', async () => {
    stage.app.tell('payment-events', NASTY, { orderReference: NASTY, note: NASTY });
    stage.app.tell('payment-method-commands', 'AddPaymentMethod', { name: NASTY, providerName: NASTY });
    await until(async () =>
      (await stage.get('/api/messages')).body.messages.some(({ name }: { name: string }) => name === NASTY),
    );
    const error = { message: NASTY, confirm: { labelOk: NASTY, labelCancel: NASTY } };
    stage.app.answerWith('/private/disconnect', 409, { errors: [error] });
    const dialogue = await stage.form('/connection/disconnect', { replies: NASTY });
    stage.app.answerAsUsual();
    const paths = ['/messages', '/', '/connection', `/nothing?x=${encodeURIComponent(NASTY)}&lang=de`];
    const pages = await Promise.all(paths.map((path) => stage.page(path)));
    for (const html of [...pages.map((page) => page.html), dialogue.html]) {
      expect(html).not.toContain('<img src=x');
      expect(html).not.toMatch(/<script>alert/);
    }
    const policy = pages[0]!.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});

describe('requests of other sites', () => {
  it('are refused', async () => {
    const response = await fetch(`${stage.shop.url}/connection/disconnect`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(response.status).toBe(403);
  });
});

describe('stream of changes', () => {
  it('tells which order changed', async () => {
    const reference = await stage.order();
    const response = await fetch(`${stage.shop.url}/changes`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await stage.tell(reference, 'PaymentAuthorized');
    let heard = '';
    while (!heard.includes(reference)) heard += (await reader.read()).value ?? '';
    expect(heard).toContain(`event: change\ndata: "${reference}"`);
    await reader.cancel();
  });
});

describe('connection page', () => {
  it('asks back in the words of the app and passes the answer on', async () => {
    const asked = await stage.form('/connection/disconnect', {});
    expect(asked.html).toContain('Ignore &amp; Disconnect');
    expect(asked.html).toContain('role="alertdialog"');
    const declined = await stage.form('/connection/disconnect', { replies: 'false' });
    expect(declined.html).toContain('Please close any open orders.');
    await stage.form('/connection/disconnect', { replies: 'true' });
    await until(async () => (await stage.get('/api/connection')).body.status === 'DISCONNECTED');
    await until(async () => !(await stage.page('/')).html.includes('value="Stripe"'));
    const again = await stage.form('/connection/configure', {
      secretKey: '',
      publishableKey: 'pk_test_2',
      connector: 'stripe',
    });
    expect(again.html).toContain('The app accepted the configuration.');
    const { data } = JSON.parse(stage.app.calls.filter(({ path }) => path === '/private/configure').at(-1)!.body);
    expect(JSON.parse(data.attributes.configuration)).toEqual({
      mode: 'test',
      connector: 'stripe',
      publishableKey: 'pk_test_2',
    });
    await until(async () => (await stage.get('/api/connection')).body.status === 'CONNECTED');
  });

  it('adds its answer to earlier ones when the app asks twice', async () => {
    stage.app.answerWith('/private/disconnect', 409, {
      errors: [{ message: 'Merchants are active.', confirm: { labelOk: 'Go on', labelCancel: 'Stop' } }],
    });
    const second = await stage.form('/connection/disconnect', { replies: 'true' });
    stage.app.answerAsUsual();
    expect(second.html).toContain('value="true,true"');
    expect(
      stage.app.calls.filter(({ path }) => path === '/private/disconnect').at(-1)!.headers['x-confirmation-status'],
    ).toBe('true');
  });
});

describe('back office', () => {
  it('loads the app’s catalogue by its script, and lets nothing else of other origins in', async () => {
    const { status, html, headers } = await stage.page('/back-office?lang=de');
    expect(status).toBe(200);
    expect(html).toMatch(
      new RegExp(`<script src="${stage.app.url}/app-catalogue/loader.js" data-tenant="[^"]+" defer`),
    );
    const policy = String(headers.get('content-security-policy'));
    expect(policy).toContain(`script-src 'self' ${stage.app.url};`);
    expect(policy).toContain(`frame-src ${stage.app.url}`);
    expect((await stage.page('/orders')).headers.get('content-security-policy')).not.toContain(stage.app.url);
  });

  it('is reached from the page of the connection', async () => {
    expect((await stage.page('/connection')).html).toContain('href="/back-office"');
  });
});
