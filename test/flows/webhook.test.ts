/** Webhooks through the door: what is answered, what is kept, and what follows. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signSandboxWebhook } from '../../src/connectors/sandbox/index.js';
import { SANDBOX_SETTINGS, SANDBOX_WEBHOOK_SECRET, testApp, type TestApp, type TestShop } from '../support/app.js';
import { applied, eventually, fileOf, inboxOf, ITEMS, movableClock, names, outboxOf, pause } from './heart.js';

const clock = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await testApp({ clock });
});
afterAll(() => app.close());

async function configured(settings: Record<string, unknown> = SANDBOX_SETTINGS): Promise<TestShop> {
  const made = app.shop();
  expect((await made.configure(settings)).status).toBe(200);
  return made;
}

/** A tenant of its own, whose messages and rows are only of this test. */
async function payment(grandTotal = 12_000): Promise<{ own: TestShop; orderReference: string; transactionId: string }> {
  const own = await configured();
  await own.poll('payment-events');
  const { body, orderReference } = await own.initialize({ grandTotal });
  const { transactionId } = body as { transactionId: string };
  await own.until('PaymentCreated');
  return { own, orderReference, transactionId };
}

async function post(body: string, headers: Record<string, string> = {}, path = '/webhooks/test') {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

function signed(text: string, secret = SANDBOX_WEBHOOK_SECRET): Record<string, string> {
  return { 'sandbox-signature': signSandboxWebhook(Buffer.from(text), [secret], Math.floor(clock.now() / 1000)) };
}

const REFUSED = [expect.objectContaining({ message: 'The webhook could not be verified.', status: 400 })];

describe('a webhook that is refused at the door', () => {
  it('empty body: 400', async () => {
    expect(await post('')).toEqual({
      status: 400,
      body: [expect.objectContaining({ message: 'POST content is required.' })],
    });
  });
  it('unreadable body, though well signed: 400', async () => {
    const text = '{"id":';
    expect(await post(text, signed(text))).toEqual({ status: 400, body: REFUSED });
  });
  it('no signature, and a body that is not JSON: 400', async () => {
    expect(await post('hello', { 'content-type': 'text/plain' })).toEqual({ status: 400, body: REFUSED });
  });
  it('wrong secret, or a byte changed after signing: 400, and nothing is kept', async () => {
    const { own, transactionId } = await payment();
    const event = { type: 'payment', transactionId, status: 'authorized' };
    expect((await own.webhook(event, { secret: 'whsec_of_somebody_else' })).body).toEqual(REFUSED);
    expect((await own.webhook(event, { tamper: true })).status).toBe(400);
    expect(await inboxOf(app, own)).toEqual([]);
  });
  it('a signature older than five minutes, or as far ahead: 400', async () => {
    const { own, transactionId } = await payment();
    const seconds = Math.floor(clock.now() / 1000);
    const event = { type: 'payment', transactionId, status: 'authorized' };
    expect((await own.webhook(event, { at: seconds - 302 })).status).toBe(400);
    expect((await own.webhook(event, { at: seconds + 302 })).status).toBe(400);
    expect((await own.webhook(event, { at: seconds - 290 })).status).toBe(200);
  });
  it('the live path for a tenant in test mode: 400', async () => {
    const { own, transactionId } = await payment();
    const answer = await own.webhook({ type: 'payment', transactionId, status: 'authorized' }, { mode: 'live' });
    expect(answer).toMatchObject({ status: 400, body: REFUSED });
    expect(await inboxOf(app, own)).toEqual([]);
  });
  it('the test path for a tenant in live mode: 400', async () => {
    const own = await configured();
    const real = await app.app.connector('sandbox');
    const { transactionId } = (await own.initialize()).body as { transactionId: string };
    const find = app.app.connector;
    app.app.connector = () => Promise.resolve({ ...real, mode: () => 'live' });
    try {
      expect((await own.webhook({ type: 'payment', transactionId, status: 'authorized' })).status).toBe(400);
    } finally {
      app.app.connector = find;
    }
  });
  it('a secret no tenant has: 400', async () => {
    const text = JSON.stringify({ id: 'evt_x', type: 'payment', transactionId: 'sbx_nobody', status: 'authorized' });
    expect((await post(text, signed(text, 'whsec_nobody_knows'))).status).toBe(400);
  });
  it('a path token that opens nothing: 400', async () => {
    const text = JSON.stringify({ id: 'evt_y', type: 'payment', transactionId: 'sbx_nobody', status: 'authorized' });
    expect((await post(text, signed(text), '/webhooks/test/no-such-token')).status).toBe(400);
    expect((await post(text, signed(text), '/webhooks/no-such-token')).status).toBe(400);
  });
  it('more than a megabyte: 413', async () => {
    const text = JSON.stringify({ id: 'evt_z', type: 'payment', status: 'x', reason: 'x'.repeat(1_048_577) });
    expect((await post(text, signed(text))).status).toBe(413);
  });
  it('an app without any tenant: 400', async () => {
    const empty = await testApp();
    try {
      const answer = await empty.shop().webhook({ type: 'payment', transactionId: 'sbx_one', status: 'authorized' });
      expect(answer).toMatchObject({ status: 400, body: REFUSED });
    } finally {
      await empty.close();
    }
  });
});

describe('the address we registered', () => {
  it('knows its tenant by the token, in its own mode only', async () => {
    const { own, orderReference, transactionId } = await payment();
    const token = `token-${own.tenantId}`;
    await sql`insert into webhook_endpoints (app_id, tenant_id, id, connector, mode, path_token, fingerprint, created_at)
      values (${app.app.appId}, ${own.tenantId}, ${app.app.newId()}, 'sandbox', 'test', ${token}, 'f', now())`.execute(
      app.app.db,
    );
    const text = JSON.stringify({ id: 'evt_token', type: 'payment', transactionId, status: 'authorized' });
    expect((await post(text, signed(text), `/webhooks/${token}`)).status).toBe(400);
    expect(await post(text, signed(text), `/webhooks/test/${token}`)).toEqual({
      status: 200,
      body: { received: true },
    });
    await own.until('PaymentAuthorized', orderReference);
  });
  it('accepts no webhook of another tenant', async () => {
    const { own } = await payment();
    const other = await payment();
    await other.own.configure({ ...SANDBOX_SETTINGS, webhookSecret: 'whsec_of_the_other' });
    const token = `mine-${own.tenantId}`;
    await sql`insert into webhook_endpoints (app_id, tenant_id, id, connector, mode, path_token, fingerprint, created_at)
      values (${app.app.appId}, ${own.tenantId}, ${app.app.newId()}, 'sandbox', 'test', ${token}, 'f', now())`.execute(
      app.app.db,
    );
    const text = JSON.stringify({
      id: 'evt_t2',
      type: 'payment',
      transactionId: other.transactionId,
      status: 'authorized',
    });
    expect((await post(text, signed(text, 'whsec_of_the_other'), `/webhooks/test/${token}`)).status).toBe(400);
    expect(await inboxOf(app, other.own)).toEqual([]);
  });
});

describe('a webhook of a disconnected tenant', () => {
  it('is answered 403 and kept, and applied when the tenant comes back', async () => {
    const { own, orderReference, transactionId } = await payment();
    expect((await own.disconnect('1')).status).toBe(204);
    const answer = await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect(answer).toMatchObject({ status: 403, body: [{ message: 'Tenant is disconnected.', status: 403 }] });
    expect(await applied(app, own)).toMatchObject([{ state: 'parked', result: 'Tenant is disconnected.' }]);
    expect((await fileOf(app, own, orderReference)).payment.status).toBe('new');
    await own.configure();
    expect(names(await own.until('PaymentAuthorized', orderReference))).toEqual([
      'PaymentUpdated',
      'PaymentAuthorized',
    ]);
    expect(await applied(app, own)).toMatchObject([{ state: 'done', subject: transactionId }]);
  });
});

describe('a webhook about a payment nobody knows', () => {
  it('is answered 200, parked, and set aside after ten minutes', async () => {
    const own = await configured();
    // Without an id of ours in it, whoever has this secret may be meant.
    await own.configure({ ...SANDBOX_SETTINGS, webhookSecret: `whsec_${own.tenantId}` });
    const options = { secret: `whsec_${own.tenantId}` };
    const answer = await own.webhook({ type: 'payment', transactionId: 'sbx_unknown', status: 'authorized' }, options);
    expect(answer).toMatchObject({ status: 200, body: { received: true } });
    const parked = { state: 'parked', result: 'Could not find a payment with the transaction id "sbx_unknown"' };
    expect(await applied(app, own)).toMatchObject([parked]);
    clock.advance(590);
    await pause(1_200);
    expect(await inboxOf(app, own)).toMatchObject([{ state: 'parked' }]);
    clock.advance(20);
    expect(
      await eventually('a dead letter', async () => (await inboxOf(app, own)).find(({ state }) => state === 'dead')),
    ).toMatchObject({
      result: parked.result,
    });
  });

  it('is applied when it came before our commit', async () => {
    const own = await configured({ ...SANDBOX_SETTINGS, webhookSecret: 'whsec_of_the_slow' });
    await own.poll();
    const orderReference = 'DE--slow';
    const asking = own.initialize({ grandTotal: 12_018, orderReference });
    const operation = await eventually('the asking', async () => {
      const { rows } = await sql<{
        id: string;
      }>`select id from operations where tenant_id = ${own.tenantId} and kind = 'initialize'`.execute(app.app.db);
      return rows[0];
    });
    const { paymentIdOf } = await import('../../src/connectors/sandbox/ids.js');
    const transactionId = paymentIdOf(operation.id, false);
    const options = { secret: 'whsec_of_the_slow' };
    expect((await own.webhook({ type: 'payment', transactionId, status: 'captured' }, options)).status).toBe(200);
    expect((await applied(app, own))[0]?.state).toBe('parked');
    expect((await asking).status).toBe(200);
    expect(names(await own.until('PaymentCaptured', orderReference))).toEqual([
      'PaymentCreated', 'PaymentUpdated', 'PaymentAuthorized', 'PaymentUpdated', 'PaymentCaptured',
    ]); // prettier-ignore
  });

  it('is found again when it was parked in the very moment the payment became known', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'authorized', handled: false });
    await applied(app, own);
    const text = JSON.stringify({ id: 'evt_late', type: 'payment', transactionId, status: 'authorized' });
    const body = await app.app.vault.seal(own.tenantId, 'inbox', text);
    const attributes = {
      connector: 'sandbox',
      event: { id: 'evt_late', type: 'payment', paymentReference: transactionId },
    };
    await sql`insert into inbox (app_id, tenant_id, source, identity, subject, type, mode, body, attributes, state, due_at, expires_at, received_at)
      values (${app.app.appId}, ${own.tenantId}, 'webhook', 'sandbox:evt_late', ${transactionId}, 'payment', 'test', ${body},
        ${JSON.stringify(attributes)}::jsonb, 'parked', now(), now() + interval '1 day', now())`.execute(app.app.db);
    clock.advance(3);
    await own.until('PaymentAuthorized', orderReference);
  });
});

describe('a webhook told again, late or out of order', () => {
  it('twice: applied once, announced once', async () => {
    const { own, orderReference, transactionId } = await payment();
    const event = { id: 'evt_twice', type: 'payment', transactionId, status: 'authorized' };
    const answers = await Promise.all([own.webhook(event), own.webhook(event), own.webhook(event)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await own.until('PaymentAuthorized', orderReference);
    expect((await own.webhook(event)).status).toBe(200);
    expect(await applied(app, own)).toMatchObject([{ state: 'done', result: 'applied' }]);
    expect(await outboxOf(app, own, orderReference)).toEqual(['PaymentCreated', 'PaymentUpdated', 'PaymentAuthorized']);
  });
  it('by another event with the same status: nothing is announced again', async () => {
    const { own, orderReference, transactionId } = await payment();
    for (let n = 0; n < 3; n += 1) await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect((await applied(app, own)).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(await outboxOf(app, own, orderReference)).toEqual(['PaymentCreated', 'PaymentUpdated', 'PaymentAuthorized']);
  });
  it('captured before authorized: both are told, in order, and authorized is not told again', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'captured' });
    await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    await applied(app, own);
    const moves = ['PaymentUpdated', 'PaymentAuthorized', 'PaymentUpdated', 'PaymentCaptured'];
    expect(await outboxOf(app, own, orderReference)).toEqual(['PaymentCreated', ...moves]);
    const { history, payment: stored } = await fileOf(app, own, orderReference);
    expect(history.map(({ toStatus }) => toStatus)).toEqual(['new', 'authorized', 'captured']);
    expect(stored.status).toBe('captured');
  });
  it('a refused move: 200, a dead letter, and nothing announced', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'canceled' });
    expect((await own.webhook({ type: 'payment', transactionId, status: 'captured' })).status).toBe(200);
    const result = 'Transition from "canceled" to "captured" is not allowed';
    expect(await applied(app, own)).toMatchObject([{ state: 'done' }, { state: 'dead', result }]);
    expect(await outboxOf(app, own, orderReference)).toEqual(['PaymentCreated', 'PaymentUpdated', 'PaymentCanceled']);
    expect((await fileOf(app, own, orderReference)).payment.status).toBe('canceled');
    await own.webhook({ type: 'payment', transactionId, status: 'authorization_failed' });
    expect((await applied(app, own)).filter(({ state }) => state === 'dead')).toHaveLength(2);
  });
});

describe('a webhook from which nothing follows', () => {
  const quiet: [string, Record<string, unknown>, string][] = [
    ['of a type that is not used', { type: 'dispute', status: 'x' }, 'ignored: type "dispute" is not known'],
    [
      'about an account, with an unknown status',
      { type: 'account', merchantReference: 'm', status: 'strange' },
      'ignored: status "strange" of an account is not known',
    ],
    [
      'with an unknown status',
      { type: 'payment', status: 'strange' },
      'ignored: status "strange" of a payment is not known',
    ],
    ['that is not handled yet', { type: 'payment', status: 'authorized', handled: false }, 'ignored: handled is false'],
    [
      'without a transaction id',
      { type: 'refund', status: 'succeeded', refundId: 'sbxr_x', transactionId: '' },
      'ignored',
    ],
  ];
  for (const [title, event, result] of quiet) {
    it(`${title}: 200 and done`, async () => {
      const { own, orderReference, transactionId } = await payment();
      const text = JSON.stringify({ id: 'evt_q', transactionId, ...event });
      const token = `quiet-${own.tenantId}`;
      await sql`insert into webhook_endpoints (app_id, tenant_id, id, connector, mode, path_token, fingerprint, created_at)
        values (${app.app.appId}, ${own.tenantId}, ${app.app.newId()}, 'sandbox', 'test', ${token}, 'f', now())`.execute(
        app.app.db,
      );
      expect((await post(text, signed(text), `/webhooks/test/${token}`)).status).toBe(200);
      const [row] = await applied(app, own);
      expect(row?.state).toBe('done');
      expect(row?.result?.startsWith(result)).toBe(true);
      expect(await outboxOf(app, own, orderReference)).toEqual(['PaymentCreated']);
    });
  }
  it('the refund of a canceled payment: 200 and ignored', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'canceled' });
    expect(
      (await own.webhook({ type: 'refund', transactionId, refundId: 'sbxr_void', status: 'succeeded' })).status,
    ).toBe(200);
    expect(await applied(app, own)).toMatchObject([
      { state: 'done' },
      { state: 'done', result: 'ignored: refund of a canceled payment' },
    ]);
    expect((await fileOf(app, own, orderReference)).refunds).toEqual([]);
  });
});

describe('webhooks for every status', () => {
  const rows: [string, string[]][] = [
    ['authorization_failed', ['PaymentUpdated', 'PaymentAuthorizationFailed']],
    ['capture_failed', ['PaymentUpdated', 'PaymentCaptureFailed']],
    ['canceled', ['PaymentUpdated', 'PaymentCanceled']],
    ['cancellation_failed', ['PaymentUpdated', 'PaymentCancellationFailed']],
    ['overpaid', ['PaymentUpdated', 'PaymentAuthorized', 'PaymentUpdated', 'PaymentCaptured', 'PaymentOverpaid']],
    ['underpaid', ['PaymentUpdated', 'PaymentCaptureFailed', 'PaymentUnderpaid']],
    ['processing', []],
  ];
  for (const [status, expected] of rows) {
    it(`${status} of a new payment: ${expected.join(', ') || 'nothing'}`, async () => {
      const { own, orderReference, transactionId } = await payment();
      await own.webhook({ type: 'payment', transactionId, status });
      expect((await applied(app, own))[0]?.state).toBe('done');
      expect((await outboxOf(app, own, orderReference)).slice(1)).toEqual(expected);
      expect((await fileOf(app, own, orderReference)).payment.status).toBe(status === 'processing' ? 'new' : status);
    });
  }
  it('authorized after it had failed for good', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'authorization_failed' });
    await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    await applied(app, own);
    expect((await outboxOf(app, own, orderReference)).slice(1)).toEqual([
      'PaymentUpdated', 'PaymentAuthorizationFailed', 'PaymentUpdated', 'PaymentAuthorized',
    ]); // prettier-ignore
  });
});

describe('a placeholder id', () => {
  it('is not told, and gives way to the real one with the first webhook', async () => {
    const own = await configured();
    await own.poll();
    const { body, orderReference } = await own.initialize({ grandTotal: 12_013 });
    const { transactionId } = body as { transactionId: string };
    expect(transactionId).toMatch(/^tmp-/);
    await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const told = await own.until('PaymentAuthorized', orderReference);
    const real = transactionId.replace('tmp-', 'sbx_');
    expect(names(told)).toEqual(['PaymentUpdated', 'PaymentAuthorized']);
    expect(told[0]?.payload).toMatchObject({ paymentReference: real });
    await own.webhook({ type: 'payment', transactionId, status: 'capture_failed' });
    await own.until('PaymentCaptureFailed', orderReference);
    await own.webhook({ type: 'payment', transactionId: real, status: 'captured' });
    await own.until('PaymentCaptured', orderReference);
  });
});

describe('two tenants', () => {
  it('with the same transaction id cannot touch each other', async () => {
    const [one, two] = [await payment(), await payment()];
    await one.own.configure({ ...SANDBOX_SETTINGS, webhookSecret: 'whsec_of_one' });
    await two.own.configure({ ...SANDBOX_SETTINGS, webhookSecret: 'whsec_of_two' });
    const shared = `sbx_shared_${one.own.tenantId}`;
    for (const { own, transactionId } of [one, two]) {
      await sql`update payments set transaction_id = ${shared} where tenant_id = ${own.tenantId} and transaction_id = ${transactionId}`.execute(
        app.app.db,
      );
      await sql`update payment_references set reference = ${shared} where tenant_id = ${own.tenantId} and reference = ${transactionId}`.execute(
        app.app.db,
      );
    }
    const event = { id: 'evt_same', type: 'payment', transactionId: shared, status: 'authorized' };
    expect((await two.own.webhook(event, { secret: 'whsec_of_two' })).status).toBe(200);
    await two.own.until('PaymentAuthorized', two.orderReference);
    expect((await fileOf(app, one.own, one.orderReference)).payment.status).toBe('new');
    expect(await inboxOf(app, one.own)).toEqual([]);
    // The same event id is another event for another tenant.
    expect((await one.own.webhook({ ...event, status: 'canceled' }, { secret: 'whsec_of_one' })).status).toBe(200);
    await one.own.until('PaymentCanceled', one.orderReference);
    expect((await fileOf(app, two.own, two.orderReference)).payment.status).toBe('authorized');
  });
  it('with the same order references have payments of their own', async () => {
    const [one, two] = [await configured(), await configured()];
    const orderReference = 'DE--same';
    const first = (await one.initialize({ orderReference })).body as { transactionId: string };
    const second = (await two.initialize({ orderReference })).body as { transactionId: string };
    expect(first.transactionId).not.toBe(second.transactionId);
    await one.webhook({ type: 'payment', transactionId: first.transactionId, status: 'authorized' });
    await one.until('PaymentAuthorized', orderReference);
    await two.command('CancelPayment', { orderReference, ...ITEMS });
    await two.until('PaymentCanceled', orderReference);
    expect((await fileOf(app, one, orderReference)).payment.status).toBe('authorized');
    expect((await fileOf(app, two, orderReference)).payment.status).toBe('canceled');
  });
});

describe('what the shop receives, to the letter', () => {
  const UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
  it('PaymentCreated, PaymentUpdated and PaymentAuthorized', async () => {
    const own = await configured();
    const { body, orderReference } = await own.initialize();
    const { transactionId } = body as { transactionId: string };
    await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    const [created, updated, authorized, ...more] = await own.until('PaymentAuthorized', orderReference);
    expect(more).toEqual([]);
    const lines = { 'Sandbox payment': transactionId, 'External status "new"': expect.stringMatching(UTC) as string };
    const record = {
      entityReference: orderReference,
      paymentReference: transactionId,
      details: expect.any(String) as string,
    };
    expect([created?.name, created?.payload]).toEqual(['PaymentCreated', record]);
    expect(JSON.parse((created?.payload as { details: string }).details)).toEqual(lines);
    expect([updated?.name, updated?.payload]).toEqual(['PaymentUpdated', record]);
    expect(JSON.parse((updated?.payload as { details: string }).details)).toEqual({
      ...lines,
      'External status "authorized"': expect.stringMatching(UTC) as string,
      sourceStatus: 'new',
      targetStatus: 'authorized',
    });
    const whole = { orderReference, currencyIsoCode: 'EUR', amount: 12_000, orderItemIds: ['101', '102'] };
    expect([authorized?.name, authorized?.payload]).toEqual(['PaymentAuthorized', whole]);
  });
  it('PaymentAuthorizationFailed', async () => {
    const { own, orderReference, transactionId } = await payment();
    await own.webhook({ type: 'payment', transactionId, status: 'authorization_failed' });
    const failed = (await own.until('PaymentAuthorizationFailed', orderReference)).at(-1);
    expect(failed?.payload).toEqual({
      orderReference,
      currencyIsoCode: 'EUR',
      amount: 12_000,
      orderItemIds: ['101', '102'],
    });
  });
});

describe('a webhook of a payment without an order', () => {
  it('waits until the order is there', async () => {
    const { own, orderReference, transactionId } = await payment();
    await sql`update payments set order_reference = null where tenant_id = ${own.tenantId}`.execute(app.app.db);
    await own.webhook({ type: 'payment', transactionId, status: 'authorized' });
    expect(await applied(app, own)).toMatchObject([{ state: 'parked', result: 'waits for its order' }]);
    clock.advance(700);
    await pause(1_200);
    expect(await inboxOf(app, own)).toMatchObject([{ state: 'parked' }]);
    const { settle } = await import('../../src/flows/beats.js');
    const news = { facts: [], payment: { orderReference }, reason: 'confirmed' };
    await settle(app.app, { id: own.tenantId }, { transactionId }, { news, options: { source: 'command' } });
    await own.until('PaymentAuthorized', orderReference);
  });
});
