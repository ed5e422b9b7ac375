/** The verification matrix: which bearer token opens what, with our issuer and with an outside one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.js';
import { openAccess, type Access } from '../../src/http/access.js';
import { addClient, revokeClient } from '../../src/storage/clients.js';
import { clock, deploy, PUBLIC_URL, time, tokenFor, type Deployment, type Node } from './issuing.js';

const PRIVATE = ['aop-app', 'aop-atrs'];
const CHANNELS = ['aop-event-platform'];
const START = Date.UTC(2026, 0, 2);

let deployment: Deployment;
let node: Node;
let access: Access;
beforeAll(async () => {
  deployment = await deploy();
  node = await deployment.node();
  access = openAccess({ keys: node.keys, publicUrl: PUBLIC_URL, clock });
});
afterAll(() => deployment.close());
beforeEach(() => {
  time.at = START;
});

async function refusal(
  header: string | undefined,
  tenantId: string | undefined = 'DE',
  by = access,
  audiences = PRIVATE,
) {
  const error: unknown = await by
    .authenticate({ headers: header === undefined ? {} : { authorization: header } }, { audiences, tenantId })
    .then(
      (caller) => new Error(`let in: ${JSON.stringify(caller)}`),
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof AppError)) throw error;
  const token = header?.split(' ')[1];
  if (token !== undefined && token.length > 20) expect(`${error.message} ${error.detail}`).not.toContain(token);
  return { status: error.status, code: error.code, challenge: error.wwwAuthenticate };
}

const INVALID = { status: 401, code: 'token_invalid', challenge: 'Bearer realm="quittance", error="invalid_token"' };
const FOREIGN = { status: 403, code: 'tenant_forbidden' };

function enter(token: string, tenantId = 'DE', by = access, audiences = PRIVATE) {
  return by.authenticate({ headers: { authorization: `Bearer ${token}` } }, { audiences, tenantId });
}

/** Signs whatever claims with our own key: only we could make such a token, so each claim is on trial alone. */
async function ownToken(claims: JWTPayload, header: Record<string, string> = {}): Promise<string> {
  const { key, keyId } = await node.keys.signing();
  const now = time.at / 1000;
  return new SignJWT({ iss: `${PUBLIC_URL}/`, aud: 'aop-app', tenants: ['DE'], sub: 'x', exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: keyId, ...header })
    .sign(key);
}

describe('our tokens', () => {
  test('open for their audience and tenant, and tell who asks', async () => {
    const caller = { clientId: 'sandbox-shop', tenantId: 'DE' };
    expect(await enter(await tokenFor(node.app))).toEqual(caller);
    expect(await enter(await tokenFor(node.app, { audience: 'aop-atrs' }))).toEqual(caller);
    expect(await enter(await tokenFor(node.app, { audience: 'aop-event-platform' }), 'DE', access, CHANNELS)).toEqual(
      caller,
    );
    expect(await enter(await tokenFor(node.app, { tenant_identifier: '' }), 'any tenant')).toMatchObject({
      tenantId: 'any tenant',
    });
  });

  test('the word Bearer in any case', async () => {
    const token = await tokenFor(node.app);
    const headers = { authorization: `bearer ${token}` };
    await expect(access.authenticate({ headers }, { audiences: PRIVATE, tenantId: 'DE' })).resolves.toBeDefined();
  });

  test('none at all is 401 with a plain challenge', async () => {
    const missing = { status: 401, code: 'token_missing', challenge: 'Bearer realm="quittance"' };
    expect(await refusal(undefined)).toEqual(missing);
    expect(await refusal('')).toEqual(missing);
  });

  test.each([
    ['Bearer'],
    ['Bearer '],
    ['Bearer not-a-token'],
    ['Bearer a.b.c'],
    ['Basic c2FuZGJveDp4'],
    ['Bearer a b'],
    [`Bearer ${'x'.repeat(9000)}`],
  ])('garbage is 401: %.20s', async (header) => {
    expect(await refusal(header)).toEqual(INVALID);
  });

  test('an expired one is 401 after a minute of grace', async () => {
    const token = await tokenFor(node.app);
    time.at = START + 3_659_000;
    await expect(enter(token)).resolves.toBeDefined();
    time.at = START + 3_660_000;
    expect(await refusal(`Bearer ${token}`)).toEqual(INVALID);
  });

  test.each([
    ['another audience', { aud: 'aop-event-platform' }],
    ['an audience of nobody', { aud: 'x' }],
    ['no audience', { aud: undefined }],
    ['another issuer', { iss: 'https://elsewhere.example/' }],
    ['the issuer without its slash', { iss: PUBLIC_URL }],
    ['no issuer', { iss: undefined }],
    ['no end', { exp: undefined }],
    ['a beginning in the future', { nbf: START / 1000 + 120 }],
  ])('%s is 401', async (_name, claims) => {
    expect(await refusal(`Bearer ${await ownToken(claims as JWTPayload)}`)).toEqual(INVALID);
  });

  test('a channel does not take a token for the payment endpoints', async () => {
    expect(await refusal(`Bearer ${await tokenFor(node.app)}`, 'DE', access, CHANNELS)).toEqual(INVALID);
  });

  test('changed claims, no signature, a foreign key and a public key used as a secret are 401', async () => {
    const token = await tokenFor(node.app);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const changed = base64url.encode(JSON.stringify({ ...claims, tenant: 'AT' }));
    expect(await refusal(`Bearer ${head}.${changed}.${signature}`, 'AT')).toEqual(INVALID);
    const none = base64url.encode(JSON.stringify({ alg: 'none' }));
    expect(await refusal(`Bearer ${none}.${body}.`)).toEqual(INVALID);

    const { keyId } = await node.keys.signing();
    const foreign = await generateKeyPair('ES256');
    const forged = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .sign(foreign.privateKey);
    expect(await refusal(`Bearer ${forged}`)).toEqual(INVALID);
    const [published] = (await node.keys.published()).keys;
    const secret = new TextEncoder().encode(JSON.stringify(published));
    const confused = await new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', kid: keyId }).sign(secret);
    expect(await refusal(`Bearer ${confused}`)).toEqual(INVALID);
  });

  test("another tenant's token is 403", async () => {
    expect(await refusal(`Bearer ${await tokenFor(node.app)}`, 'AT')).toMatchObject(FOREIGN);
    const { clientId, secret } = await addClient(
      { db: deployment.db, appId: 'quittance', clock },
      { tenantIds: ['DE', 'FR'], label: '' },
    );
    const fields = { client_id: clientId, client_secret: secret };
    const unbound = await tokenFor(node.app, { ...fields, tenant_identifier: '' });
    await expect(enter(unbound, 'FR')).resolves.toMatchObject({ clientId, tenantId: 'FR' });
    expect(await refusal(`Bearer ${unbound}`, 'AT')).toMatchObject(FOREIGN);
    const bound = await tokenFor(node.app, { ...fields, tenant_identifier: 'FR' });
    expect(await refusal(`Bearer ${bound}`, 'DE')).toMatchObject(FOREIGN);
    expect(await refusal(`Bearer ${bound}`, '*')).toMatchObject(FOREIGN);
  });

  test('a token without tenants is 403, and a request without a tenant gets nowhere', async () => {
    expect(await refusal(`Bearer ${await ownToken({ tenants: [] })}`)).toMatchObject({
      status: 403,
      code: 'token_forbidden',
    });
    const token = `Bearer ${await tokenFor(node.app)}`;
    expect(await refusal(token, '')).toMatchObject({ status: 400, code: 'tenant_required' });
    const nameless = access.authenticate(
      { headers: { authorization: token } },
      { audiences: PRIVATE, tenantId: undefined },
    );
    await expect(nameless).rejects.toMatchObject({ code: 'tenant_required' });
    expect(await refusal(undefined, '')).toMatchObject({ status: 401 });
  });

  test('a revoked client gets no new token, and its last one counts until it expires', async () => {
    const store = { db: deployment.db, appId: 'quittance', clock };
    const { clientId, secret } = await addClient(store, { tenantIds: ['DE'], label: '' });
    const token = await tokenFor(node.app, { client_id: clientId, client_secret: secret });
    await revokeClient(store, clientId);
    await expect(tokenFor(node.app, { client_id: clientId, client_secret: secret })).rejects.toThrow('invalid_client');
    time.at = START + 3_000_000;
    await expect(enter(token)).resolves.toMatchObject({ clientId });
    time.at = START + 3_700_000;
    expect(await refusal(`Bearer ${token}`)).toEqual(INVALID);
  });

  test('a token works on every node, after a restart, and right after another node made a new key', async () => {
    const other = await deployment.node();
    const there = openAccess({ keys: other.keys, publicUrl: PUBLIC_URL, clock });
    await expect(enter(await tokenFor(node.app), 'DE', there)).resolves.toBeDefined();
    time.at += 6_000;
    await node.keys.rotate();
    const newest = await tokenFor(node.app);
    await expect(enter(newest, 'DE', there)).resolves.toBeDefined();
    await expect(enter(newest)).resolves.toBeDefined();
  });

  test('an invented key id is 401', async () => {
    expect(await refusal(`Bearer ${await ownToken({}, { kid: 'invented' })}`)).toEqual(INVALID);
  });

  test('our token of another deployment is 401', async () => {
    const foreign = await deployment.node({ appId: 'another app' });
    expect(await refusal(`Bearer ${await tokenFor(foreign.app)}`)).toEqual(INVALID);
  });
});

describe('tokens of an outside issuer', () => {
  const ISSUER = 'https://id.example/';
  let jwks: Server;
  let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
  let outside: Access;
  let fetched = 0;
  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' }] };
    jwks = createServer((_request, response) => {
      fetched += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(published));
    });
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    outside = accessTo((jwks.address() as AddressInfo).port);
  });
  afterAll(() => new Promise((resolve) => jwks.close(resolve)));

  const accessTo = (port: number) =>
    openAccess({
      keys: node.keys,
      publicUrl: PUBLIC_URL,
      clock,
      externalIssuer: { issuer: ISSUER, jwksUrl: `http://127.0.0.1:${port}/jwks`, tenantClaim: 'https://x/tenant' },
    });
  const outsideToken = (claims: JWTPayload = {}) =>
    new SignJWT({
      iss: ISSUER,
      aud: ['aop-app', 'y'],
      'https://x/tenant': 'DE',
      sub: 'abc@clients',
      exp: time.at / 1000 + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(keys.privateKey);

  test('open for audience and tenant; the keys are fetched once', async () => {
    expect(await enter(await outsideToken(), 'DE', outside)).toEqual({ clientId: 'abc@clients', tenantId: 'DE' });
    expect(await enter(await outsideToken({ 'https://x/tenant': ['AT', 'DE'] }), 'DE', outside)).toBeDefined();
    expect(fetched).toBe(1);
  });

  test('are refused for other audiences, issuers, tenants, when expired, and without the claim', async () => {
    for (const claims of [{ aud: 'y' }, { iss: 'https://id.example' }, { exp: START / 1000 - 61 }]) {
      expect(await refusal(`Bearer ${await outsideToken(claims)}`, 'DE', outside)).toEqual(INVALID);
    }
    expect(await refusal(`Bearer ${await outsideToken()}`, 'AT', outside)).toMatchObject(FOREIGN);
    for (const claim of [undefined, '', [], 7, { DE: true }]) {
      const token = await outsideToken({ 'https://x/tenant': claim, tenant: 'DE', tenants: ['DE'] });
      expect(await refusal(`Bearer ${token}`, 'DE', outside)).toMatchObject({ status: 403, code: 'token_forbidden' });
    }
  });

  test('our own tokens no longer count', async () => {
    expect(await refusal(`Bearer ${await tokenFor(node.app)}`, 'DE', outside)).toEqual(INVALID);
  });

  test('an issuer that does not answer is 503, not 401', async () => {
    expect(await refusal(`Bearer ${await outsideToken()}`, 'DE', accessTo(1))).toMatchObject({ status: 503 });
  });
});
