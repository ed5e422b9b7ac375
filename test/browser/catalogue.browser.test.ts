/** The app catalogue in Chromium: an operator connects a shop, tests and saves settings, and leaves; alone and in a Back Office. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { startShop, type RunningShop } from '../../src/simulator/shop/index.js';
import type { TestShop } from '../support/app.js';
import { freePortTriple } from '../support/sandbox.js';
import { DESKTOP, findings, PHONE, picture, startWorld, type World } from './page-visit.js';

const KEYS = { secret: 'sk_test_operator', publishable: 'pk_test_operator' };

let world: World;
let demo: RunningShop;
/** A Back Office that knows nothing of us but one script. */
let host: Server;
let html = '';
let policy = '';
let BACK_OFFICE = '';
let STRANGER = '';
let page: Page;
let problems: string[];

beforeAll(async () => {
  host = createServer((_request, response) => {
    response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', 'text/html').end(html);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const { port } = host.address() as AddressInfo;
  BACK_OFFICE = `http://backoffice.localhost:${port}`;
  STRANGER = `http://stranger.localhost:${port}`;
  const shopPort = await freePortTriple();
  world = await startWorld({ CATALOGUE_FRAME_ORIGINS: `${BACK_OFFICE},http://localhost:${shopPort}` });
  const appUrl = world.app.config.publicUrl;
  demo = await startShop({ host: '127.0.0.1', port: shopPort, appUrl, clock: systemClock });
});
afterEach(() => page?.context().close());
afterAll(async () => {
  await demo?.close();
  await world?.close();
  host.close();
});

async function open(url: string, { viewport = DESKTOP, locale = 'en-US' } = {}): Promise<Page> {
  page = await (await world.browser.newContext({ viewport, locale })).newPage();
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => {
    // Refused settings are an HTTP error by design, and the browser says so.
    if (line.type() === 'error' && !/status of 4\d\d/.test(line.text())) problems.push(line.text());
  });
  await page.goto(url);
  return page;
}

const alone = (query = ''): string => `${world.app.config.publicUrl}/app-catalogue${query}`;
const by = (within: Page | FrameLocator, id: string): Locator => within.locator(`[data-testid=${id}]`);

async function signIn(within: Page | FrameLocator, tenant?: string): Promise<void> {
  if (tenant !== undefined) await within.locator('#tenant').fill(tenant);
  await by(within, 'sign-in').click();
  await by(within, 'status').waitFor();
}

async function fillKeys(within: Page | FrameLocator, { secret, publishable } = KEYS): Promise<void> {
  await within.locator('#field-secretKey').fill(secret);
  await within.locator('#field-publishableKey').fill(publishable);
}

const faultAt = (field: string): Locator => page.locator(`[data-path="${field}"] .fault`);

const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);

describe('an operator', () => {
  test('connects a shop: wrong key, test, save, and the methods are there', async () => {
    const shop = world.app.shop();
    await open(alone());
    expect(await findings(page)).toEqual([]);
    await page.locator('#tenant').fill(shop.tenantId);
    await page.locator('#client-secret').fill('not-the-secret');
    await by(page, 'sign-in').click();
    await page.getByText('its secret is wrong').waitFor();
    await page.locator('#client-secret').fill('sandbox-secret');
    await signIn(page);
    expect(await by(page, 'status').textContent()).toBe('Not connected');
    expect(await focused()).toBe('heading');

    await fillKeys(page, { secret: KEYS.publishable, publishable: KEYS.publishable });
    await by(page, 'save').click();
    await faultAt('secretKey').waitFor();
    expect(await faultAt('secretKey').textContent()).toBe('is a publishable key; the secret key belongs here');
    expect(await page.locator('#field-secretKey').inputValue()).toBe(KEYS.publishable);
    expect(await focused()).toBe('field-secretKey');
    expect(await findings(page)).toEqual([]);
    await picture(page, 'catalogue-wrong-key');
    await page.locator('#field-publishableKey').focus();
    await by(page, 'summary').locator('a').click();
    expect(await focused()).toBe('field-secretKey');

    await fillKeys(page);
    await by(page, 'test').click();
    await page.getByText('Nothing was saved').waitFor();
    expect(await by(page, 'status').textContent()).toBe('Not connected');
    expect(await faultAt('secretKey').count()).toBe(0);

    await by(page, 'save').click();
    await page.getByText('Saved. The app is connected.').waitFor();
    expect(await by(page, 'status').textContent()).toBe('Active');
    expect(await by(page, 'methods').textContent()).toContain('Credit Card');
    await page.getByText('registered', { exact: true }).waitFor();
    await shop.poll('payment-method-commands');
    await page.getByText('known to the shop').waitFor();
    expect(await findings(page)).toEqual([]);
    await picture(page, 'catalogue');
    expect((await shop.initialize()).status).toBe(200);
    expect(problems).toEqual([]);
  });

  test('leaves nothing behind in the browser, and no secret in the page', async () => {
    const shop = await world.stripeShop({
      secretKey: 'sk_test_very_secret_4711',
      publishableKey: 'pk_test_very_secret_4711',
    });
    await open(alone());
    await signIn(page, shop.tenantId);
    const kept = await page.evaluate(() => [
      localStorage.length,
      sessionStorage.length,
      document.cookie,
      location.href,
    ]);
    expect(kept).toEqual([0, 0, '', alone()]);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.content()).not.toContain('sk_test_very_secret');
    expect(await page.locator('#field-secretKey').inputValue()).toBe('');
    expect(await page.locator('#field-secretKey').getAttribute('placeholder')).toBe('sk_test_***4711');
    await page.reload();
    await by(page, 'sign-in').waitFor();
  });

  test('changes one setting of a group and keeps everything else, secrets as well', async () => {
    const webhook = { mode: 'manual', secret: 'whsec_by_hand_1234', secretPrevious: 'whsec_before_5678', note: 'ours' };
    const shop = await world.stripeShop({ webhook, facade: { enabled: true, origins: ['http://a.localhost'] } });
    await open(alone());
    await signIn(page, shop.tenantId);
    await page.locator('#field-webhook').click();
    await page.locator('#field-page').click();
    await page.locator('#field-page-title').fill('Boats');
    await page.getByRole('button', { name: 'Remove Signing secret before', exact: true }).click();
    await page.getByLabel('PayPal', { exact: true }).check();
    await page.locator('#field-domains').fill('shop.example\n\n www.shop.example ');
    await by(page, 'save').click();
    await page.getByText('Saved. The app is connected.').waitFor();
    const { body } = await shop.configure({});
    expect(body.configuration).toMatchObject({
      secretKey: 'sk_test_***',
      page: { title: 'Boats' },
      expressMethods: ['paypal'],
      domains: ['shop.example', 'www.shop.example'],
      facade: { enabled: true },
    });
    expect(body.configuration.webhook).toEqual({ mode: 'manual', secret: 'whsec_***1234', note: 'ours' });
    const order = await shop.initialize({ paymentMethod: 'Credit Card' });
    expect(order.body).toMatchObject({ isSuccessful: true });
  });

  test('hears on saving that two good keys do not belong together', async () => {
    await open(alone());
    await signIn(page, world.app.shop().tenantId);
    await fillKeys(page, { secret: 'sk_test_one', publishable: 'pk_test_another' });
    await by(page, 'test').click();
    await page.getByText('is checked when you save').waitFor();
    await by(page, 'save').click();
    await faultAt('publishableKey').waitFor();
    expect(await faultAt('publishableKey').textContent()).toContain('belong to different Stripe accounts');
  });

  test.each(['test', 'save'])(
    'finds what is wrong at its field, in its group, first things first: %s',
    async (button) => {
      await open(alone());
      await signIn(page, world.app.shop().tenantId);
      await fillKeys(page);
      const wrong = ['statementDescriptorSuffix', 'webhook.secret', 'returnUrlAllowList', 'facade.origins'];
      await page.locator('#field-statementDescriptorSuffix').fill('123');
      for (const [group, path, text] of [
        ['#field-facade', '#field-facade-origins', 'https://shop.example\nshop.example/cart'],
        ['#field-webhook', '#field-webhook-secret', 'secret'],
      ] as const) {
        await page.locator(group).click();
        await page.locator(path).fill(text);
        await page.locator(group).click();
      }
      await page.locator('#field-returnUrlAllowList').fill('https://shop.example/');
      await by(page, button).click();
      await by(page, 'summary').getByText('cannot be used yet').waitFor();
      expect(await focused()).toBe('field-statementDescriptorSuffix');
      expect(await by(page, 'summary').getAttribute('role')).toBe('alert');
      expect(await by(page, 'summary').locator('a').count()).toBe(wrong.length);
      expect(await page.locator('[aria-invalid]').count()).toBe(wrong.length);
      for (const path of wrong) {
        // In sight, and told by whoever reads the field out.
        await expect.poll(() => faultAt(path).isVisible()).toBe(true);
        const input = page.locator(`[data-path="${path}"] [aria-invalid=true]`);
        const [described] = String(await input.getAttribute('aria-describedby')).split(' ');
        expect(await page.locator(`#${described}`).textContent()).toBe(await faultAt(path).textContent());
      }
      expect(await faultAt('facade.origins').textContent()).toMatch(/^Line 2: must be http or https, host and port/);
      expect(await findings(page)).toEqual([]);

      await page.locator('#field-statementDescriptorSuffix').fill('BOATS');
      await page.locator('#field-webhook-secret').fill('whsec_right');
      await page.locator('#field-returnUrlAllowList').fill('https://shop.example');
      await by(page, button).click();
      await expect.poll(() => page.locator('[aria-invalid]').count()).toBe(1);
      expect(await focused()).toBe('field-facade-origins');
      // What was opened is not taken away from under the cursor.
      expect(await page.locator('#field-webhook-secret').isVisible()).toBe(true);
      await page.locator('#field-facade-origins').fill('https://shop.example');
      await by(page, button).click();
      await page.getByText(button === 'test' ? 'Nothing was saved' : 'Saved. The app is connected.').waitFor();
      expect(await page.locator('[aria-invalid]').count()).toBe(0);
      expect(problems).toEqual([]);
    },
  );

  test('sets up what is the shop’s own, and takes it back', async () => {
    const shop = await world.stripeShop();
    const own = async (): Promise<Record<string, unknown>> => {
      const { facade, unwantedMessages, returnUrlAllowList, cancel } = (await shop.configure({})).body.configuration;
      return { facade, unwantedMessages, returnUrlAllowList, cancel };
    };
    await open(alone());
    await signIn(page, shop.tenantId);
    const save = async (): Promise<void> => {
      await by(page, 'save').click();
      await page.getByText('Saved. The app is connected.').waitFor();
    };
    // Nothing was touched: nothing is told.
    await save();
    expect(await own()).toEqual({});

    await page.locator('#field-returnUrlAllowList').fill('https://shop.example');
    await page.getByLabel('A payment has begun').check();
    await page.locator('#field-facade').click();
    await page.locator('#field-facade-origins').fill('https://shop.example\nhttps://m.shop.example');
    await page.locator('#field-cancel').click();
    await page.locator('#field-cancel-captured').selectOption('Give everything back');
    await save();
    const origins = ['https://shop.example', 'https://m.shop.example'];
    expect(await own()).toEqual({
      facade: { enabled: false, origins },
      unwantedMessages: ['PaymentCreated'],
      returnUrlAllowList: ['https://shop.example'],
      cancel: { captured: 'reverse' },
    });

    await page.getByRole('switch', { name: 'The shop’s pages may ask the app' }).check();
    await page.locator('#connector').selectOption('sandbox');
    await page.locator('#connector').selectOption('stripe');
    await page.locator('#field-returnUrlAllowList').fill('');
    await page.getByLabel('A payment has begun').uncheck();
    await save();
    expect(await own()).toEqual({
      facade: { enabled: true, origins },
      unwantedMessages: [],
      returnUrlAllowList: [],
      cancel: { captured: 'reverse' },
    });
    expect((await shop.initialize()).status).toBe(200);
  });

  test('changes the language without signing in again or losing what was typed', async () => {
    const shop = await world.stripeShop();
    await open(alone('#tenant=somebody'), { locale: 'de-DE' });
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'App catalogue' }).waitFor();
    expect(await page.locator('#tenant').inputValue()).toBe('somebody');
    await signIn(page, shop.tenantId);
    await page.locator('#field-publishableKey').fill('sk_test_typed');
    await by(page, 'save').click();
    await faultAt('publishableKey').waitFor();
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await page.getByText('Geheimer Schlüssel').waitFor();
    expect(await by(page, 'status').textContent()).toBe('Aktiv');
    expect(await page.locator('#field-publishableKey').inputValue()).toBe('sk_test_typed');
    // What the app had said was said in English.
    expect(await page.locator('.fault').count()).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.title()).toBe('App-Katalog');
    expect(page.url()).toBe(alone('?language=de#tenant=somebody'));
    expect(await findings(page)).toEqual([]);
    await by(page, 'save').click();
    await faultAt('publishableKey').waitFor();
    expect(await faultAt('publishableKey').textContent()).toContain('ist ein geheimer Schlüssel');
    expect(problems).toEqual([]);
  });

  test('loses nothing typed when the network or the token goes', async () => {
    const shop = world.app.shop();
    await open(alone());
    await signIn(page, shop.tenantId);
    await fillKeys(page);
    await page.route('**/private/configure', (route) => route.abort(), { times: 1 });
    await by(page, 'save').click();
    await by(page, 'summary').getByText('did not answer').waitFor();
    expect(await page.locator('#field-secretKey').inputValue()).toBe(KEYS.secret);

    const over = { errors: [{ code: '401', message: 'The bearer token is not valid.', status: null, confirm: null }] };
    await page.route('**/private/configure', (route) => route.fulfill({ status: 401, json: over }), { times: 1 });
    await by(page, 'save').click();
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.waitFor();
    expect(await dialog.locator('#tenant').inputValue()).toBe(shop.tenantId);
    await by(page, 'sign-in').click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.locator('#field-secretKey').inputValue()).toBe(KEYS.secret);
    await by(page, 'save').click();
    await page.getByText('Saved. The app is connected.').waitFor();
  });

  test('sees only the tenant the client may act for', async () => {
    await open(alone());
    const denied = { error: 'unauthorized_client', error_description: 'The client may not act for this tenant.' };
    await page.route('**/oauth/token', (route) => route.fulfill({ status: 400, json: denied }), { times: 1 });
    await page.locator('#tenant').fill('somebody-else');
    await by(page, 'sign-in').click();
    await page.getByText('This client may not act for this tenant.').waitFor();
    expect(await by(page, 'status').count()).toBe(0);
  });
});

describe('disconnecting', () => {
  async function askOut(shop: TestShop): Promise<Locator> {
    await open(alone());
    await signIn(page, shop.tenantId);
    await by(page, 'disconnect').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Disconnect the app from your shop?').waitFor();
    return dialog;
  }

  test('with an open payment asks in the app’s words; no keeps it, yes ends it', async () => {
    const shop = await world.stripeShop();
    await shop.initialize();
    const dialog = await askOut(shop);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('dialog-cancel');
    expect(await findings(page)).toEqual([]);
    await by(page, 'dialog-ok').click();
    await dialog.getByText('cannot be disconnected when there are open orders').waitFor();
    expect(await by(page, 'dialog-ok').textContent()).toBe('Ignore & Disconnect');
    expect(await by(page, 'dialog-cancel').textContent()).toBe('Cancel');
    await picture(page, 'catalogue-question');
    await by(page, 'dialog-cancel').click();
    await page.getByText('Please close any open orders and try again.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('disconnect');
    expect(await by(page, 'status').textContent()).toBe('Active');

    await by(page, 'disconnect').click();
    await by(page, 'dialog-ok').click();
    await dialog.getByText('open orders').waitFor();
    await by(page, 'dialog-ok').click();
    await page.getByText('The app is disconnected.', { exact: true }).waitFor();
    expect(await by(page, 'status').textContent()).toBe('Disconnected');
    expect((await shop.initialize()).status).toBe(403);

    // The settings are still there: one press connects again.
    expect(await by(page, 'save').textContent()).toBe('Connect');
    await by(page, 'save').click();
    await page.getByText('Saved. The app is connected.').waitFor();
    expect(await by(page, 'status').textContent()).toBe('Active');
    expect(problems).toEqual([]);
  });

  test('with open orders and active merchants asks both questions, one after the other', async () => {
    const shop = await world.sandboxShop({ businessModel: 'marketplace' });
    await shop.initialize();
    const merchant = { name: 'Boats', merchantReference: 'MER000001' };
    const urls = { successUrl: 'https://shop.example/done', refreshUrl: 'https://shop.example/again' };
    expect((await shop.call('/private/merchants/onboarding', { merchant, ...urls })).status).toBe(201);
    const dialog = await askOut(shop);
    for (const words of ['open orders', 'active merchants']) {
      await by(page, 'dialog-ok').click();
      await dialog.getByText(words).waitFor();
    }
    await by(page, 'dialog-cancel').click();
    await page.getByText('Please disconnect the merchants and try again.').waitFor();
    await by(page, 'disconnect').click();
    for (const words of ['open orders', 'active merchants']) {
      await by(page, 'dialog-ok').click();
      await dialog.getByText(words).waitFor();
    }
    await by(page, 'dialog-ok').click();
    await page.getByText('The app is disconnected.', { exact: true }).waitFor();
  });

  test('is called off with Escape, and nothing is asked of the app', async () => {
    const shop = await world.stripeShop();
    const dialog = await askOut(shop);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(asked.filter((url) => url.includes('disconnect'))).toEqual([]);
    expect(await by(page, 'status').textContent()).toBe('Active');
  });
});

describe('on a phone, in German', () => {
  test('everything fits, is said in German, and axe finds nothing', async () => {
    const shop = await world.stripeShop();
    await open(alone(), { viewport: PHONE, locale: 'de-DE' });
    expect(await findings(page)).toEqual([]);
    await signIn(page, shop.tenantId);
    expect(await by(page, 'status').textContent()).toBe('Aktiv');
    for (const group of await page.locator('.group > summary').all()) await group.click();
    // Choices have words, and what can never be chosen is not there.
    const choices = await page.locator('option, .boxes label').allTextContents();
    expect(choices).toEqual(expect.arrayContaining(['Testbetrieb', 'Auf Anweisung des Shops (Standard)', 'Apple Pay']));
    expect(choices.filter((text) => /_|^\p{Ll}/u.test(text))).toEqual([]);
    expect(await page.locator('#field-connection').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    expect(await findings(page)).toEqual([]);
    await page.locator('#field-publishableKey').fill('sk_test_falsch');
    await by(page, 'save').click();
    await faultAt('publishableKey').waitFor();
    expect(await faultAt('publishableKey').textContent()).toContain('ist ein geheimer Schlüssel');
    await picture(page, 'catalogue-phone-german');
    expect(problems).toEqual([]);
  });

  test('the sandbox’s form has German words, lists and JSON as well', async () => {
    const shop = world.app.shop();
    await open(alone('?language=de'));
    await signIn(page, shop.tenantId);
    await page.locator('#connector').selectOption('sandbox');
    await page.getByLabel('Webhook-Geheimnis').fill('whsec_of_the_form');
    await page.locator('#field-paymentMethods').fill('[{');
    await by(page, 'save').click();
    await faultAt('paymentMethods').waitFor();
    expect(await faultAt('paymentMethods').textContent()).toBe('ist kein JSON');
    await page.locator('#field-paymentMethods').fill('[{ "name": "Kasse" }]');
    await by(page, 'save').click();
    await page.getByText('Gespeichert. Die App ist verbunden.').waitFor();
    expect(await by(page, 'methods').textContent()).toContain('Kasse');
  });
});

describe('in a Back Office', () => {
  const STRICT = (): string =>
    `default-src 'none'; script-src ${world.app.config.publicUrl}; frame-src ${world.app.config.publicUrl}`;
  const src = (): string => `${world.app.config.publicUrl}/app-catalogue/loader.js`;
  const framed = (): FrameLocator => page.frameLocator('iframe');
  const document = (body: string, head = ''): string =>
    `<!doctype html><html lang="de"><head>${head}</head><body>${body}</body></html>`;

  test.each([
    ['a plain script', () => document(`<p>A</p><script src="${src()}"></script><p>B</p>`), 'p + script + iframe + p'],
    ['defer', () => document(`<p>A</p><script defer src="${src()}"></script><p>B</p>`), 'script + iframe'],
    ['async', () => document(`<p>A</p><script async src="${src()}"></script><p>B</p>`), 'script + iframe'],
    ['a module', () => document(`<p>A</p><script type="module" src="${src()}"></script>`), 'script + iframe'],
    ['the head', () => document('<p>A</p>', `<script src="${src()}"></script>`), 'p + iframe'],
    [
      'an element that asks for it',
      () => document('<main><div data-quittance-catalogue>…</div></main>', `<script async src="${src()}"></script>`),
      'main > div > iframe:only-child',
    ],
    [
      'twice the same',
      () => document(`<div data-quittance-catalogue></div>${`<script src="${src()}"></script>`.repeat(2)}`),
      'div > iframe:only-child',
    ],
  ])('the script finds its place: %s', async (_name, body, place) => {
    html = body();
    policy = STRICT();
    await open(BACK_OFFICE);
    await by(framed(), 'sign-in').waitFor();
    expect(await page.locator(place).count()).toBe(1);
    expect(await page.locator('iframe').count()).toBe(1);
    expect(await by(framed(), 'sign-in').textContent()).toBe('Anmelden');
    const shown = (await page.locator('iframe').boundingBox())?.height ?? 0;
    await expect.poll(async () => (await page.locator('iframe').boundingBox())?.height).toBeGreaterThan(450);
    expect(shown).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  test('a hostile style sheet and names in the page change nothing, and no name is left', async () => {
    html = document(
      `<style>iframe{display:none;width:1px;height:1px;opacity:0}</style>
       <script>window.known=Object.keys(window).length;let show=1,ADDRESS=2,running=3</script>
       <script src="${src()}" data-tenant="shop-of-the-tag" data-language="en"></script>`,
    );
    policy = "script-src * 'unsafe-inline'";
    await open(BACK_OFFICE);
    await by(framed(), 'sign-in').waitFor();
    expect(await framed().locator('#tenant').inputValue()).toBe('shop-of-the-tag');
    expect(await by(framed(), 'sign-in').textContent()).toBe('Sign in');
    const { width, known, now } = await page.evaluate(() => ({
      width: globalThis.document.querySelector('iframe')?.offsetWidth ?? 0,
      known: (window as unknown as { known: number }).known,
      now: Object.keys(window).length,
    }));
    expect(width).toBeGreaterThan(300);
    // The frame itself is numbered by the browser (`window[0]`), beside the name this page made.
    expect(now - known).toBeLessThanOrEqual(2);
    expect(problems).toEqual([]);
  });

  test('a stranger’s page shows nothing of it but a link', async () => {
    html = document(`<script src="${src()}" data-language="en"></script>`);
    policy = '';
    await open(STRANGER);
    expect(problems.join()).toContain('frame-ancestors');
    await page.getByRole('link', { name: 'App catalogue' }).waitFor({ timeout: 15_000 });
    expect(await by(framed(), 'sign-in').count()).toBe(0);
  });

  test('the demo shop’s: connect by its script, and a question stands in sight', async () => {
    await open(`${demo.url}/back-office?lang=de`, { viewport: PHONE, locale: 'de-DE' });
    await signIn(framed());
    expect(await framed().locator('[data-testid=status]').textContent()).toBe('Aktiv');
    await expect.poll(async () => (await page.locator('iframe').boundingBox())?.height).toBeGreaterThan(2000);
    expect(await findings(page)).toEqual([]);
    await by(framed(), 'disconnect').click();
    const dialog = framed().getByRole('dialog');
    await dialog.waitFor();
    const box = await dialog.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(PHONE.height);
    await picture(page, 'catalogue-back-office');
    await by(framed(), 'dialog-ok').click();
    await framed().getByText('Die App ist getrennt.', { exact: true }).waitFor();
    await by(framed(), 'save').click();
    await framed().getByText('Gespeichert. Die App ist verbunden.').waitFor();
    expect(problems).toEqual([]);
  });
});
