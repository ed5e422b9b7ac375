/** Webhooks as the simulator really sends them: verified with the secret of the registration, they tell what a read-back tells. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Fact, PaymentHandle, WebhookRequest } from '../../../src/kit/index.js';
import { mergeFacts } from '../../../src/kit/index.js';
import type { Simulated } from './simulated.js';
import { asked, askingOf, begin, simulated } from './simulated.js';

const connector = createStripeConnector();
const { identify, verify, translate } = connector.webhooks;
let sim: Simulated;
let door: Server;
let secret = '';
const received: WebhookRequest[] = [];

beforeAll(async () => {
  sim = await simulated();
  door = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ body: Buffer.concat(chunks), headers: request.headers as Record<string, string>, mode: 'test' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/webhooks/test`;
  const asking = askingOf(
    connector.endpoints!.register.prepare({ url, operationId: 'op-register' }, sim.context()),
    'op-register',
  );
  secret = (await connector.endpoints!.register.ask(asking, sim.context())).secret ?? '';
});
afterAll(async () => {
  await sim.close();
  door.close();
});
beforeEach(() => void (received.length = 0));

/** Waits until every event about this payment has come, believes each and gives what they tell. */
async function told(payment: PaymentHandle): Promise<{ facts: Fact[]; types: string[]; readBack: boolean }> {
  for (let tries = 0; tries < 100; tries += 1) {
    const waiting = await sim.control.deliveries({ state: 'pending' });
    if (waiting.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const types: string[] = [];
  const facts: Fact[] = [];
  let readBack = false;
  for (const request of received) {
    expect(identify(request).references).toContain(payment.transactionId);
    expect(verify(request, ['whsec_wrong'], sim.context())).toEqual({ verified: false, reason: 'signature' });
    expect(verify({ ...request, mode: 'live' }, [secret], sim.context())).toEqual({ verified: false, reason: 'mode' });
    const verdict = verify(request, [secret], sim.context());
    if (!verdict.verified) throw new Error(verdict.reason);
    for (const event of verdict.events) {
      expect(event.paymentReference).toBe(payment.transactionId);
      const translation = translate(request.body, event, sim.context());
      types.push(event.type);
      facts.push(...translation.facts);
      readBack ||= translation.readBack === true;
    }
  }
  return { facts, types, readBack };
}

const truth = async (payment: PaymentHandle) => (await connector.readBack!({ payment }, sim.context())).facts;

/** Facts without their times: an event and a reading are seconds apart. */
const timeless = (facts: Fact[]) =>
  facts.map((fact) => ({ ...fact, at: '' })).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe('delivered webhooks', () => {
  it('tell an authorization with its end, and the same facts backwards and twice', async () => {
    const { payment } = await begin(connector, sim.context());
    await sim.pay(payment.transactionId);
    const { facts, types } = await told(payment);
    expect(types).toContain('payment_intent.amount_capturable_updated');
    const merged = mergeFacts([], facts);
    expect(mergeFacts([], [...facts, ...facts].reverse())).toEqual(merged);
    const read = await connector.readBack!({ payment }, sim.context());
    expect(timeless(merged)).toEqual(timeless(read.facts));
    expect(merged).toEqual([
      expect.objectContaining({ kind: 'authorized', amount: 12_000, expiresAt: expect.any(String) }),
    ]);
  });

  it('tell a capture and a refund with the operation that asked for it', async () => {
    const { payment } = await begin(connector, sim.context());
    await sim.pay(payment.transactionId);
    await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    const refund = asked(
      connector,
      'refund',
      { ...payment, captured: 12_000 },
      { context: sim.context(), amount: 2_000 },
    );
    const answer = await refund.ask();
    const { facts } = await told(payment);
    const merged = mergeFacts([], facts);
    expect(merged.map(({ kind }) => kind).sort()).toEqual(['authorized', 'captured', 'refund']);
    expect(merged).toContainEqual(
      expect.objectContaining({
        kind: 'refund',
        refundId: answer.refundId,
        status: 'succeeded',
        operationId: refund.asking.operationId,
      }),
    );
  });

  it('tell a refund by hand without an operation, and a bounced one as failed', async () => {
    const { payment } = await begin(connector, sim.context());
    await sim.pay(payment.transactionId);
    await asked(connector, 'capture', payment, { context: sim.context() }).ask();
    const { id } = await sim.control.action('refund', { payment_intent: payment.transactionId, amount: 3_000 });
    await sim.control.action('bounce_refund', { refund: id });
    const { facts } = await told(payment);
    const refund = mergeFacts([], facts).find(({ kind }) => kind === 'refund');
    expect(refund).toMatchObject({ refundId: id, status: 'failed', amount: 3_000 });
    expect(refund).not.toHaveProperty('operationId');
  });

  it('tell a cancellation by us, and ask to look when an authorization has expired', async () => {
    const one = (await begin(connector, sim.context())).payment;
    await sim.pay(one.transactionId);
    await asked(connector, 'cancel', one, { context: sim.context() }).ask();
    // Whether anything was reserved before is read back: the shop hears of that first.
    expect(await told(one)).toMatchObject({
      types: expect.arrayContaining(['payment_intent.canceled']),
      readBack: true,
    });
    expect((await truth(one)).map(({ kind }) => kind)).toEqual(['authorized', 'canceled']);
    received.length = 0;
    const two = (await begin(connector, sim.context())).payment;
    await sim.pay(two.transactionId);
    await sim.control.action('expire_authorization', { payment_intent: two.transactionId });
    expect((await told(two)).readBack).toBe(true);
    expect(await truth(two)).toContainEqual(
      expect.objectContaining({ kind: 'canceled', cause: 'expired', reason: 'authorization_expired' }),
    );
  });

  it('tell no fact of a declined attempt, which may be repeated', async () => {
    const { payment } = await begin(connector, sim.context());
    await expect(sim.pay(payment.transactionId, 'pm_card_visa_chargeDeclined')).rejects.toThrow();
    const { facts, types } = await told(payment);
    expect(types).toContain('payment_intent.payment_failed');
    expect(facts).toEqual([]);
  });
});
