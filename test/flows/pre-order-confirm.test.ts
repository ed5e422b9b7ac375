/** A payment that was begun before its order, at the simulated Stripe: what came early, and how the order comes to it. */
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
const AUTHORIZED = ['PaymentUpdated', 'PaymentAuthorized'];

/** How often somebody wrote the intent after it was made, the customer's confirmation aside. */
async function writes(transactionId: string): Promise<number> {
  const asked = await world.control.requests({ method: 'POST', path: `/v1/payment_intents/${transactionId}` });
  return asked.filter(({ executed, errorCode }) => executed && errorCode === null).length;
}

describe('webhooks that come before the order', () => {
  it('wait, and are told when the order comes; then the shop captures its items', async () => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    expect(await shop.told(transactionId)).toEqual([{ name: 'PaymentCreated', order: undefined }]);
    expect((await shop.fileOf(transactionId)).payment.status).toBe('new');
    const parked = (await shop.inbox()).filter(({ state }) => state === 'parked');
    expect(parked.length).toBeGreaterThan(0);
    expect(new Set(parked.map(({ result }) => result))).toEqual(new Set(['waits for its order']));

    const orderReference = newOrder();
    const { status, body } = await shop.confirm(transactionId, orderReference);
    expect([status, body]).toEqual([200, DONE]);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
    expect((await shop.inbox()).filter(({ state }) => state !== 'done')).toEqual([]);
    const { payment } = await shop.file(orderReference);
    expect(payment).toMatchObject({ status: 'authorized', authorized: 12_000, orderReference });
    expect(payment.order).toMatchObject({ orderReference, locale: 'de_DE' });
    expect((await shop.intent(transactionId)).metadata.order_reference).toBe(orderReference);

    await shop.command('CapturePayment', { orderReference, orderItemIds: [101, 102], currencyIsoCode: 'EUR' });
    await shop.rest();
    const { messages } = await shop.heard(orderReference);
    const captured = messages.find(({ name }) => name === 'PaymentCaptured');
    expect(captured?.payload).toMatchObject({ amount: 12_000, orderItemIds: ['101', '102'] });
  });

  it('of a payment that is taken at once tell the authorization first', async () => {
    const transactionId = await automatic.begun();
    await automatic.pays(transactionId);
    const orderReference = newOrder();
    expect((await automatic.confirm(transactionId, orderReference)).status).toBe(200);
    expect((await automatic.heard(orderReference)).names).toEqual([...AUTHORIZED, 'PaymentUpdated', 'PaymentCaptured']);
  });

  it('and a look that has read the payment back meanwhile tells nobody; the order hears it all', async () => {
    for (const by of [shop, automatic]) {
      const transactionId = await by.begun();
      await by.pays(transactionId);
      await world.advance(3_700);
      await eventually('the look', async () => (await by.fileOf(transactionId)).payment.status !== 'new');
      expect(await by.told(transactionId)).toEqual([{ name: 'PaymentCreated', order: undefined }]);
      const orderReference = newOrder();
      expect((await by.confirm(transactionId, orderReference)).status).toBe(200);
      const rest = by === shop ? [] : ['PaymentUpdated', 'PaymentCaptured'];
      expect((await by.heard(orderReference)).names).toEqual([...AUTHORIZED, ...rest]);
    }
  });
});

describe('an order', () => {
  it('comes before the payment, too: it stays new, and is authorized when the customer pays', async () => {
    const transactionId = await shop.begun();
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(200);
    expect((await shop.heard(orderReference)).names).toEqual(['PaymentUpdated']);
    expect((await shop.file(orderReference)).payment.status).toBe('new');
    await shop.pays(transactionId);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
  });

  it.each([
    [{ grandTotal: 12_001 }, 'The payment is for 120.00 EUR, but the order is for 120.01 EUR.'],
    [{ grandTotal: 100 }, 'The payment is for 120.00 EUR, but the order is for 1.00 EUR.'],
    [{ currencyCode: 'CHF' }, 'The payment is for 120.00 EUR, but the order is for 120.00 CHF.'],
  ])('of %j is refused; nothing changes, and the right one still comes', async (changes, message) => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    const [before, intent] = [await shop.fileOf(transactionId), await shop.intent(transactionId)];
    const { status, body } = await shop.confirm(transactionId, newOrder(), changes);
    expect([status, body[0].message]).toEqual([400, message]);
    const after = await shop.fileOf(transactionId);
    expect({ ...after.payment, version: 0 }).toEqual({ ...before.payment, version: 0 });
    expect(await shop.intent(transactionId)).toEqual(intent);
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(200);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
  });

  it('does not come to what was canceled at Stripe, and no shop hears of that', async () => {
    const transactionId = await shop.begun();
    await shop.stripe(`/v1/payment_intents/${transactionId}/cancel`, {});
    const refused = await shop.confirm(transactionId, newOrder());
    expect(refused.status).toBe(400);
    expect((await shop.confirm(transactionId, newOrder())).body[0].message).toContain('was canceled');
    await shop.rest();
    expect(await shop.told(transactionId)).toEqual([{ name: 'PaymentCreated', order: undefined }]);
  });

  it('confirmed again changes nothing, one after the other and at the same time', async () => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    const orderReference = newOrder();
    const all = await Promise.all(Array.from({ length: 5 }, () => shop.confirm(transactionId, orderReference)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
    const before = await shop.file(orderReference);
    expect((await shop.confirm(transactionId, orderReference, { grandTotal: 1 })).status).toBe(200);
    expect(await shop.file(orderReference)).toEqual(before);
    expect(await writes(transactionId)).toBe(1);
    expect((await shop.heard(orderReference)).names).toEqual([]);
  });

  it('comes once: of two orders for one payment, and two payments for one order, one is refused', async () => {
    const [one, two] = [newOrder(), newOrder()];
    const transactionId = await shop.begun();
    const raced = await Promise.all([shop.confirm(transactionId, one), shop.confirm(transactionId, two)]);
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 400]);
    const order = newOrder();
    const ids = [await shop.begun(), await shop.begun()] as const;
    const both = await Promise.all(ids.map((id) => shop.confirm(id, order)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    await shop.rest();
    const files = await Promise.all(ids.map((id) => shop.fileOf(id)));
    expect(files.filter(({ payment }) => payment.orderReference === order)).toHaveLength(1);
    expect(files.flatMap(({ operations }) => operations).filter(({ status }) => status === 'asked')).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  const silence = async (transactionId: string, effect: 'drop_after' | 'drop_before') => {
    const match = { method: 'POST', path: `/v1/payment_intents/${transactionId}` };
    await world.control.addFault({ match, effect, times: 3 });
  };

  it.each(['drop_after', 'drop_before'] as const)('(%s) is 503, and the order comes by itself', async (effect) => {
    const transactionId = await shop.begun();
    await shop.pays(transactionId);
    await silence(transactionId, effect);
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(503);
    expect((await shop.fileOf(transactionId)).payment.orderReference).toBeUndefined();
    await world.advance(5);
    await eventually('the order', async () => {
      world.app.app.wake();
      return (await shop.fileOf(transactionId)).payment.orderReference === orderReference;
    });
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
    expect(await writes(transactionId)).toBe(1);
  });

  it('is found by the repeat of the request', async () => {
    const transactionId = await shop.begun();
    await silence(transactionId, 'drop_after');
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(503);
    expect((await shop.confirm(transactionId, newOrder())).status).toBe(400);
    expect((await shop.confirm(transactionId, orderReference)).status).toBe(200);
    expect(await writes(transactionId)).toBe(1);
  });

  it('is not needed when we die before asking, or after Stripe has answered', async () => {
    const connectorOf = world.app.app.connector;
    for (const isAsked of [false, true]) {
      const transactionId = await shop.begun();
      await shop.pays(transactionId);
      const orderReference = newOrder();
      // What was stored is all that is left of this asking.
      world.app.app.connector = async (name) => {
        const connector = await connectorOf(name);
        const ask: typeof connector.cancel.ask = async (asking, context) => {
          if (isAsked) await connector.confirm!.ask(asking, context);
          throw new Error('killed');
        };
        return { ...connector, confirm: { ...connector.confirm!, ask } };
      };
      const { status } = await shop.confirm(transactionId, orderReference).finally(() => {
        world.app.app.connector = connectorOf;
      });
      expect(status).toBe(503);
      await world.advance(5);
      await eventually('the order', async () => {
        world.app.app.wake();
        return (await shop.fileOf(transactionId)).payment.orderReference === orderReference;
      });
      expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
      expect(await writes(transactionId)).toBe(1);
    }
  });
});

describe('a changed cart', () => {
  it('changes the amount of the same payment, and the order has to be of the last one', async () => {
    const transactionId = await shop.begun();
    expect(await shop.begun({ grandTotal: 9_000 }, transactionId)).toBe(transactionId);
    expect((await shop.intent(transactionId)).amount).toBe(9_000);
    expect((await shop.confirm(transactionId, newOrder())).status).toBe(400);
    const orderReference = newOrder();
    expect((await shop.confirm(transactionId, orderReference, { grandTotal: 9_000 })).status).toBe(200);
    expect((await shop.file(orderReference)).payment.amount).toBe(9_000);
  });

  it('in the middle of 3-D Secure gives another id; what was told of the former one hurts nobody', async () => {
    const former = await shop.begun();
    await shop.pays(former, 'pm_card_threeDSecure2Required');
    const present = await shop.begun({ grandTotal: 9_000 }, former);
    expect(present).not.toBe(former);
    await shop.rest();
    await shop.pays(present);
    const orderReference = newOrder();
    // The front-end may know the former id only.
    expect((await shop.confirm(former, orderReference, { grandTotal: 9_000 })).status).toBe(200);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
    expect((await shop.inbox()).filter(({ state }) => state === 'parked' || state === 'dead')).toEqual([]);
    const { payment } = await shop.file(orderReference);
    expect(payment).toMatchObject({ transactionId: present, status: 'authorized', amount: 9_000 });
  });

  it('does not change what has its order, whoever asks without naming it', async () => {
    const transactionId = await shop.begun();
    expect((await shop.confirm(transactionId, newOrder())).status).toBe(200);
    await expect(shop.begun({ grandTotal: 100 }, transactionId)).rejects.toThrow('Could not find a payment');
    expect((await shop.intent(transactionId)).amount).toBe(12_000);
  });
});

describe('initialize with an order and a known transaction id', () => {
  const initialize = (transactionId: string, changes: Record<string, unknown> = {}) =>
    shop.initialize(changes, { preOrderPaymentData: { transactionId } });

  it('links as a confirmation does, unpaid and paid', async () => {
    for (const isPaid of [false, true]) {
      const transactionId = await shop.begun();
      if (isPaid) await shop.pays(transactionId);
      const { status, body, orderReference } = await initialize(transactionId);
      expect([status, body.transactionId]).toEqual([200, transactionId]);
      expect(body.redirectUrl).toContain(transactionId);
      expect((await shop.heard(orderReference)).names).toEqual(isPaid ? AUTHORIZED : ['PaymentUpdated']);
      expect((await shop.intent(transactionId)).metadata.order_reference).toBe(orderReference);
    }
  });

  it('of another amount changes an unpaid payment first, and is refused for a paid one', async () => {
    const unpaid = await shop.begun();
    const changed = await initialize(unpaid, { grandTotal: 9_000 });
    expect(changed.status).toBe(200);
    expect((await shop.file(changed.orderReference)).payment.amount).toBe(9_000);
    const paid = await shop.begun();
    await shop.pays(paid);
    const refused = await initialize(paid, { grandTotal: 9_000 });
    expect(refused.status).toBe(400);
    expect((await shop.fileOf(paid)).payment.orderReference).toBeUndefined();
    // Nothing is lost by that: the order of the right amount hears of it all.
    const { orderReference } = await initialize(paid);
    expect((await shop.heard(orderReference)).names).toEqual(AUTHORIZED);
  });
});
