/** `POST /private/merchants/onboarding` and the merchant's browser on its way: every answer, and what it changes and tells. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, movableClock } from '../flows/heart.js';
import { SANDBOX_SETTINGS, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { ask, countOf, everythingOf, newTenantId, shopHeaders, told } from './doors.js';

const clock = movableClock();
let app: TestApp;
beforeAll(async () => {
  app = await testApp({ clock });
});
afterAll(() => app.close());

const URLS = {
  successUrl: 'https://portal.example/done?from=psp',
  refreshUrl: 'https://portal.example/again',
  cancelUrl: 'https://portal.example/later',
  errorUrl: 'https://portal.example/no',
};
const MERCHANT = { merchantReference: 'MER000001', name: 'Sony Experts' };

async function connected(settings: Record<string, unknown> = {}): Promise<TestShop> {
  const shop = app.shop();
  expect((await shop.configure({ ...SANDBOX_SETTINGS, ...settings })).status).toBe(200);
  return shop;
}

function onboard(
  shop: TestShop,
  body: unknown = { merchant: MERCHANT, ...URLS },
  headers: Record<string, string> = {},
  path = '/private/merchants/onboarding',
): Promise<Answered> {
  return shop.call(path, body, { headers, endpoint: 'merchant-onboarding' });
}

const failure = (message: string): object => ({ errors: [{ status: null, code: null, message, confirm: null }] });

async function open(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; to: string; html: string }> {
  const { pathname, search } = new URL(url);
  const response = await fetch(`${app.url}${pathname}${search}`, { headers, redirect: 'manual' });
  return { status: response.status, to: response.headers.get('location') ?? '', html: await response.text() };
}

async function statuses(shop: TestShop, merchantReference?: string): Promise<unknown[]> {
  return (await told(app, shop.tenantId))
    .filter(({ name, payload }) => {
      const isTheirs = merchantReference === undefined || payload['merchantReference'] === merchantReference;
      return name === 'MerchantAppOnboardingStatusChanged' && isTheirs;
    })
    .map(({ payload }) => payload['status']);
}

async function askings(shop: TestShop): Promise<string[]> {
  const { rows } = await sql<{ kind: string; status: string }>`
    select kind, status from operations where tenant_id = ${shop.tenantId} order by asked_at, id`.execute(app.app.db);
  return rows.map(({ kind, status }) => `${kind} ${status}`);
}

async function merchantOf(
  shop: TestShop,
  merchantReference = MERCHANT.merchantReference,
): Promise<Record<string, unknown>> {
  const { rows } = await sql<Record<string, unknown>>`
    select * from merchants where tenant_id = ${shop.tenantId} and merchant_reference = ${merchantReference}`.execute(
    app.app.db,
  );
  return rows[0] ?? {};
}

describe('a merchant that is new', () => {
  it('is 201 with snake_case members, strategy and url, and no config', async () => {
    const shop = await connected();
    const { status, body, headers } = await onboard(shop);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body).toEqual({
      merchant_reference: 'MER000001',
      name: 'Sony Experts',
      tenant_identifier: shop.tenantId,
      is_new: true,
      strategy: 'redirect',
      url: expect.stringMatching(/^http.*\/onboarding\/return\?state=/) as string,
    });
    expect(await askings(shop)).toEqual(['create_account succeeded', 'link_account succeeded']);
    expect(await merchantOf(shop)).toMatchObject({ onboarding_status: 'incomplete', account_id: expect.any(String) });
  });

  it('is 200 afterwards, with the same account and a new link', async () => {
    const shop = await connected();
    await onboard(shop);
    const before = await merchantOf(shop);
    const { status, body } = await onboard(shop);
    expect([status, body.is_new]).toEqual([200, false]);
    expect((await merchantOf(shop))['account_id']).toBe(before['account_id']);
    expect((await askings(shop)).filter((asked) => asked.startsWith('link_account'))).toHaveLength(2);
  });

  it('X-Merchant-Reference wins over merchant.merchantReference', async () => {
    const shop = await connected();
    const { body } = await onboard(shop, { merchant: MERCHANT }, { 'x-merchant-reference': 'MER-of-the-header' });
    expect(body.merchant_reference).toBe('MER-of-the-header');
    expect(await merchantOf(shop)).toEqual({});
  });

  it('the body may lack everything but the reference, hold nulls, and be JSON:API', async () => {
    const shop = await connected();
    const nothing = await onboard(shop, {}, { 'x-merchant-reference': 'MER-1' });
    expect([nothing.status, nothing.body.name]).toEqual([201, null]);
    const nulls = {
      merchant: { name: null, merchantReference: 'MER-2' },
      successUrl: null,
      cancelUrl: null,
      errorUrl: null,
    };
    expect((await onboard(shop, nulls)).status).toBe(201);
    expect((await onboard(shop, { merchant: [], extra: 1 }, { 'x-merchant-reference': 'MER-3' })).status).toBe(201);
    const snake = { merchant: { merchant_reference: 'MER-4' }, success_url: URLS.successUrl };
    expect((await onboard(shop, snake)).status).toBe(201);
    const document = { data: { type: 'merchants', attributes: { merchant: { merchantReference: 'MER-5' }, ...URLS } } };
    const answer = await onboard(shop, document, { 'content-type': 'application/vnd.api+json' });
    expect([answer.status, answer.body.merchant_reference]).toEqual([201, 'MER-5']);
  });

  it.each(['/merchants/onboarding', '/private/merchants/onboarding/'])('also works at %s', async (path) => {
    expect((await onboard(await connected(), undefined, {}, path)).status).toBe(201);
  });

  it('two tenants may have a merchant of the same reference', async () => {
    const [mine, theirs] = [await connected(), await connected()];
    expect((await onboard(mine)).status).toBe(201);
    expect((await onboard(theirs)).status).toBe(201);
    expect((await merchantOf(mine))['account_id']).not.toBe((await merchantOf(theirs))['account_id']);
  });
});

describe('what is refused has one shape, object, and changes nothing', () => {
  const missing = 'Neither X-Merchant-Reference in header nor merchant.merchantReference is given.';
  const bodies: [string, unknown, Record<string, string>, string | RegExp][] = [
    ['empty body', '', {}, 'POST content is required.'],
    ['blank body', '  ', {}, 'POST content is required.'],
    ['no merchant at all', {}, {}, missing],
    ['an empty reference', { merchant: { merchantReference: '' } }, {}, missing],
    ['a blank reference', { merchant: { merchantReference: '  ' } }, {}, missing],
    ['malformed JSON', '{"merchant":', {}, /could not be read/],
    ['a JSON scalar', '7', {}, /could not be read/],
    ['a merchant that is text', { merchant: 'MER' }, {}, /merchant must be object/],
    ['an address that is none', { merchant: MERCHANT, successUrl: 'javascript:alert(1)' }, {}, /successUrl must match/],
    ['a reference that is too long', {}, { 'x-merchant-reference': 'M'.repeat(256) }, /too long/],
    ['another content type', '<a/>', { 'content-type': 'text/xml' }, /is not supported/],
  ];
  it.each(bodies)('%s', async (_name, body, headers, message) => {
    const shop = await connected();
    const before = await everythingOf(app, shop.tenantId);
    const answer = await onboard(shop, body, headers);
    expect(answer.status).toBe(headers['content-type'] === undefined ? 400 : 415);
    const expected = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    expect(answer.body).toEqual(failure(expected));
    expect(await everythingOf(app, shop.tenantId)).toEqual(before);
  });

  it('an address the tenant does not allow', async () => {
    const shop = await connected({ returnUrlAllowList: ['https://portal.example'] });
    expect((await onboard(shop)).status).toBe(201);
    const { status, body } = await onboard(shop, { merchant: MERCHANT, errorUrl: 'https://evil.example/x' });
    expect([status, body]).toEqual([400, failure('The URL in errorUrl is not allowed.')]);
  });

  it('a tenant that never configured: 400', async () => {
    const { status, body } = await onboard(app.shop());
    expect([status, body]).toEqual([400, failure('Could not find an App configuration for the given Tenant')]);
  });

  it('no tenant header: 400', async () => {
    const headers = { authorization: `Bearer ${await app.token('aop-app')}`, 'x-store-reference': newTenantId() };
    const { status, body } = await ask(app, '/private/merchants/onboarding', { headers, body: '{}' });
    expect([status, body]).toEqual([400, failure('X-Tenant-Identifier in header is required.')]);
  });

  it('no token 401, the token of another tenant 403, a disconnected tenant 403', async () => {
    const shop = await connected();
    const none = await onboard(shop, {}, { authorization: '' });
    expect([none.status, none.body]).toEqual([401, failure('A bearer token is required.')]);
    const others = await onboard(
      shop,
      {},
      await shopHeaders(app, newTenantId()).then((headers) => ({ ...headers, 'x-tenant-identifier': shop.tenantId })),
    );
    expect([others.status, others.body]).toEqual([403, failure('The bearer token belongs to another tenant.')]);
    expect((await shop.disconnect()).status).toBe(204);
    const gone = await onboard(shop);
    expect([gone.status, gone.body]).toEqual([403, failure('Tenant is disconnected.')]);
  });

  it('settings without a marketplace: 400', async () => {
    const shop = await connected({ businessModel: 'direct' });
    const { status, body } = await onboard(shop);
    expect([status, body]).toEqual([400, failure('Platform plugin does not provide Marketplace features')]);
    expect(await countOf(app, 'merchants', shop.tenantId)).toBe(0);
  });

  it('in German for who wants German, and in JSON:API alike', async () => {
    const shop = await connected();
    const headers = { 'accept-language': 'de', 'content-type': 'application/vnd.api+json' };
    expect((await onboard(shop, '', headers)).body).toEqual(failure('Der Inhalt der Anfrage fehlt.'));
  });
});

describe('412 when the PSP says no', () => {
  it('refused: its words; the merchant remains, and a retry is not new', async () => {
    const shop = await connected({ outcomes: { account: 'decline' } });
    const first = await onboard(shop);
    expect([first.status, first.body]).toEqual([412, failure('The sandbox refused to open an account')]);
    expect(await askings(shop)).toEqual(['create_account declined']);
    await shop.configure({ outcomes: {} });
    const { status, body } = await onboard(shop);
    expect([status, body.is_new]).toEqual([200, false]);
    expect(await askings(shop)).toEqual([
      'create_account declined',
      'create_account succeeded',
      'link_account succeeded',
    ]);
  });

  it('refused by the ending of the reference', async () => {
    const { status } = await onboard(await connected(), { merchant: { merchantReference: 'MER-1-decline' } });
    expect(status).toBe(412);
  });

  it('the link refused: 412, the account remains', async () => {
    const shop = await connected({ outcomes: { link: 'decline' } });
    const { status, body } = await onboard(shop);
    expect([status, body]).toEqual([412, failure('The sandbox refused to make a link')]);
    expect(await askings(shop)).toEqual(['create_account succeeded', 'link_account declined']);
  });

  it('no answer: 412 with a text to try again; a repeat asks the same operation again, and there is one account', async () => {
    const shop = await connected({ outcomes: { account: 'lost_answer' } });
    const { status, body } = await onboard(shop);
    expect(status).toBe(412);
    expect(body).toEqual(
      failure('The payment service provider did not answer in time. Nothing is lost, please try again in a moment.'),
    );
    expect(await askings(shop)).toEqual(['create_account asked']);
    clock.advance(3);
    expect((await onboard(shop)).status).toBe(200);
    expect(await askings(shop)).toEqual(['create_account succeeded', 'link_account succeeded']);
  });

  it('no answer at all: it is asked again by itself, and the account is there without a repeat', async () => {
    const shop = await connected({ outcomes: { account: 'lost_answer' }, delaySeconds: 1 });
    expect((await onboard(shop)).status).toBe(412);
    await eventually('the account', async () => (await merchantOf(shop))['account_id'] !== null);
    expect(await askings(shop)).toEqual(['create_account succeeded']);
  });

  it('a link without an answer is over: nobody asks for it again', async () => {
    const shop = await connected({ outcomes: { link: 'no_answer' } });
    expect((await onboard(shop)).status).toBe(412);
    expect(await askings(shop)).toEqual(['create_account succeeded', 'link_account failed']);
  });
});

describe('at the same time', () => {
  it('two onboardings of one merchant make one account, one is new', async () => {
    const shop = await connected({ outcomes: { account: 'slow' } });
    const answers = await Promise.all([onboard(shop), onboard(shop), onboard(shop)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect((await askings(shop)).filter((asked) => asked.startsWith('create_account'))).toEqual([
      'create_account succeeded',
    ]);
    expect(await countOf(app, 'merchants', shop.tenantId)).toBe(1);
  });
});

describe('a shop that was disconnected', () => {
  it('has forgotten every status: it hears that of a merchant who begins again, also when it is the former one', async () => {
    const settings = { onboarding: { ends: 'completed' } };
    const shop = await connected(settings);
    await open((await onboard(shop)).body.url as string);
    expect(await statuses(shop)).toEqual(['completed']);
    expect((await shop.disconnect('true')).status).toBe(204);
    await shop.configure({ ...SANDBOX_SETTINGS, ...settings });
    const { body } = await onboard(shop);
    expect(body.is_new).toBe(false);
    await open(body.url as string);
    expect(await statuses(shop)).toEqual(['completed', 'completed']);
    await open((await onboard(shop)).body.url as string);
    expect(await statuses(shop)).toEqual(['completed', 'completed']);
  });
});

describe('the way back', () => {
  it.each([
    ['completed', URLS.successUrl, ['completed']],
    ['enabled', URLS.successUrl, ['enabled']],
    ['restricted soon', URLS.successUrl, ['restricted soon']],
    ['pending', URLS.successUrl, ['pending']],
    ['restricted', URLS.successUrl, ['restricted']],
    ['rejected', URLS.errorUrl, ['rejected']],
    ['incomplete', URLS.cancelUrl, []],
  ])('reads the account: %s, and goes on', async (ends, to, heard) => {
    const shop = await connected({ onboarding: { ends } });
    const { body } = await onboard(shop);
    expect(await statuses(shop)).toEqual([]);
    expect(await open(body.url as string)).toMatchObject({ status: 303, to });
    expect(await statuses(shop)).toEqual(heard);
    // Told once, however often the merchant comes back.
    expect((await open(body.url as string)).status).toBe(303);
    expect(await statuses(shop)).toEqual(heard);
  });

  it('without an address a page shows the status, in the language of the browser', async () => {
    const shop = await connected();
    const { body } = await onboard(shop, { merchant: MERCHANT });
    const english = await open(body.url as string);
    expect([english.status, english.html]).toEqual([200, expect.stringContaining('Money can be paid out to you')]);
    const german = await open(body.url as string, { 'accept-language': 'de-DE' });
    expect(german.html).toContain('Geld kann an Sie ausgezahlt werden');
  });

  it('rejected without an errorUrl is no success', async () => {
    const shop = await connected({ onboarding: { ends: 'rejected' } });
    const { body } = await onboard(shop, { merchant: MERCHANT, successUrl: URLS.successUrl });
    expect(await open(body.url as string)).toMatchObject({
      status: 200,
      html: expect.stringContaining('was closed') as string,
    });
  });

  it('an address that the tenant does not allow any more is not opened', async () => {
    const shop = await connected();
    const { body } = await onboard(shop);
    await shop.configure({ returnUrlAllowList: ['https://another.example'] });
    expect(await open(body.url as string)).toMatchObject({ status: 200, to: '' });
  });

  it('a spent link: there is a new one, and without one the shop is told', async () => {
    const shop = await connected();
    const { body } = await onboard(shop);
    const again = (body.url as string).replace('/return?', '/refresh?');
    expect(await open(again)).toMatchObject({
      status: 303,
      to: expect.stringContaining('/onboarding/return?state=') as string,
    });
    await shop.configure({ outcomes: { link: 'decline' } });
    expect(await open(again)).toMatchObject({ status: 303, to: URLS.refreshUrl });
    await onboard(shop, { merchant: MERCHANT });
    expect((await open(again)).html).toContain('We cannot take you there right now');
  });
});

describe('a state that is not ours', () => {
  it('forged, of another hop, changed or expired: a neutral 404 page that tells nothing', async () => {
    const shop = await connected();
    const { body } = await onboard(shop);
    const url = new URL(body.url as string);
    const state = url.searchParams.get('state') ?? '';
    const [text = '', signature = ''] = state.split('.');
    const other = Buffer.from(JSON.stringify([shop.tenantId, 'MER-other', clock.now() + 1e6])).toString('base64url');
    const forged = ['', 'x', '.', text, `${text}.`, `${other}.${signature}`, `${text}.${signature}x`, `${state}.x`];
    for (const hop of ['return', 'refresh', 'start'])
      for (const wrong of forged) {
        const { status, html } = await open(`${app.url}/onboarding/${hop}?state=${encodeURIComponent(wrong)}`);
        expect([hop, wrong, status]).toEqual([hop, wrong, 404]);
        expect(html).toContain('This link is not valid');
        expect(html).not.toContain('MER0');
      }
    expect((await open(`${app.url}/onboarding/return`)).status).toBe(404);
    expect((await open(url.href)).status).toBe(303);
    clock.advance(7 * 86_400 + 1);
    expect((await open(url.href)).status).toBe(404);
  });
});

describe('strategies', () => {
  it('iframe: a page of ours with the status, that leads on at the top and may be framed by the tenant alone', async () => {
    const frameAncestors = ['https://portal.example'];
    const shop = await connected({ onboarding: { answers: 'iframe' }, page: { frameAncestors } });
    const { status, body } = await onboard(shop);
    expect([status, body.strategy, body.content]).toEqual([201, 'iframe', undefined]);
    expect(await askings(shop)).toEqual(['create_account succeeded']);
    const { pathname, search } = new URL(body.url as string);
    expect(pathname).toBe('/onboarding/start');
    const response = await fetch(`${app.url}${pathname}${search}`);
    expect(response.headers.get('content-security-policy')).toContain('frame-ancestors https://portal.example');
    const html = await response.text();
    expect(html).toContain('A few details are still missing');
    const onward = /href="([^"]*\/onboarding\/refresh[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(html).toContain('Continue at Sandbox');
    expect(html).toContain('target="_top"');
    expect(await open(onward)).toMatchObject({ status: 303 });
  });

  it('content: HTML with a link to that page', async () => {
    const shop = await connected({ onboarding: { answers: 'content' } });
    const { body } = await onboard(shop);
    expect(body.strategy).toBe('content');
    expect(body.content).toContain(`href="${body.url as string}"`);
    expect((await open(body.url as string)).status).toBe(200);
  });
});
