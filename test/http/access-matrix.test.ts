/** Who may call what: every route that wants a token, met with every wrong one; and what every route refuses alike. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateResponse } from '../../src/contract/check.js';
import type { Endpoint } from '../../src/contract/endpoint.js';
import { ENDPOINTS } from '../../src/contract/endpoints.js';
import { testApp, type Answered, type TestApp } from '../support/app.js';
import { ask, listError, movableClock, newTenantId, objectError, type MovableClock } from './doors.js';

const PARTS: Record<string, string> = { '{channel}': 'payment-events', '{token}': 'a-token-of-nobody' };

let app: TestApp;
let clock: MovableClock;
const tenantId = newTenantId();
beforeAll(async () => {
  clock = movableClock();
  app = await testApp({ clock });
  await app.shop(tenantId).configure();
});
afterAll(() => app.close());

interface Place {
  name: string;
  path: string;
  endpoint: Endpoint;
}

function places(wanted: (endpoint: Endpoint) => boolean): Place[] {
  return ENDPOINTS.filter(wanted).flatMap((endpoint) =>
    [endpoint.path, ...endpoint.aliases].map((path) => ({
      name: `${endpoint.method} ${path}`,
      path: path.replace(/\{\w+\}/g, (part) => PARTS[part] ?? 'x'),
      endpoint,
    })),
  );
}

const guarded = places(({ access }) => access === 'tenant' || access === 'channel');

/** Any audience that is not for this endpoint. */
function wrongAudience({ audiences }: Endpoint): string {
  return audiences.includes('aop-app') ? 'aop-event-platform' : 'aop-app';
}

async function call({ path, endpoint }: Place, headers: Record<string, string>): Promise<Answered> {
  const body = endpoint.method === 'GET' ? {} : { body: '{}' };
  const answer = await ask(app, path, {
    method: endpoint.method,
    headers: { 'content-type': 'application/json', ...headers },
    ...body,
  });
  expect(validateResponse(endpoint.name, answer.status, answer.body)).toBeUndefined();
  return answer;
}

function errorOf({ endpoint }: Place, status: number, message: string): unknown {
  if (endpoint.errorShape === 'merchant') return { errors: [{ status: null, code: null, message, confirm: null }] };
  return endpoint.errorShape === 'object' ? objectError(String(status), message) : listError(status, message);
}

const TENANT = { 'x-tenant-identifier': tenantId };
const MISSING = 'A bearer token is required.';
const INVALID = 'The bearer token is not valid.';
const FOREIGN = 'The bearer token belongs to another tenant.';

it('the list of guarded routes is not empty and knows its audiences', () => {
  expect(guarded.length).toBeGreaterThanOrEqual(9);
  for (const { endpoint } of guarded) expect(endpoint.audiences.length).toBeGreaterThan(0);
});

describe.each(guarded)('$name', (place) => {
  it('without a token is 401 with a challenge', async () => {
    for (const headers of [TENANT, { ...TENANT, authorization: '' }] as Record<string, string>[]) {
      const { status, body, headers: answered } = await call(place, headers);
      expect(status).toBe(401);
      expect(body).toEqual(errorOf(place, 401, MISSING));
      expect(answered.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('with garbage is 401', async () => {
    const token = await app.token(place.endpoint.audiences[0] ?? '', tenantId);
    const wrong = [
      'Bearer',
      'Bearer x',
      'Bearer a.b.c',
      `Basic ${btoa('a:b')}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -5)}AAAAA`,
      `Token ${token}`,
    ];
    for (const authorization of wrong) {
      const { status, body, headers } = await call(place, { ...TENANT, authorization });
      expect(status, authorization.slice(0, 20)).toBe(401);
      expect(body).toEqual(errorOf(place, 401, INVALID));
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('with a token that somebody else has signed is 401', async () => {
    const claims = {
      iss: `${app.config.publicUrl}/`,
      tenants: ['*'],
      aud: place.endpoint.audiences[0] ?? '',
      exp: Math.floor(clock.now() / 1000) + 600,
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('a secret of somebody else, long enough'));
    expect((await call(place, { ...TENANT, authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('with a token for another audience is 401', async () => {
    const authorization = `Bearer ${await app.token(wrongAudience(place.endpoint), tenantId)}`;
    const { status, body } = await call(place, { ...TENANT, authorization });
    expect(status).toBe(401);
    expect(body).toEqual(errorOf(place, 401, INVALID));
  });

  it('with the token of another tenant is 403', async () => {
    for (const audience of place.endpoint.audiences) {
      const authorization = `Bearer ${await app.token(audience, newTenantId())}`;
      const { status, body } = await call(place, { ...TENANT, authorization });
      expect(status).toBe(403);
      expect(body).toEqual(errorOf(place, 403, FOREIGN));
    }
  });

  it('answers in German when asked to', async () => {
    const { body } = await call(place, { ...TENANT, 'accept-language': 'de' });
    expect(body).toEqual(errorOf(place, 401, 'Ein Bearer-Token ist erforderlich.'));
  });

  it('with the right token gets in, and a bound one counts for every audience of the route', async () => {
    for (const audience of place.endpoint.audiences) {
      const authorization = `Bearer ${await app.token(audience, tenantId)}`;
      const { status, body } = await call(place, { ...TENANT, authorization });
      expect(status).not.toBe(401);
      expect(JSON.stringify(body ?? '')).not.toContain('bearer');
    }
  });

  it('an expired token is 401, after a minute of grace', async () => {
    const authorization = `Bearer ${await app.token(place.endpoint.audiences[0] ?? '', tenantId)}`;
    clock.advance(3_661);
    const { status, body } = await call(place, { ...TENANT, authorization });
    expect(status).toBe(401);
    expect(body).toEqual(errorOf(place, 401, INVALID));
  });

  it('does not read a body before it has seen a token', async () => {
    if (place.endpoint.method === 'GET') return;
    const answer = await ask(app, place.path, {
      method: place.endpoint.method,
      headers: { ...TENANT, 'content-type': 'application/json' },
      body: '{"broken',
    });
    expect(answer.status).toBe(401);
  });
});

describe('X-Store-Reference', () => {
  const body = JSON.stringify({ orderData: {} });
  it('names the tenant on payment routes and on channels, not on configure, disconnect and onboarding', async () => {
    for (const place of guarded) {
      const authorization = `Bearer ${await app.token(place.endpoint.audiences[0] ?? '', tenantId)}`;
      const headers = { authorization, 'x-store-reference': tenantId, 'content-type': 'application/json' };
      const sent = place.endpoint.method === 'GET' ? {} : { body };
      const answer = await ask(app, place.path, { method: place.endpoint.method, headers, ...sent });
      const text = JSON.stringify(answer.body ?? '');
      if (place.endpoint.group === 'Tenants') expect(answer.status, place.name).toBe(422);
      else if (place.endpoint.group === 'Merchants') expect(text, place.name).toContain('X-Tenant-Identifier');
      else expect(text, place.name).not.toContain('X-Tenant-Identifier');
    }
  });

  it('does not win over X-Tenant-Identifier', async () => {
    for (const place of guarded.filter(({ endpoint }) => endpoint.group === 'Payments')) {
      const authorization = `Bearer ${await app.token('aop-app', tenantId)}`;
      const headers = {
        authorization,
        'x-store-reference': tenantId,
        'x-tenant-identifier': newTenantId(),
        'content-type': 'application/json',
      };
      expect((await ask(app, place.path, { headers, body })).status).toBe(403);
    }
  });

  it('of no tenant at all is 400 on payment routes and channels', async () => {
    for (const place of guarded.filter(({ endpoint }) => endpoint.group !== 'Tenants')) {
      const authorization = `Bearer ${await app.token(place.endpoint.audiences[0] ?? '', tenantId)}`;
      const answer = await ask(app, place.path, { method: place.endpoint.method, headers: { authorization } });
      expect(answer.status, place.name).toBe(400);
      expect(answer.body).toEqual(errorOf(place, 400, 'X-Tenant-Identifier in header is required.'));
    }
  });
});

describe('what is not there', () => {
  const posts = places(({ method, access }) => method === 'POST' && access !== 'channel');
  it.each(posts)('GET instead of $name is 404', async ({ path }) => {
    const { status, body } = await ask(app, path, { method: 'GET' });
    expect(status).toBe(404);
    expect(body).toEqual(listError(404, 'There is nothing at this address.'));
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('%s on a POST route is 404', async (method) => {
    for (const { path } of posts) expect((await ask(app, path, { method })).status, path).toBe(404);
  });

  it.each(['/', '/private', '/private/nothing', '/webhooks/test/a/b', '/%', '/%00', '/..%2f..%2fetc%2fpasswd'])(
    '%s is 404 or 400, never a redirect and never 500',
    async (path) => {
      const { status } = await ask(app, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect([400, 404]).toContain(status);
    },
  );

  it('is told in the JSON:API form to who speaks it', async () => {
    const { status, body } = await ask(app, '/nothing', {
      headers: { 'content-type': 'application/vnd.api+json' },
      body: '{}',
    });
    expect(status).toBe(404);
    expect(body.errors[0]).toMatchObject({ status: 404, message: 'There is nothing at this address.' });
  });
});

describe('no redirect', () => {
  it.each([
    ['a trailing slash', (path: string) => `${path}/`],
    ['a slash too many', (path: string) => path.replaceAll('/', '//')],
  ])('for %s on any route, but the answer it has without', async (_title, change) => {
    for (const { path, endpoint } of places(({ access }) => access !== 'page')) {
      const { status } = await ask(app, change(path), { method: endpoint.method });
      expect(status < 300 || status >= 400, path).toBe(true);
      expect(status, path).toBe((await ask(app, path, { method: endpoint.method })).status);
    }
  });
});

describe('bodies at the door', () => {
  it('over 1 MB are 413 on every route that parses one, in its shape', async () => {
    for (const place of guarded.filter(({ endpoint }) => endpoint.body !== undefined)) {
      const { endpoint } = place;
      const authorization = `Bearer ${await app.token(endpoint.audiences[0] ?? '', tenantId)}`;
      const headers = { ...TENANT, authorization, 'content-type': 'application/json' };
      const { status, body } = await ask(app, place.path, {
        method: endpoint.method,
        headers,
        body: `{"x":"${'y'.repeat(1_100_000)}"}`,
      });
      expect(status, place.name).toBe(413);
      expect(body).toEqual(errorOf(place, 413, 'The request body is too large.'));
    }
  });

  it('of another content type are 415 on payment routes, 422 on configure', async () => {
    const posted = guarded.filter(({ endpoint }) => endpoint.access === 'tenant' && endpoint.method === 'POST');
    for (const place of posted.filter(({ endpoint }) => endpoint.rawBody !== true)) {
      const authorization = `Bearer ${await app.token('aop-app', tenantId)}`;
      for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
        const { status } = await ask(app, place.path, {
          headers: { ...TENANT, authorization, 'content-type': type },
          body: 'x',
        });
        expect(status, `${place.name} ${type}`).toBe(place.endpoint.errorShape === 'object' ? 422 : 415);
      }
    }
  });

  it('of webhooks are never parsed: whatever comes is 400 without a signature', async () => {
    for (const { path } of places(({ access }) => access === 'signature')) {
      for (const [type, body] of [
        ['application/json', '{"broken'],
        ['text/plain', 'x'],
        ['application/xml', '<x/>'],
      ] as const) {
        expect((await ask(app, path, { headers: { 'content-type': type }, body })).status, path).toBe(400);
      }
      expect(
        (
          await ask(app, path, {
            headers: { 'content-type': 'application/json' },
            body: `{"x":"${'y'.repeat(1_100_000)}"}`,
          })
        ).status,
      ).toBe(413);
    }
    for (const path of ['/webhooks/%00', '/webhooks/test/%00'])
      expect((await ask(app, path, { body: '{}' })).status).toBe(400);
  });
});
