/** Which pages may call the storefront endpoints: preflights of any tenant, requests of this tenant alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_SETTINGS, testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { ask, countOf, everythingOf } from './doors.js';
import {
  CARD,
  FACADE,
  guest,
  JSON_API_TYPE,
  JSON_TYPE,
  ORIGIN,
  paymentDocument,
  post,
  storefront,
  storefrontError,
} from './storefront.js';

const PATHS = ['/payments', '/payment-cancellations', '/payment-customers', '/payment-customer'];
const OTHER = 'https://other.example';
const REFUSED = 'This origin is not allowed.';

let app: TestApp;
let shop: TestShop;
let other: TestShop;
beforeAll(async () => {
  app = await testApp();
  shop = await storefront(app);
  other = await storefront(app, { enabled: true, origins: [OTHER] });
});
afterAll(() => app.close());

function preflight(path: string, headers: Record<string, string>): Promise<Answered> {
  return ask(app, path, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-tenant-identifier,x-anonymous-customer-unique-id',
      ...headers,
    },
  });
}

function corsOf({ headers }: Answered): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

function payFrom(origin: string, tenant: TestShop = shop, mediaType = JSON_TYPE): Promise<Answered> {
  return post(app, 'payments', paymentDocument(), { headers: { ...guest(tenant.tenantId), origin }, mediaType });
}

describe.each(PATHS)('a preflight of %s', (path) => {
  it('from a page of any tenant may go on, without cookies', async () => {
    for (const origin of [ORIGIN, 'https://m.shop.example:8443', OTHER]) {
      const answer = await preflight(path, { origin });
      expect(answer.status).toBe(204);
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers':
          'Accept-Language, Authorization, Content-Type, Idempotency-Key, X-Tenant-Identifier, X-Anonymous-Customer-Unique-Id',
        'access-control-max-age': '600',
      });
      expect(answer.headers.get('vary')).toBe('Origin');
      expect(answer.body).toBeUndefined();
    }
  });

  it.each([
    'https://evil.example',
    'http://shop.example',
    'https://shop.example:8443',
    'https://m.shop.example',
    'https://shop.example.evil.example',
    'https://shop.example/',
    'HTTPS://SHOP.EXAMPLE',
    'null',
    '*',
    `${ORIGIN}, ${OTHER}`,
  ])('from %s is refused without a word of CORS', async (origin) => {
    const answer = await preflight(path, { origin });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual(storefrontError(403, REFUSED));
    expect(corsOf(answer)).toEqual({});
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  it('without an origin is refused', async () => {
    expect((await preflight(path, {})).status).toBe(403);
  });

  it('is not read, whatever it brings', async () => {
    const headers = { origin: ORIGIN, 'content-type': 'text/plain', 'access-control-request-method': 'POST' };
    expect((await ask(app, path, { method: 'OPTIONS', headers, body: '{"' })).status).toBe(204);
  });
});

describe('a request', () => {
  it('from a page of the tenant is answered to that page', async () => {
    const answer = await payFrom(ORIGIN);
    expect(answer.status).toBe(201);
    expect(corsOf(answer)).toEqual({ 'access-control-allow-origin': ORIGIN });
  });

  it('that is refused is refused to that page, so that its code can read why', async () => {
    const headers = { 'x-tenant-identifier': shop.tenantId, origin: ORIGIN };
    const answer = await post(app, 'payments', {}, { headers });
    expect(answer.status).toBe(401);
    expect(corsOf(answer)).toEqual({ 'access-control-allow-origin': ORIGIN });
  });

  it.each([JSON_TYPE, JSON_API_TYPE])(
    'from a page of another tenant is refused before anything happens, in %s',
    async (mediaType) => {
      const before = await everythingOf(app, shop.tenantId);
      for (const origin of [OTHER, 'https://evil.example', 'null', 'http://shop.example']) {
        const answer = await payFrom(origin, shop, mediaType);
        expect(answer.status, origin).toBe(403);
        expect(answer.body).toEqual(storefrontError(403, REFUSED));
        expect(corsOf(answer)).toEqual({});
      }
      expect(await everythingOf(app, shop.tenantId)).toEqual(before);
    },
  );

  it('without an origin comes from a server, and is answered', async () => {
    const answer = await post(app, 'payments', paymentDocument(), { headers: guest(shop.tenantId) });
    expect(answer.status).toBe(201);
    expect(corsOf(answer)).toEqual({});
  });
});

describe('configuration', () => {
  it('a changed list counts at once, for preflights too, and leaves other tenants alone', async () => {
    const { tenantId, configure } = await storefront(app, { enabled: true, origins: [ORIGIN, 'https://old.example'] });
    expect((await preflight('/payments', { origin: 'https://old.example' })).status).toBe(204);
    await configure({ facade: { enabled: true, origins: ['https://new.example'] } });
    expect((await preflight('/payments', { origin: 'https://old.example' })).status).toBe(403);
    expect((await preflight('/payments', { origin: 'https://new.example' })).status).toBe(204);
    expect((await preflight('/payments', { origin: ORIGIN })).status).toBe(204);
    expect((await payFrom(ORIGIN)).status).toBe(201);
    expect(await countOf(app, 'storefront_origins', tenantId)).toBe(1);
  });

  it('other settings leave the list as it is', async () => {
    const { configure } = await storefront(app, { enabled: true, origins: ['https://kept.example'] });
    await configure({ paymentMethods: [CARD] });
    expect((await preflight('/payments', { origin: 'https://kept.example' })).status).toBe(204);
  });

  it.each([{ enabled: false, origins: ['https://off.example'] }, null])('%j opens nothing', async (facade) => {
    const tenant = await storefront(app, { enabled: true, origins: ['https://off.example'] });
    await tenant.configure({ facade });
    expect((await preflight('/payments', { origin: 'https://off.example' })).status).toBe(403);
    const answer = await payFrom('https://off.example', tenant);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(storefrontError(404, 'There is no storefront for this tenant.'));
    expect(corsOf(answer)).toEqual({});
  });

  it('a tenant that leaves closes its storefront, and opens it when it comes back', async () => {
    const origins = ['https://left.example'];
    const tenant = await storefront(app, { enabled: true, origins });
    await tenant.disconnect('true');
    expect((await preflight('/payments', { origin: 'https://left.example' })).status).toBe(403);
    expect((await payFrom('https://left.example', tenant)).status).toBe(404);
    await tenant.configure({ ...SANDBOX_SETTINGS });
    expect((await payFrom('https://left.example', tenant)).status).toBe(201);
  });

  it('that is wrong is refused with every fault, and nothing changes', async () => {
    const before = await everythingOf(app, other.tenantId);
    const facade = { enabled: true, origins: ['*', OTHER, 'https://a.example/path'], jwksUri: 'file:///etc/passwd' };
    const { status, body } = await other.configure({ facade });
    expect(status).toBe(422);
    const origin = 'must be http or https, host and port as browsers send them, such as https://shop.example';
    expect(body.errors[0].message).toBe(
      `facade.origins.0 ${origin}, facade.origins.2 ${origin}, ` +
        'facade.jwksUri must be an https URL of a public host, without user and fragment',
    );
    expect(await everythingOf(app, other.tenantId)).toEqual(before);
  });

  it('is told back by configure, and to nobody else', async () => {
    const tenant = await storefront(app);
    const { body } = await tenant.configure({});
    expect(body.configuration.facade).toEqual(FACADE);
    expect(JSON.stringify(await tenant.poll('app-events'))).not.toContain(ORIGIN);
  });
});
