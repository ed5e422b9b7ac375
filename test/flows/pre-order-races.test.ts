/** Two want something of the same payment before its order, at the same time, at the simulated Stripe: one of them wins. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verb } from '../../src/kit/index.js';
import type { Answered } from '../support/app.js';
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
afterAll(() => world.close());

/** Often enough that each may be first. */
const ROUNDS = [0, 1, 2, 3, 4, 5];
const CHEAP = 100;
const FULL = 12_000;
/** A payment page is open for two hours. */
const PAGE_LIFE = 7_200;
const PAY = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };

const change = (by: PreOrderShop, transactionId: string, grandTotal: number): Promise<Answered> =>
  by.call(
    '/private/pre-order-payment',
    {
      orderData: { currencyCode: 'EUR', grandTotal, paymentMethod: 'Credit Card' },
      preOrderPaymentData: { transactionId },
    },
    { endpoint: 'pre-order-payment' },
  );

/** The customer's browser, without waiting for anything that follows. */
const payNow = (by: PreOrderShop, transactionId: string) =>
  by.stripe(`/v1/payment_intents/${transactionId}/confirm`, PAY);

interface Race {
  round: number;
  by: PreOrderShop;
  transactionId: string;
}

/** What is asked about the payment waits until it is let go. */
function held({ by, transactionId }: Race): { asked: Promise<void>; letGo: () => void } {
  const connectorOf = world.app.app.connector;
  let letGo = (): void => undefined;
  let tell = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const waiting = <Request>(verb: Verb<Request>): Verb<Request> => ({
    ...verb,
    ask: async (asking, context) => {
      const { operations } = await by.fileOf(transactionId);
      if (operations.some(({ id }) => id === asking.operationId)) {
        tell();
        await gate;
      }
      return verb.ask(asking, context);
    },
  });
  world.app.app.connector = async (name) => {
    const connector = await connectorOf(name);
    const [initialize, cancel, refund] = [connector.initialize, connector.cancel, connector.refund];
    const verbs = { initialize: waiting(initialize), cancel: waiting(cancel), refund: waiting(refund) };
    return { ...connector, ...verbs, confirm: waiting(connector.confirm!) };
  };
  return {
    asked,
    letGo: () => {
      world.app.app.connector = connectorOf;
      letGo();
    },
  };
}

/** Both at once: in two rounds of three one of them is already being asked when the other begins. */
async function raced<A, B>(race: Race, one: () => Promise<A>, two: () => Promise<B>): Promise<[A, B]> {
  const { round, by } = race;
  if (round % 3 === 0) return Promise.all([one(), two()]);
  const isFirst = round % 3 === 1;
  const { asked, letGo } = held(race);
  try {
    const [a, b] = isFirst ? [one(), undefined] : [undefined, two()];
    await Promise.race([asked, a ?? b]);
    const both = Promise.all([a ?? one(), b ?? two()]);
    // Whoever comes second has come as far as it can alone.
    for (let time = 0; time < 20; time += 1) await by.inbox();
    letGo();
    return await both;
  } finally {
    letGo();
  }
}

async function isEnding(transactionId: string): Promise<boolean> {
  world.app.app.wake();
  return (await shop.fileOf(transactionId)).operations.some(({ kind }) => kind === 'abandon');
}

/** What we believe is what Stripe has; nothing is still being asked. */
async function agrees(by: PreOrderShop, transactionId: string): Promise<void> {
  await by.rest();
  const [intent, { payment, operations }] = [await by.intent(transactionId), await by.fileOf(transactionId)];
  expect(operations.filter(({ status }) => status === 'asked')).toEqual([]);
  expect(payment.amount).toBe(intent.amount);
  expect(intent.metadata.order_reference ?? undefined).toBe(payment.orderReference);
}

describe('an order and a changed cart', () => {
  it('the order has the payment it is for, or none; never one of another amount', async () => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      const orderReference = newOrder();
      const [order, changed] = await raced(
        { round, by: shop, transactionId },
        () => shop.confirm(transactionId, orderReference),
        () => change(shop, transactionId, CHEAP),
      );
      expect([order.status, changed.status].sort()).toEqual([200, 400]);
      if (round % 3 !== 0) expect(order.status).toBe(round % 3 === 1 ? 200 : 400);
      await agrees(shop, transactionId);
      const { payment } = await shop.fileOf(transactionId);
      expect(payment).toMatchObject(
        order.status === 200 ? { amount: FULL, orderReference } : { amount: CHEAP, status: 'new' },
      );
      if (order.status !== 200) expect(payment.orderReference).toBeUndefined();
    }
  });

  it('with the customer paying meanwhile: what is paid with an order is what the order is for', async () => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      const orderReference = newOrder();
      const [[order]] = await Promise.all([
        raced(
          { round, by: shop, transactionId },
          () => shop.confirm(transactionId, orderReference),
          () => change(shop, transactionId, CHEAP),
        ),
        payNow(shop, transactionId),
      ]);
      await agrees(shop, transactionId);
      const { payment } = await shop.fileOf(transactionId);
      if (order.status === 200) {
        expect(payment).toMatchObject({ status: 'authorized', authorized: FULL, orderReference });
        expect((await shop.heard(orderReference)).names.filter((name) => name === 'PaymentAuthorized')).toHaveLength(1);
      } else {
        expect(payment.orderReference).toBeUndefined();
        expect((await shop.giveUp(transactionId)).status).toBe(200);
        expect((await shop.intent(transactionId)).status).toBe('canceled');
      }
    }
  });

  it('as initialize with its reference, and confirmed, at once: it is one order and one payment', async () => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      const orderReference = newOrder();
      const linked = () => shop.initialize({ orderReference }, { preOrderPaymentData: { transactionId } });
      const [order, initialized] = await raced(
        { round, by: shop, transactionId },
        () => shop.confirm(transactionId, orderReference),
        linked,
      );
      expect([order.status, initialized.status]).toEqual([200, 200]);
      await agrees(shop, transactionId);
      const { names } = await shop.heard(orderReference);
      expect(names).toEqual(['PaymentUpdated']);
    }
  });
});

describe('a customer who gives up', () => {
  it('while the cart changes: the payment is over, or the change came too late for it', async () => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      const [ended, changed] = await raced(
        { round, by: shop, transactionId },
        () => shop.giveUp(transactionId),
        () => change(shop, transactionId, CHEAP),
      );
      expect(ended.status).toBe(200);
      expect([200, 400]).toContain(changed.status);
      await agrees(shop, transactionId);
      expect((await shop.fileOf(transactionId)).payment.status).toBe('canceled');
      expect((await shop.intent(transactionId)).status).toBe('canceled');
      expect((await shop.confirm(transactionId, newOrder())).status).toBe(400);
    }
  });

  it.each(['reserved', 'taken'])('while the money is %s: nothing stays with us', async (how) => {
    const by = how === 'taken' ? automatic : shop;
    for (const round of ROUNDS) {
      const transactionId = await by.begun();
      const [ended] = await raced(
        { round, by, transactionId },
        () => by.giveUp(transactionId),
        () => payNow(by, transactionId),
      );
      expect(ended.status).toBe(200);
      await agrees(by, transactionId);
      const intent = await by.intent(transactionId);
      const { data } = await by.stripe(`/v1/refunds?payment_intent=${transactionId}`);
      const back = (data as { amount: number }[]).reduce((sum, { amount }) => sum + amount, 0);
      expect(intent.status === 'canceled' || back === intent.amount_received, intent.status).toBe(true);
      expect(['canceled', 'refunded']).toContain((await by.fileOf(transactionId)).payment.status);
      expect((await by.told(transactionId)).map(({ name }) => name)).toEqual(['PaymentCreated']);
    }
  });

  it('while order, cart and money come at once: an order with its money, or no order and no money', async () => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      const orderReference = newOrder();
      const [[order, ended]] = await Promise.all([
        raced(
          { round, by: shop, transactionId },
          () => shop.confirm(transactionId, orderReference),
          () => shop.giveUp(transactionId),
        ),
        change(shop, transactionId, CHEAP),
        payNow(shop, transactionId),
      ]);
      await agrees(shop, transactionId);
      const [intent, { payment }] = [await shop.intent(transactionId), await shop.fileOf(transactionId)];
      expect([order.status, ended.status]).toContain(200);
      expect(order.status === 200 && ended.status === 200).toBe(false);
      if (order.status === 200) {
        expect(payment).toMatchObject({ orderReference, amount: FULL });
        expect(intent.status).not.toBe('canceled');
      } else {
        expect([payment.orderReference, intent.status]).toEqual([undefined, 'canceled']);
      }
    }
  });
});

describe('the end of the page', () => {
  it.each([false, true])('as the order comes (paid: %s): the order has a payment, or both hear that it is over', async (isPaid) => {
    for (const round of ROUNDS) {
      const transactionId = await shop.begun();
      if (isPaid) await shop.pays(transactionId);
      // A minute before: real time goes on as well, and a busy machine is slow.
      await world.advance(PAGE_LIFE - 60);
      await shop.rest();
      const orderReference = newOrder();
      const ends = async () => {
        await world.advance(62);
        if (round % 3 === 2) await eventually('it is being ended', () => isEnding(transactionId));
      };
      const [order] = await raced({ round, by: shop, transactionId }, () => shop.confirm(transactionId, orderReference), ends);
      if (round % 3 === 2) expect(order.status).toBe(400);
      if (round % 3 === 1) expect(order.status).toBe(200);
      expect([200, 400]).toContain(order.status);
      // Whoever asks again hears the same.
      const again = await shop.confirm(transactionId, orderReference);
      expect(again.status).toBe(order.status);
      await agrees(shop, transactionId);
      const { payment } = await shop.fileOf(transactionId);
      const { status } = await shop.intent(transactionId);
      if (order.status === 200) {
        expect(payment).toMatchObject({ orderReference, status: isPaid ? 'authorized' : 'new' });
        expect(status).toBe(isPaid ? 'requires_capture' : 'requires_payment_method');
      } else {
        const text = `The payment with the transaction id "${transactionId}" was canceled.`;
        expect(again.body[0].message).toBe(text);
        expect([payment.orderReference, status]).toEqual([undefined, 'canceled']);
      }
    }
  }); // prettier-ignore

  it('and what Stripe tells only after it: nothing changes, and nobody is told', async () => {
    for (const [by, end] of [[shop, 'canceled'], [automatic, 'refunded']] as const) {
      const transactionId = await by.begun();
      await world.control.pause();
      await payNow(by, transactionId);
      await world.advance(PAGE_LIFE + 2);
      await eventually(`the payment is ${end}`, async () => {
        world.app.app.wake();
        return (await by.fileOf(transactionId)).payment.status === end;
      });
      const before = await by.fileOf(transactionId);
      await world.control.resume();
      await by.rest();
      const after = await by.fileOf(transactionId);
      expect(after.payment).toMatchObject({ status: end, captured: before.payment.captured, refunded: before.payment.refunded });
      expect((await by.inbox()).filter(({ state }) => state !== 'done')).toEqual([]);
      expect((await by.told(transactionId)).map(({ name }) => name)).toEqual(['PaymentCreated']);
      const late = await by.confirm(transactionId, newOrder());
      const text = `The payment with the transaction id "${transactionId}" was canceled.`;
      expect([late.status, late.body[0].message]).toEqual([400, text]);
    }
  }); // prettier-ignore
});
