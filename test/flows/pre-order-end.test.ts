/** Payments that never get an order, at the simulated Stripe: the customer gives up, or nobody comes back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stripeWorld, type StripeWorld } from '../support/stripe.js';
import { eventually } from './heart.js';
import { newOrder, preOrderShop, type PreOrderShop } from './pre-orders.js';

let world: StripeWorld;
let shop: PreOrderShop;
let automatic: PreOrderShop;
beforeAll(async () => {
  world = await stripeWorld();
  shop = await preOrderShop(world);
  automatic = await preOrderShop(world, { capture: { mode: 'automatic' } });
});
afterEach(() => world.control.clearFaults());
afterAll(() => world.close());

const DONE = { isSuccessful: true, message: null };
const CREATED = [{ name: 'PaymentCreated', order: undefined }];
/** A payment page is open for two hours. */
const PAGE_LIFE = 7_200;

const reasons = async (by: PreOrderShop, transactionId: string): Promise<string[]> =>
  (await by.fileOf(transactionId)).history.map(({ toStatus, reason }) => `${toStatus}: ${reason}`);

async function refundsOf(by: PreOrderShop, transactionId: string): Promise<number[]> {
  const { data } = await by.stripe(`/v1/refunds?payment_intent=${transactionId}`);
  return (data as { amount: number }[]).map(({ amount }) => amount);
}

/** Rows of the inbox that still wait for something. */
const waiting = async (by: PreOrderShop) => (await by.inbox()).filter(({ state }) => state !== 'done');

/** A row that was parked in the very moment the payment ended is found by the next sweep. */
const nothingWaits = (by: PreOrderShop): Promise<boolean> =>
  eventually('an inbox in which nothing waits', async () => {
    world.app.app.wake();
    return (await waiting(by)).length === 0;
  });

describe('a customer who gives up', () => {
  it('before paying: the intent is canceled, no shop hears of it, and a repeat asks nothing', async () => {
    const transactionId = await shop.begun();
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await shop.giveUp(transactionId);
      expect([status, body]).toEqual([200, DONE]);
    }
    await shop.rest();
    expect((await shop.intent(transactionId)).status).toBe('canceled');
    expect((await shop.fileOf(transactionId)).payment.status).toBe('canceled');
    expect(await shop.told(transactionId)).toEqual(CREATED);
    await nothingWaits(shop);
    const asked = await world.control.requests({ path: `/v1/payment_intents/${transactionId}/cancel` });
    expect(asked).toHaveLength(1);
    const late = await shop.confirm(transactionId, newOrder());
    expect([late.status, late.body[0].message]).toEqual([
      400,
      `The payment with the transaction id "${transactionId}" was canceled.`,
    ]);
  });

  it('after paying: the reservation is released, what waited is removed, what still comes is ignored', async () => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    expect((await waiting(shop)).length).toBeGreaterThan(0);
    const before = (await shop.inbox()).length;
    await world.control.pause();
    expect((await shop.giveUp(transactionId)).status).toBe(200);
    const left = await shop.inbox();
    expect(left.length).toBeLessThan(before);
    expect(left.filter(({ state }) => state === 'parked')).toEqual([]);
    await world.control.resume();
    await shop.rest();
    await nothingWaits(shop);
    expect((await shop.inbox()).at(-1)?.result).toMatch(/^ignored/);
    expect((await shop.fileOf(transactionId)).payment.status).toBe('canceled');
    expect(await reasons(shop, transactionId)).toContain(
      'canceled: withdraw completed: the customer gave up before the order',
    );
    expect(await shop.told(transactionId)).toEqual(CREATED);
  });

  it('after the money was taken: all of it goes back, whether or not that was known', async () => {
    for (const isKnown of [false, true]) {
      const transactionId = await automatic.begun();
      await automatic.pays(transactionId);
      if (isKnown) {
        await world.advance(3_700);
        await eventually('the look', async () => (await automatic.fileOf(transactionId)).payment.captured > 0);
      }
      expect((await automatic.giveUp(transactionId)).body).toEqual(DONE);
      expect((await automatic.giveUp(transactionId)).body).toEqual(DONE);
      await automatic.rest();
      expect(await refundsOf(automatic, transactionId)).toEqual([12_000]);
      expect((await automatic.fileOf(transactionId)).payment).toMatchObject({ status: 'refunded', refunded: 12_000 });
      expect(await automatic.told(transactionId)).toEqual(CREATED);
      await nothingWaits(automatic);
      expect((await automatic.confirm(transactionId, newOrder())).status).toBe(400);
    }
  });

  it('has no say once there is an order', async () => {
    const transactionId = await shop.begun();
    const orderReference = newOrder();
    await shop.confirm(transactionId, orderReference);
    const { status, body } = await shop.giveUp(transactionId);
    expect(status).toBe(400);
    expect(body[0].message).toContain('has an order');
    expect((await shop.intent(transactionId)).status).toBe('requires_payment_method');
  });

  it('is heard although the answer is lost, and though we die on the way', async () => {
    for (const effect of ['drop_after', 'drop_before'] as const) {
      const transactionId = await shop.begun();
      await shop.pays(transactionId);
      const match = { method: 'POST', path: `/v1/payment_intents/${transactionId}/cancel` };
      await world.control.addFault({ match, effect, times: 3 });
      expect((await shop.giveUp(transactionId)).status).toBe(503);
      expect((await shop.fileOf(transactionId)).payment.status).toBe('new');
      await world.advance(5);
      await eventually('the cancel', async () => {
        world.app.app.wake();
        return (await shop.fileOf(transactionId)).payment.status === 'canceled';
      });
      expect((await shop.giveUp(transactionId)).status).toBe(200);
      await shop.rest();
      await nothingWaits(shop);
      expect(await shop.told(transactionId)).toEqual(CREATED);
    }
  });

  it('at the same time as the order comes: one of the two happens, and the other is refused', async () => {
    for (let round = 0; round < 4; round += 1) {
      const transactionId = await shop.begun();
      await shop.pays(transactionId);
      const orderReference = newOrder();
      const [order, end] = await Promise.all([shop.confirm(transactionId, orderReference), shop.giveUp(transactionId)]);
      expect([order.status, end.status].sort()).toEqual([200, 400]);
      await shop.rest();
      const { status } = await shop.intent(transactionId);
      expect(status).toBe(order.status === 200 ? 'requires_capture' : 'canceled');
      expect((await shop.fileOf(transactionId)).payment.status).toBe(order.status === 200 ? 'authorized' : 'canceled');
    }
    await shop.poll();
  });
});

describe('nobody comes back', () => {
  const expired = async (by: PreOrderShop, transactionId: string, status: string): Promise<void> => {
    await world.advance(PAGE_LIFE + 2);
    await eventually(`the payment is ${status}`, async () => {
      world.app.app.wake();
      return (await by.fileOf(transactionId)).payment.status === status;
    });
    await by.rest();
  };

  it('without having paid: the intent is canceled, and the payment can only begin anew', async () => {
    const transactionId = await shop.begun();
    await expired(shop, transactionId, 'authorization_failed');
    expect((await shop.intent(transactionId)).status).toBe('canceled');
    expect(await reasons(shop, transactionId)).toContain(
      'authorization_failed: abandon completed: no order came in time',
    );
    expect((await shop.confirm(transactionId, newOrder())).status).toBe(400);
    expect((await shop.giveUp(transactionId)).status).toBe(200);
    await nothingWaits(shop);
    expect(await shop.told(transactionId)).toEqual(CREATED);
    const anew = await shop.begun({}, transactionId);
    expect(anew).not.toBe(transactionId);
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(200);
    expect((await shop.file(orderReference)).payment).toMatchObject({ status: 'new', transactionId: anew });
  });

  it('after paying: the reservation is released, and what waited is finished', async () => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    await expired(shop, transactionId, 'canceled');
    expect((await shop.intent(transactionId)).status).toBe('canceled');
    expect(await reasons(shop, transactionId)).toContain('canceled: abandon completed: no order came in time');
    await nothingWaits(shop);
    expect((await shop.inbox()).map(({ result }) => result)).toContain('ignored: no order came in time');
    expect(await shop.told(transactionId)).toEqual(CREATED);
  });

  it('after the money was taken: all of it goes back, once', async () => {
    const transactionId = await automatic.begun();
    await automatic.pays(transactionId);
    await expired(automatic, transactionId, 'refunded');
    expect(await refundsOf(automatic, transactionId)).toEqual([12_000]);
    expect(await reasons(automatic, transactionId)).toContain('refunded: return completed: no order came in time');
    await nothingWaits(automatic);
    expect(await automatic.told(transactionId)).toEqual(CREATED);
    await world.advance(90_000);
    await automatic.rest();
    expect(await refundsOf(automatic, transactionId)).toEqual([12_000]);
  });

  it('but a cart that is changed, and an order that comes, begin a new time', async () => {
    const transactionId = await shop.begun();
    await world.advance(PAGE_LIFE - 600);
    await shop.begun({ grandTotal: 9_000 }, transactionId);
    await world.advance(1_200);
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference, { grandTotal: 9_000 })).status).toBe(200);
    await world.advance(PAGE_LIFE - 600);
    await shop.pays(transactionId);
    expect((await shop.file(orderReference)).payment.status).toBe('authorized');
  });
});
