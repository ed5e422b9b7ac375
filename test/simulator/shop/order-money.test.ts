/** An order's money in the demo shop: parts and amounts of commands, what keeps a button shut, and what came of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAmount, typedAmount } from '../../../src/simulator/shop/amounts.js';
import { arrivalOf, shippingState } from '../../../src/simulator/shop/order-state.js';
import type { Message } from '../../../src/simulator/shop/record.js';
import { setStage, until, type Stage } from './shop-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const lastCommand = () => JSON.parse(stage.app.commands().at(-1)!.body) as Record<string, unknown>;
const itemIds = async (reference: string): Promise<number[]> =>
  (await stage.get(`/api/orders/${reference}`)).body.items.map(({ id }: { id: number }) => id);

/** An order of two mugs whose items are in these states, told by messages. */
async function orderWith(...messages: [name: string, nth: number[]][]): Promise<{ reference: string; ids: number[] }> {
  const reference = await stage.order();
  const ids = await itemIds(reference);
  for (const [name, nth] of messages) {
    const orderItemIds = nth.map((index) => String(ids[index]));
    stage.app.tell('payment-events', name, { orderReference: reference, amount: 1, orderItemIds });
  }
  const { messages: before } = (await stage.get(`/api/orders/${reference}`)).body;
  const told = async () => (await stage.get(`/api/orders/${reference}`)).body.messages.length;
  await until(async () => (await told()) >= Math.max(before.length, messages.length + 1));
  return { reference, ids };
}

const obstaclesOf = async (reference: string): Promise<Record<string, string>> => {
  const { html } = await stage.page(`/orders/${reference}`);
  const found = [...html.matchAll(/id="obstacle-(\w+)"><strong>[^<]*<\/strong> ([^<]*)</g)];
  return Object.fromEntries(found.map(([, verb, why]) => [verb, why]));
};

describe('a command about chosen items', () => {
  it('names them, counts the shipping once, and shows the other items as they are', async () => {
    const { reference, ids } = await orderWith(['PaymentAuthorized', [0, 1]]);
    await stage.form(`/orders/${reference}/capture`, { [`line.${ids[1]}`]: '1', amount: '' });
    expect(lastCommand()).toMatchObject({ orderItemIds: [ids[1]], amount: 1800 + 490 });
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html.match(/on its way/g)).toHaveLength(1);
    expect(html).toMatch(/data-result="waiting"/);
  });

  it('may carry an amount of its own, which is negative for a refund', async () => {
    const { reference, ids } = await orderWith(['PaymentAuthorized', [0, 1]], ['PaymentCaptured', [0, 1]]);
    await stage.form(`/orders/${reference}/refund`, { [`line.${ids[0]}`]: '1', amount: '7,50' });
    expect(lastCommand()).toMatchObject({
      amount: -750,
      orderItemIds: [ids[0]],
      orderItems: [{ orderItemId: ids[0], sku: 'mug' }],
    });
    const next = await orderWith(['PaymentAuthorized', [0, 1]]);
    await stage.post(`/api/orders/${next.reference}/capture`, { itemIds: [next.ids[0]], amount: 100 });
    expect(lastCommand()).toMatchObject({ amount: 100, orderItemIds: [next.ids[0]] });
  });

  it('is not given with an amount that is none', async () => {
    const { reference } = await orderWith(['PaymentAuthorized', [0, 1]]);
    const before = stage.app.commands().length;
    for (const amount of ['x', '-1', '0', '1.234', '1e3']) {
      const answer = await stage.form(`/orders/${reference}/capture`, { amount });
      expect(answer.status, amount).toBe(400);
      expect(answer.html).toContain(`“${amount}” is not an amount`);
    }
    for (const amount of [0, -1, 1.5, '12'])
      expect((await stage.post(`/api/orders/${reference}/capture`, { amount })).status, String(amount)).toBe(400);
    expect(stage.app.commands()).toHaveLength(before);
  });

  it('that does not fit is refused, and sent all the same when somebody insists', async () => {
    const { reference, ids } = await orderWith(['PaymentAuthorized', [0, 1]]);
    expect((await stage.form(`/orders/${reference}/refund`, {})).status).toBe(409);
    const answer = await stage.form(`/orders/${reference}/refund`, { force: '1', [`line.${ids[0]}`]: '1' });
    expect(answer.status).toBe(303);
    expect(lastCommand()).toMatchObject({ amount: -1800, orderItemIds: [ids[0]] });
    const again = await stage.post(`/api/orders/${reference}/refund`, { force: true, itemIds: [ids[0]] });
    expect(again.body.isRepeated).toBe(false);
  });
});

describe('a button that does not fit', () => {
  it.each([
    ['nothing is paid', [], { capture: 'nothing is authorized yet', refund: 'nothing is captured yet' }],
    ['all is authorized', [['PaymentAuthorized', [0, 1]]], { refund: 'nothing is captured yet' }],
    [
      'a part is captured',
      [
        ['PaymentAuthorized', [0, 1]],
        ['PaymentCaptured', [0]],
      ],
      {},
    ],
    [
      'all is captured',
      [
        ['PaymentAuthorized', [0, 1]],
        ['PaymentCaptured', [0, 1]],
      ],
      { capture: 'nothing is left', cancel: 'everything is captured; give it back instead' },
    ],
    [
      'all is given back',
      [
        ['PaymentAuthorized', [0, 1]],
        ['PaymentCaptured', [0, 1]],
        ['PaymentRefunded', [0, 1]],
      ],
      {
        capture: 'nothing is left',
        cancel: 'everything is captured; give it back instead',
        refund: 'nothing is left',
      },
    ],
    [
      'too little arrived',
      [
        ['PaymentCaptureFailed', [0, 1]],
        ['PaymentUnderpaid', [0, 1]],
      ],
      { capture: 'not all of the money is there', refund: 'nothing is captured yet' },
    ],
    [
      'a capture failed',
      [
        ['PaymentAuthorized', [0, 1]],
        ['PaymentCaptureFailed', [0, 1]],
      ],
      { cancel: 'a capture has failed, only another one can follow', refund: 'nothing is captured yet' },
    ],
  ] as [string, [string, number[]][], Record<string, string>][])('says why when %s', async (_name, told, why) => {
    const { reference } = await orderWith(...told);
    expect(await obstaclesOf(reference)).toEqual(why);
  });

  it('is shut while an answer is awaited', async () => {
    const { reference } = await orderWith(['PaymentAuthorized', [0, 1]]);
    await stage.form(`/orders/${reference}/capture`, {});
    expect(new Set(Object.values(await obstaclesOf(reference)))).toEqual(new Set(['an answer is still awaited']));
  });
});

describe('what came of a command', () => {
  const results = async (reference: string) => {
    const { html } = await stage.page(`/orders/${reference}`);
    return [...html.matchAll(/data-command="(\w+)" data-result="(\w+)"/g)].map(([, name, state]) => `${name} ${state}`);
  };

  it('is told by the message that answers it, newest first', async () => {
    const { reference, ids } = await orderWith(['PaymentAuthorized', [0, 1]]);
    const about = (id: number | undefined) => ({ orderReference: reference, amount: 1, orderItemIds: [String(id)] });
    await stage.post(`/api/orders/${reference}/capture`, { itemIds: [ids[0]] });
    stage.app.tell('payment-events', 'PaymentCaptured', about(ids[0]));
    await stage.untilStatus(reference, 'partially_captured');
    await stage.post(`/api/orders/${reference}/capture`, { itemIds: [ids[1]] });
    expect(await results(reference)).toEqual(['CapturePayment waiting', 'CapturePayment done']);
    stage.app.tell('payment-events', 'PaymentCaptureFailed', about(ids[1]));
    await until(async () => (await results(reference))[0] === 'CapturePayment failed');
  });

  it('is a refusal when the channel does not take it', async () => {
    const { reference } = await orderWith(['PaymentAuthorized', [0, 1]]);
    stage.app.answerWith('/channels/payment-commands', 400, [{ message: 'No' }]);
    await stage.post(`/api/orders/${reference}/capture`);
    stage.app.answerAsUsual();
    expect(await results(reference)).toEqual(['CapturePayment refused']);
  });
});

describe('amounts as people type them', () => {
  it('are read with a point or a comma, and only as exact as the currency', () => {
    expect(['12', '12.5', '12,50', ' 3 '].map((typed) => readAmount(typed, 'EUR'))).toEqual([1200, 1250, 1250, 300]);
    expect(readAmount('800', 'JPY')).toBe(800);
    expect(['8.5', '', '-1', '1.234', '0', '1 000'].map((typed) => readAmount(typed, 'JPY'))).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
    const typed = [typedAmount(1250, 'EUR', 'en'), typedAmount(1250, 'EUR', 'de'), typedAmount(800, 'JPY', 'de')];
    expect(typed).toEqual(['12.50', '12,50', '800']);
  });
});

describe('the shipping', () => {
  it('goes with the first captured items and comes back with the last', () => {
    expect(shippingState(['authorized', 'authorized'])).toBe('authorized');
    expect(shippingState(['captured', 'authorized'])).toBe('captured');
    expect(shippingState(['refunded', 'captured'])).toBe('captured');
    expect(shippingState(['refunded', 'canceled'])).toBe('refunded');
    expect(shippingState(['canceled', 'canceled'])).toBe('canceled');
  });
});

describe('another amount than the order’s', () => {
  const message = (name: string, at: number): Message => ({
    id: `m-${at}`,
    channel: 'payment-events',
    name,
    attributes: { timestamp: `2026-01-01T00:00:00.00000${at}` },
    payload: {},
  });

  it('is what the last message says about it', () => {
    const underpaid = [message('PaymentCaptureFailed', 1), message('PaymentUnderpaid', 2)];
    expect(arrivalOf([])).toBeUndefined();
    expect(arrivalOf(underpaid.toReversed())).toBe('underpaid');
    expect(arrivalOf([...underpaid, message('PaymentCaptured', 3)])).toBeUndefined();
    expect(arrivalOf([message('PaymentCaptured', 3), message('PaymentOverpaid', 4)])).toBe('overpaid');
  });
});
