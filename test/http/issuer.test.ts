/** The token endpoint: asked as shops ask, refusing as RFC 6749 says, with keys that all nodes share. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TokenAnswer } from '../../src/contract/endpoints.js';
import { TokenError } from '../../src/contract/shapes.js';
import { faults } from '../../src/contract/validate.js';
import { addClient, revokeClient } from '../../src/storage/clients.js';
import { ask, clock, deploy, form, FORM, time, tokenFor, type Deployment, type Node } from './issuing.js';

let deployment: Deployment;
let node: Node;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.close());
beforeEach(async () => {
  time.at = Date.UTC(2026, 0, 2);
  node = await deployment.node();
});

const clients = (appId = 'quittance') => ({ db: deployment.db, appId, clock });

describe('POST /oauth/token', () => {
  test('answers a form with a token for that audience and tenant', async () => {
    const response = await ask(node.app);
    expect(response.statusCode).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    const body: { access_token: string } = response.json();
    expect(faults(TokenAnswer, body)).toBeUndefined();
    expect(body).toEqual({ access_token: body.access_token, token_type: 'Bearer', expires_in: 3600 });
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(decodeJwt(body.access_token)).toEqual({
      iss: 'http://localhost:8080/',
      sub: 'sandbox-shop',
      aud: 'aop-app',
      tenants: ['*'],
      tenant: 'DE',
      iat: Date.UTC(2026, 0, 2) / 1000,
      exp: Date.UTC(2026, 0, 2) / 1000 + 3600,
      jti: expect.any(String) as string,
    });
  });

  test('takes blanks and special characters in a tenant as RFC 3986 writes them', async () => {
    expect(form({ a: 'my shop+1' })).toBe('a=my%20shop%2B1');
    const token = await tokenFor(node.app, { tenant_identifier: 'my shop+1' });
    expect(decodeJwt(token)['tenant']).toBe('my shop+1');
  });

  test('takes JSON, HTTP Basic, no audience and no tenant', async () => {
    const fields = { client_id: 'sandbox-shop', client_secret: 'sandbox-secret', grant_type: 'client_credentials' };
    const json = await node.app.inject({ method: 'POST', url: '/oauth/token', payload: fields });
    expect(json.statusCode).toBe(200);
    expect(decodeJwt(json.json<{ access_token: string }>().access_token)).toMatchObject({
      aud: 'aop-app',
      tenants: ['*'],
    });
    expect(decodeJwt(json.json<{ access_token: string }>().access_token)).not.toHaveProperty('tenant');
    const basic = await node.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { ...FORM, authorization: `Basic ${Buffer.from('sandbox-shop:sandbox%2Dsecret').toString('base64')}` },
      payload: 'grant_type=client_credentials&audience=aop-event-platform&tenant_identifier=',
    });
    expect(basic.statusCode).toBe(200);
    expect(decodeJwt(basic.json<{ access_token: string }>().access_token)['aud']).toBe('aop-event-platform');
  });

  test.each([
    ['an unknown audience', { audience: 'aop-else' }, 400, 'invalid_target'],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant type', { grant_type: '' }, 400, 'invalid_request'],
    ['no client id', { client_id: '' }, 400, 'invalid_request'],
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['a wrong secret', { client_secret: 'sandbox-secreT' }, 401, 'invalid_client'],
  ])('refuses %s', async (_name, fields, status, error) => {
    const response = await ask(node.app, fields);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ error });
    expect(faults(TokenError, response.json())).toBeUndefined();
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.body).not.toContain('sandbox-secre');
  });

  test.each([
    ['nothing', undefined, {}],
    ['a list', '[]', { 'content-type': 'application/json' }],
    ['broken JSON', '{"client_id":', { 'content-type': 'application/json' }],
    ['another media type', '<a/>', { 'content-type': 'text/xml' }],
  ])('refuses a body that is %s', async (_name, payload, headers) => {
    const response = await node.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    expect([400, 415]).toContain(response.statusCode);
    expect(response.json()).toMatchObject({ error: 'invalid_request' });
  });

  test('a wrong HTTP Basic secret is answered with a challenge', async () => {
    for (const pair of ['sandbox-shop:wrong', 'no colon', 'sandbox-shop:%zz']) {
      const response = await node.app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: { ...FORM, authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
        payload: 'grant_type=client_credentials',
      });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Basic realm="quittance"');
    }
  });

  test('a client gets tokens for its own tenants only, and none once it is revoked', async () => {
    const { clientId, secret } = await addClient(clients(), { tenantIds: ['DE', 'AT'], label: '' });
    const fields = { client_id: clientId, client_secret: secret };
    expect(decodeJwt(await tokenFor(node.app, { ...fields, tenant_identifier: 'AT' }))).toMatchObject({
      sub: clientId,
      tenants: ['DE', 'AT'],
      tenant: 'AT',
    });
    const foreign = await ask(node.app, { ...fields, tenant_identifier: 'FR' });
    expect(foreign.statusCode).toBe(400);
    expect(foreign.json()).toMatchObject({ error: 'unauthorized_client' });
    await revokeClient(clients(), clientId);
    expect((await ask(node.app, fields)).statusCode).toBe(401);
  });

  test('the sandbox client does not exist in production', async () => {
    const serving = await deployment.node({ sandbox: false });
    expect((await ask(serving.app)).statusCode).toBe(401);
  });

  test('wrong secrets are limited per client, but the right one is always let in', async () => {
    const warnings: unknown[] = [];
    const limited = await deployment.node({ warn: (event, fields) => warnings.push([event, fields]) });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      statuses.push((await ask(limited.app, { client_secret: 'guess' })).statusCode);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(Number((await ask(limited.app, { client_secret: 'guess' })).headers['retry-after'])).toBe(60);
    expect((await ask(limited.app, { client_id: 'somebody-else' })).statusCode).toBe(401);
    expect(JSON.stringify(warnings)).not.toContain('guess');
    expect(warnings[0]).toEqual(['token.refused', { clientId: 'sandbox-shop', ip: '127.0.0.1', limited: false }]);
    time.at += 61_000;
    expect((await ask(limited.app, { client_secret: 'guess' })).statusCode).toBe(401);
    expect((await ask(limited.app)).statusCode).toBe(200);
  });
});

test('a secret that was sent in the place of the id is in no log', async () => {
  const warnings: unknown[] = [];
  const watched = await deployment.node({ warn: (event, fields) => warnings.push([event, fields]) });
  const [id, secret] = ['client-0123456789abcdef01', 'm2fN2JAmTFgiTS5q4raxqtLiW4dVq9QCysQ_ZHCC-t4'];
  expect((await ask(watched.app, { client_id: secret, client_secret: id })).statusCode).toBe(401);
  expect((await ask(watched.app, { client_id: id, client_secret: 'x' })).statusCode).toBe(401);
  expect(JSON.stringify(warnings)).not.toContain(secret);
  expect(warnings.map((told) => (told as [string, { clientId: string }])[1].clientId)).toEqual([
    '(not like an id of ours)',
    id,
  ]);
});

describe('what clients find out by themselves', () => {
  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])('at %s', async (path) => {
    const response = await node.app.inject(path);
    expect(response.statusCode).toBe(200);
    const told = response.json<Record<string, string>>();
    const { iss } = decodeJwt(await tokenFor(node.app));
    expect(told).toEqual({
      issuer: iss,
      token_endpoint: `${iss}oauth/token`,
      jwks_uri: `${iss}.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    });
    for (const name of ['token_endpoint', 'jwks_uri']) {
      const { pathname } = new URL(told[name] ?? '');
      const method = name === 'jwks_uri' ? 'GET' : 'POST';
      expect((await node.app.inject({ url: pathname, method })).statusCode).not.toBe(404);
    }
  });
});

describe('GET /.well-known/jwks.json', () => {
  test('publishes the key that tokens name, without its private part', async () => {
    const { kid } = decodeProtectedHeader(await tokenFor(node.app));
    const response = await node.app.inject('/.well-known/jwks.json');
    expect(response.statusCode).toBe(200);
    const { keys } = response.json<{ keys: Record<string, string>[] }>();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(keys[0]).toMatchObject({ kid, alg: 'ES256', kty: 'EC', crv: 'P-256', use: 'sig' });
  });

  test('all nodes publish the same key, even when they start at once, and after a restart', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => deployment.node({ appId: 'shared' })));
    const published = await Promise.all(nodes.map(({ app }) => app.inject('/.well-known/jwks.json')));
    expect(new Set(published.map((response) => response.body)).size).toBe(1);
    const restarted = await deployment.node({ appId: 'shared' });
    expect((await restarted.app.inject('/.well-known/jwks.json')).body).toBe(published[0]?.body);
  });

  test('the database holds the key sealed', async () => {
    await tokenFor(node.app);
    const { rows } = await sql<{ sealed: string }>`select sealed from deployment_secrets`.execute(deployment.db);
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed } of rows) expect(sealed).toMatch(/^v1\.[\w-]{12}\.[\w-]+$/);
  });
});

describe('rotate', () => {
  const keyIds = async ({ keys }: Node) => (await keys.published()).keys.map(({ kid }) => kid);

  test('a new key signs, the former one stays published until no token of it lives', async () => {
    const rotating = await deployment.node({ appId: 'rotate' });
    const other = await deployment.node({ appId: 'rotate' });
    const [former] = await keyIds(rotating);
    await tokenFor(other.app);
    expect(await rotating.keys.rotate()).toBe(2);
    const [newest, ...older] = await keyIds(rotating);
    expect(older).toEqual([former]);
    expect(decodeProtectedHeader(await tokenFor(rotating.app)).kid).toBe(newest);

    time.at += 61_000;
    expect(decodeProtectedHeader(await tokenFor(other.app)).kid).toBe(newest);

    time.at += 2 * 3_600_000;
    expect(await rotating.keys.rotate()).toBe(2);
    expect(await keyIds(rotating)).not.toContain(former);
    expect(await keyIds(rotating)).toContain(newest);
  });

  test('rotations at once lose no key', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => deployment.node({ appId: 'together' })));
    await Promise.all(nodes.map(({ keys }) => keys.rotate()));
    const fresh = await deployment.node({ appId: 'together' });
    expect(new Set(await keyIds(fresh)).size).toBe(4);
  });
});
