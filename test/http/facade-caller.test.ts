/** Who may call the storefront endpoints, and that what one caller made answers to nobody else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type Answered, type TestApp, type TestShop } from '../support/app.js';
import { everythingOf, movableClock, type MovableClock } from './doors.js';
import {
  CARD,
  FACADE,
  guest,
  MEDIA_TYPES,
  paymentDocument,
  post,
  storefront,
  storefrontError,
  type Sent,
} from './storefront.js';

const MISSING = storefrontError(401, 'A bearer token or X-Anonymous-Customer-Unique-Id is required.');
const INVALID = storefrontError(401, 'The bearer token is not valid.');

let app: TestApp;
let clock: MovableClock;
let plain: TestShop;
let verifying: TestShop;
let keys: Server;
let privateKey: CryptoKey;
let keysStatus = 200;

beforeAll(async () => {
  clock = movableClock();
  app = await testApp({ clock });
  const pair = await generateKeyPair('RS256');
  privateKey = pair.privateKey;
  const published = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] });
  keys = createServer((_, answer) =>
    answer.writeHead(keysStatus, { 'content-type': 'application/json' }).end(published),
  );
  await new Promise<void>((resolve) => void keys.listen(0, '127.0.0.1', resolve));
  plain = await storefront(app);
  verifying = await storefront(app, { ...FACADE, jwksUri: addressOf(keys) });
});
afterAll(async () => {
  await app.close();
  keys.closeAllConnections();
  await new Promise((resolve) => keys.close(resolve));
});

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
}

async function signed(
  claims: JWTPayload = {},
  alg = 'RS256',
  key: CryptoKey | Uint8Array = privateKey,
): Promise<string> {
  const exp = Math.floor(clock.now() / 1000) + 300;
  return new SignJWT({ sub: '{"customer_reference":"DE--21"}', exp, ...claims })
    .setProtectedHeader({ alg, kid: 'k1' })
    .sign(key);
}

function customer({ tenantId }: TestShop, token: string): Record<string, string> {
  return { 'x-tenant-identifier': tenantId, authorization: `Bearer ${token}` };
}

function pay(headers: Record<string, string>, changes: object = {}, sent: Partial<Sent> = {}): Promise<Answered> {
  return post(app, 'payments', paymentDocument(changes), { headers, ...sent });
}

/** The same cart again, by the payment it names. */
async function again(headers: Record<string, string>, transactionId: string, amount = 12_000): Promise<Answered> {
  const payment = { amount, paymentMethodName: CARD.name, paymentProviderName: CARD.providerName };
  return pay(headers, { payment, preOrderPaymentData: { transactionId } });
}

async function started(headers: Record<string, string>): Promise<string> {
  const { status, body } = await pay(headers);
  expect(status).toBe(201);
  return body.data.attributes.preOrderPaymentData.transactionId as string;
}

const unknown = (transactionId: string): unknown =>
  storefrontError(422, `Could not find a payment with the transaction id "${transactionId}"`);

describe('identification', () => {
  it.each(MEDIA_TYPES)('nobody is 401 in %s, and nothing changes', async (mediaType) => {
    const before = await everythingOf(app, plain.tenantId);
    for (const more of [{}, { authorization: '' }, { 'x-anonymous-customer-unique-id': '' }] as object[]) {
      const headers: Record<string, string> = { 'x-tenant-identifier': plain.tenantId, ...more };
      const answer = await pay(headers, {}, { mediaType });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual(MISSING);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="quittance"');
    }
    expect(await everythingOf(app, plain.tenantId)).toEqual(before);
  });

  it.each(['a b', 'x'.repeat(256), 'a,b, c'])('the guest id %j is none', async (id) => {
    expect((await pay(guest(plain.tenantId, id))).status).toBe(401);
  });

  it('a guest and a customer with any token are let in when the tenant names no keys', async () => {
    expect((await pay(guest(plain.tenantId))).status).toBe(201);
    expect((await pay(customer(plain, 'opaque-token'))).status).toBe(201);
  });

  it.each(MEDIA_TYPES)('what is no bearer token is 401 in %s, also beside a guest', async (mediaType) => {
    for (const authorization of ['Bearer', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(8_193)}`]) {
      const answer = await pay({ ...guest(plain.tenantId), authorization }, {}, { mediaType });
      expect(answer.status, authorization.slice(0, 20)).toBe(401);
      expect(answer.body).toEqual(INVALID);
    }
  });

  it('with keys, a signed token is let in', async () => {
    expect((await pay(customer(verifying, await signed()))).status).toBe(201);
    expect((await pay(guest(verifying.tenantId))).status).toBe(201);
  });

  it.each(MEDIA_TYPES)('with keys, any other token is 401 in %s', async (mediaType) => {
    const { privateKey: foreign } = await generateKeyPair('RS256');
    const now = Math.floor(clock.now() / 1000);
    const wrong = {
      opaque: 'opaque-token',
      foreign: await signed({}, 'RS256', foreign),
      expired: await signed({ exp: now - 120 }),
      'not yet valid': await signed({ nbf: now + 600 }),
      'without an end': await signed({ exp: undefined }),
      'without a subject': await signed({ sub: undefined }),
      'with an empty subject': await signed({ sub: '' }),
      'signed by the public key as a secret': await signed({}, 'HS256', new TextEncoder().encode('x'.repeat(64))),
      unsigned: `${btoa('{"alg":"none"}')}.${btoa(`{"sub":"a","exp":${now + 300}}`)}.`.replaceAll('=', ''),
    };
    for (const [name, token] of Object.entries(wrong)) {
      const answer = await pay(customer(verifying, token), {}, { mediaType });
      expect(answer.status, name).toBe(401);
      expect(answer.body, name).toEqual(INVALID);
    }
  });

  it('keys that cannot be read are 503: the token may be right', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => void gone.listen(0, '127.0.0.1', resolve));
    const jwksUri = addressOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    const tenant = await storefront(app, { ...FACADE, jwksUri });
    const answer = await pay(customer(tenant, await signed()));
    expect(answer.status).toBe(503);
    expect(answer.body).toEqual(storefrontError(503, 'Something went wrong on our side.'));

    keysStatus = 500;
    const broken = await storefront(app, { ...FACADE, jwksUri: `${addressOf(keys)}?broken` });
    expect((await pay(customer(broken, await signed()))).status).toBe(503);
    keysStatus = 200;
  });
});

describe('what one caller made', () => {
  it('answers to the same guest, and to no other caller of the tenant', async () => {
    const ada = guest(plain.tenantId, 'guest-ada');
    const transactionId = await started(ada);
    expect((await again(ada, transactionId)).status).toBe(201);
    const strangers = [
      guest(plain.tenantId, 'guest-eve'),
      customer(plain, 'guest-ada'),
      { ...ada, authorization: 'Bearer eve' },
    ];
    const before = await everythingOf(app, plain.tenantId);
    for (const headers of strangers) {
      const answer = await again(headers, transactionId, 100);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(unknown(transactionId));
    }
    expect(await everythingOf(app, plain.tenantId)).toEqual(before);
  });

  it('answers to the same subject, whichever token of theirs it is', async () => {
    const transactionId = await started(customer(verifying, await signed({ jti: '1' })));
    expect((await again(customer(verifying, await signed({ jti: '2' })), transactionId)).status).toBe(201);
    const eve = customer(verifying, await signed({ sub: 'eve' }));
    expect((await again(eve, transactionId)).body).toEqual(unknown(transactionId));
  });

  it('does not answer at another tenant, whoever asks', async () => {
    const transactionId = await started(guest(plain.tenantId, 'guest-both'));
    const before = await everythingOf(app, verifying.tenantId);
    const answer = await again(guest(verifying.tenantId, 'guest-both'), transactionId);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(unknown(transactionId));
    expect(await everythingOf(app, verifying.tenantId)).toEqual(before);
  });

  it('is not what the shop’s server made: that is not found from a storefront', async () => {
    const { body } = await plain.initialize();
    const { transactionId } = body as { transactionId: string };
    expect((await again(guest(plain.tenantId), transactionId, 100)).body).toEqual(unknown(transactionId));
  });

  it('is no longer changed once it has an order', async () => {
    const ada = guest(plain.tenantId, 'guest-ordering');
    const transactionId = await started(ada);
    const { status } = await plain.initialize({}, { preOrderPaymentData: { transactionId } });
    expect(status).toBe(200);
    const answer = await again(ada, transactionId, 100);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(unknown(transactionId));
  });
});

it('neither tokens nor guests reach the log', async () => {
  const token = await signed({ sub: 'a-logged-subject' });
  await pay(customer(verifying, token));
  await pay(customer(verifying, `${token}x`));
  await pay(guest(plain.tenantId, 'guest-to-be-logged'), { payment: null });
  const log = app.logged.join('\n');
  for (const secret of [token, 'a-logged-subject', 'guest-to-be-logged', 'opaque-token']) {
    expect(log.includes(secret), secret.slice(0, 12)).toBe(false);
  }
});
