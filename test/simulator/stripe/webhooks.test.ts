/** Deliveries: signed, repeated until accepted, and disturbed on demand. */
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench, Receiver } from './support/bench.js';
import { listen, startBench, startReceiver } from './support/bench.js';

let bench: Bench;
let receiver: Receiver;
let stripe: Stripe;
beforeEach(async () => {
  [bench, receiver] = await Promise.all([startBench(), startReceiver()]);
  stripe = bench.sdk();
});
afterEach(async () => {
  await receiver.close();
  await bench.close();
});

const create = (client = stripe) => client.paymentIntents.create({ amount: 1000, currency: 'eur' });
const types = () => receiver.received.map((row) => row.type);
const states = async () => (await bench.control.deliveries()).map((row) => row.state);
/** Long enough for a delivery that should not come. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 150));

async function untilState(state: string): Promise<void> {
  for (let wait = 0; !(await states()).includes(state as never); wait += 1) {
    if (wait > 200) throw new Error(`no delivery became ${state}: ${(await states()).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a delivery', () => {
  it('carries the event as the API shows it, signed with the endpoint secret', async () => {
    const endpoint = await listen(stripe, receiver);
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'eur' }, { idempotencyKey: 'my-key' });
    await receiver.until(1);
    const event = receiver.received[0]?.event;
    expect(event).toMatchObject({
      type: 'payment_intent.created',
      livemode: false,
      api_version: Stripe.API_VERSION,
      pending_webhooks: 1,
    });
    expect(event?.request).toEqual({ id: intent.lastResponse.requestId, idempotency_key: 'my-key' });
    expect((event?.data.object as Stripe.PaymentIntent).id).toBe(intent.id);
    await untilState('delivered');
    expect((await stripe.events.retrieve(event?.id ?? '')).pending_webhooks).toBe(0);
    expect((await bench.control.deliveries({ endpoint: endpoint.id }))[0]?.attempts).toMatchObject([
      { status: 200, error: null },
    ]);
  });

  it('goes only to enabled endpoints that listen to its type, of its account', async () => {
    const endpoint = await listen(stripe, receiver, ['payment_intent.canceled']);
    const intent = await create();
    await create(bench.sdk('other'));
    await stripe.paymentIntents.cancel(intent.id);
    await receiver.until(1);
    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    await stripe.paymentIntents.cancel((await create()).id);
    await quiet();
    expect(types()).toEqual(['payment_intent.canceled']);
  });

  it('is repeated until it is accepted', async () => {
    await listen(stripe, receiver);
    receiver.answers.push(500, 302);
    await create();
    await receiver.until(1);
    await untilState('pending');
    await bench.control.advance(1);
    await receiver.until(2);
    await bench.control.advance(2);
    await receiver.until(3);
    await untilState('delivered');
    const [delivery] = await bench.control.deliveries();
    expect(delivery?.attempts.map((attempt) => attempt.status)).toEqual([500, 302, 200]);
    expect(new Set(receiver.received.map((row) => row.id)).size).toBe(1);
    expect(receiver.received.every((row) => row.event !== null)).toBe(true);
  });

  it('is given up when the plan is over, and can be sent again by hand', async () => {
    await bench.control.retryPlan('sandbox');
    await listen(stripe, receiver);
    receiver.answers.push(500, 500, 500);
    await create();
    await receiver.until(1);
    await bench.control.advance(60);
    await receiver.until(2);
    await bench.control.advance(3600);
    await receiver.until(3);
    await untilState('failed');
    await bench.control.resend({ event: receiver.received[0]?.id ?? '' });
    expect(await states()).toEqual(['delivered']);
  });

  it('waits while deliveries are paused, and goes out one by one on demand', async () => {
    await listen(stripe, receiver);
    await bench.control.pause();
    await stripe.paymentIntents.cancel((await create()).id);
    await quiet();
    expect(types()).toEqual([]);
    expect((await bench.control.step())?.type).toBe('payment_intent.created');
    expect(types()).toEqual(['payment_intent.created']);
    await bench.control.resume();
    await receiver.until(2);
    expect(types()).toEqual(['payment_intent.created', 'payment_intent.canceled']);
  });

  it('is signed with both secrets while a new one takes over', async () => {
    const endpoint = await listen(stripe, receiver);
    const old = receiver.secrets[0] ?? '';
    const fresh = await bench.control.rollSecret(endpoint.id, 60);
    await create();
    await receiver.until(1);
    const { body = '', signature = '' } = receiver.received[0] ?? {};
    for (const secret of [old, fresh])
      expect(Stripe.webhooks.constructEvent(body, signature, secret).type).toBe('payment_intent.created');
    await bench.control.advance(61);
    await create();
    await receiver.until(2);
    const later = receiver.received[1];
    expect(() => Stripe.webhooks.constructEvent(later?.body ?? '', later?.signature ?? '', old)).toThrow();
    expect(Stripe.webhooks.constructEvent(later?.body ?? '', later?.signature ?? '', fresh).type).toBe(
      'payment_intent.created',
    );
  });
});

describe('a disturbed delivery', () => {
  const disturb = (effect: Parameters<Bench['control']['addWebhookRule']>[0]['effect'], delaySeconds = 5) =>
    bench.control.addWebhookRule({ match: { type: 'payment_intent.*' }, effect, delaySeconds });

  it('comes twice with the same id', async () => {
    await listen(stripe, receiver);
    await disturb('duplicate');
    await create();
    await receiver.until(2);
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body);
  });

  it('comes twice with two ids for one change', async () => {
    await listen(stripe, receiver);
    await disturb('twin');
    await create();
    await receiver.until(2);
    const [first, second] = receiver.received;
    expect(first?.id).not.toBe(second?.id);
    expect(first?.event?.data).toEqual(second?.event?.data);
    expect((await stripe.events.list()).data).toHaveLength(2);
  });

  it('comes after the one that followed it', async () => {
    await listen(stripe, receiver);
    await disturb('reorder');
    await stripe.paymentIntents.cancel((await create()).id);
    await receiver.until(2);
    expect(types()).toEqual(['payment_intent.canceled', 'payment_intent.created']);
  });

  it('comes late', async () => {
    await listen(stripe, receiver);
    await disturb('delay', 3600);
    await create();
    await quiet();
    expect(types()).toEqual([]);
    await bench.control.advance(3600);
    await receiver.until(1);
  });

  it('never comes, but is in the list of events', async () => {
    await listen(stripe, receiver);
    await disturb('drop');
    await create();
    await quiet();
    expect(types()).toEqual([]);
    expect(await states()).toEqual(['dropped']);
    expect((await stripe.events.list({ type: 'payment_intent.*' })).data).toHaveLength(1);
  });

  it.each(['corrupt_signature', 'stale', 'wrong_mode'] as const)(
    '%s: wrong at first, right when repeated',
    async (effect) => {
      await listen(stripe, receiver);
      await disturb(effect);
      receiver.answers.push(400);
      await create();
      await receiver.until(1);
      await bench.control.advance(1);
      await receiver.until(2);
      const [wrong, right] = receiver.received.map((row) => row.event);
      if (effect === 'wrong_mode') expect(wrong?.livemode).toBe(true);
      else expect(wrong).toBeNull();
      expect(right?.livemode).toBe(false);
    },
  );

  it('comes before the API call that caused it is answered', async () => {
    await listen(stripe, receiver);
    await disturb('before_response');
    const answered = create().then(() => receiver.received.length);
    expect(await answered).toBe(1);
  });
});

describe('webhook endpoints', () => {
  it('tell their secret once', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: 'http://127.0.0.1:9/x',
      enabled_events: ['*'],
      metadata: { a: 'b' },
      api_version: '2026-10-28.endive',
    });
    expect(made.secret).toMatch(/^whsec_\w{32}$/);
    expect((await stripe.webhookEndpoints.retrieve(made.id)).secret).toBeUndefined();
    expect((await stripe.webhookEndpoints.list()).data.map((row) => [row.id, row.secret])).toEqual([
      [made.id, undefined],
    ]);
    const changed = await stripe.webhookEndpoints.update(made.id, {
      enabled_events: ['charge.failed'],
      url: 'http://127.0.0.1:9/y',
    });
    expect(changed).toMatchObject({
      enabled_events: ['charge.failed'],
      url: 'http://127.0.0.1:9/y',
      metadata: { a: 'b' },
      status: 'enabled',
    });
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ deleted: true });
    await expect(stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('refuse event types that do not exist and a seventeenth endpoint', async () => {
    const add = (type: string) =>
      stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/x', enabled_events: [type as '*'] });
    await expect(add('nonsense')).rejects.toMatchObject({ statusCode: 400 });
    for (let count = 0; count < 16; count += 1) await add('*');
    await expect(add('*')).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('events', () => {
  it('are filtered by time and type', async () => {
    const { now } = await bench.control.freeze();
    const start = Math.floor(now / 1000);
    await create();
    await bench.control.advance(100);
    await stripe.paymentIntents.cancel((await create()).id);
    const listed = async (params: Stripe.EventListParams) =>
      (await stripe.events.list(params)).data.map((event) => event.type);
    expect(await listed({ created: { gte: start + 100 } })).toEqual([
      'payment_intent.canceled',
      'payment_intent.created',
    ]);
    expect(await listed({ created: { lt: start + 100 } })).toEqual(['payment_intent.created']);
    expect(await listed({ types: ['payment_intent.canceled'] })).toEqual(['payment_intent.canceled']);
    await bench.control.advance(31 * 24 * 60 * 60);
    expect(await listed({})).toEqual([]);
  });
});
