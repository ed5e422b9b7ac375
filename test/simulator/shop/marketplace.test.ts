/** The demo shop as a marketplace: merchants and their way to the PSP, shares, payouts and what is taken back. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitOf } from '../../../src/simulator/shop/merchants.js';
import { setStage, until, type Stage } from './shop-stage.js';

const JANSEN = 'MER000001';
const WERKSTATT = 'MER000002';
/** A mug of the shop's own, a blanket of one merchant, two lanterns of the other. */
const CART = [
  { sku: 'mug', quantity: 1 },
  { sku: 'blanket', quantity: 1 },
  { sku: 'lantern', quantity: 2 },
];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const callsTo = (path: string) => stage.app.calls.filter((call) => call.path === path);
const transfersAsked = () => callsTo('/private/payments/transfers').map(({ body }) => JSON.parse(body));
const merchants = async () => (await stage.get('/api/merchants')).body;
const statusOf = async (reference: string) =>
  (await merchants()).merchants.find(
    (merchant: { merchantReference: string }) => merchant.merchantReference === reference,
  ).status;
const tellStatus = (merchantReference: string, status: string) =>
  stage.app.tell('merchant-app-events', 'MerchantAppOnboardingStatusChanged', {
    merchantReference,
    appIdentifier: 'quittance',
    type: 'payment',
    status,
  });
const sharesOf = async (reference: string) => (await stage.get(`/api/orders/${reference}/shares`)).body.shares;

async function becomeMarketplace(): Promise<void> {
  await stage.form('/connection/marketplace', { marketplace: 'on' });
  await until(async () => (await merchants()).canStart);
}

async function captured(items: unknown[] = CART): Promise<string> {
  const reference = await stage.order(items);
  await stage.tell(reference, 'PaymentAuthorized');
  await stage.tell(reference, 'PaymentCaptured');
  await stage.untilStatus(reference, 'captured');
  return reference;
}

/** What the page's picture is made of. */
async function numbers(reference: string) {
  const { html } = await stage.page(`/orders/${reference}`);
  const value = /value="([^"]*)" data-testid="money-numbers"/.exec(html)?.[1];
  return value === undefined ? undefined : JSON.parse(value.replaceAll('&quot;', '"'));
}

describe('a shop that sells itself', () => {
  it('shows nothing of merchants, and its orders have none', async () => {
    const home = await stage.page('/');
    expect(home.html).not.toContain('href="/merchants"');
    expect(home.html).not.toContain('Deichweberei');
    const reference = await captured();
    expect(await sharesOf(reference)).toEqual([]);
    expect((await stage.page(`/orders/${reference}`)).html).not.toContain('data-testid="payout"');
    expect((await stage.form(`/orders/${reference}/payout`, {})).status).toBe(409);
    expect((await stage.page('/merchants')).html).toContain('This shop has no merchants.');
  });
});

describe('the switch on the page of the connection', () => {
  it('configures the app as a marketplace and back, and is remembered only when the app agrees', async () => {
    stage.app.answerWith('/private/configure', 422, { errors: [{ message: 'No marketplace today.' }] });
    expect((await stage.form('/connection/marketplace', { marketplace: 'on' })).html).toContain(
      'No marketplace today.',
    );
    stage.app.answerAsUsual();
    expect((await merchants()).isMarketplace).toBe(false);
    await becomeMarketplace();
    const configuration = () =>
      JSON.parse(JSON.parse(callsTo('/private/configure').at(-1)!.body).data.attributes.configuration);
    expect(configuration()).toEqual({
      mode: 'test',
      businessModel: 'marketplace',
      capture: { strategy: 'single_final' },
    });
    expect((await stage.page('/')).html).toContain('Sold by Leuchtturm-Werkstatt');
    await stage.form('/connection/marketplace', { marketplace: 'off' });
    expect(configuration()).toMatchObject({ businessModel: 'direct', capture: { strategy: 'multi' } });
    expect((await merchants()).isMarketplace).toBe(false);
    await becomeMarketplace();
  });
});

describe('onboarding', () => {
  it('is asked for exactly as shops do, and sends the merchant to the address', async () => {
    expect((await stage.page('/merchants')).html).toContain('Start onboarding');
    const answer = await stage.form(`/merchants/${JANSEN}/onboarding`, {});
    expect(answer).toMatchObject({ status: 303, location: expect.stringContaining('https://connect.stripe.example/') });
    const call = callsTo('/private/merchants/onboarding').at(-1)!;
    expect(call.headers).toMatchObject({ 'x-merchant-reference': JANSEN, 'x-tenant-identifier': 'demo-shop' });
    expect(call.headers.authorization).toBe('Bearer t-aop-app');
    expect(JSON.parse(call.body)).toEqual({
      merchant: { name: 'Deichweberei Jansen', merchantReference: JANSEN },
      successUrl: `${stage.shop.url}/merchants?merchant=${JANSEN}&back=done`,
      refreshUrl: `${stage.shop.url}/merchants?merchant=${JANSEN}&back=again`,
      cancelUrl: null,
      errorUrl: null,
    });
  });

  it('is incomplete once begun, in the words the app announced, and follows the messages', async () => {
    expect(await statusOf(JANSEN)).toBe('incomplete');
    const { html } = await stage.page('/merchants');
    expect(html).toContain('Tell Stripe the rest.');
    expect(html).toContain('Go on at Stripe');
    tellStatus(JANSEN, 'restricted soon');
    await until(async () => (await statusOf(JANSEN)) === 'restricted soon');
    tellStatus(JANSEN, 'completed');
    await until(async () => (await statusOf(JANSEN)) === 'completed');
  });

  it('ignores the status of a merchant who never began', async () => {
    tellStatus(WERKSTATT, 'completed');
    tellStatus(JANSEN, 'enabled');
    await until(async () => (await statusOf(JANSEN)) === 'enabled');
    expect(await statusOf(WERKSTATT)).toBeNull();
  });

  it('shows what the app refuses, and counts as begun all the same', async () => {
    stage.app.answerWith('/private/merchants/onboarding', 412, { errors: [{ message: 'Stripe has no Connect yet.' }] });
    const answer = await stage.form(`/merchants/${WERKSTATT}/onboarding`, {});
    stage.app.answerAsUsual();
    expect(answer.status).toBe(502);
    expect(answer.html).toContain('Stripe has no Connect yet.');
    expect(await statusOf(WERKSTATT)).toBe('incomplete');
  });

  it('greets whoever comes back, and nobody else', async () => {
    expect((await stage.page(`/merchants?merchant=${JANSEN}&back=done`)).html).toContain('came back from the PSP');
    expect((await stage.page(`/merchants?merchant=${JANSEN}&back=again`)).html).toContain('was used up');
    expect((await stage.page('/merchants?merchant=<b>&back=done')).html).not.toContain('data-testid="notice"');
  });

  it('never keeps the address, on disk or on a page', async () => {
    const journal = await readFile(join(stage.dataDir, 'shop-demo-shop', 'shop.jsonl'), 'utf8');
    expect(journal).toContain('onboarding_answered');
    for (const text of [journal, (await stage.page('/merchants')).html]) expect(text).not.toContain('secret-link');
  });
});

describe('a split', () => {
  it('is two whole numbers that make up the price, half a unit rounded up for the shop', () => {
    expect(splitOf(8900)).toEqual({ commission: 890, payout: 8010 });
    expect(splitOf(14)).toEqual({ commission: 1, payout: 13 });
    expect(splitOf(15)).toEqual({ commission: 2, payout: 13 });
    for (let price = 0; price < 300; price += 1) {
      const { commission, payout } = splitOf(price);
      expect(commission + payout).toBe(price);
    }
  });
});

describe('a payout', () => {
  it('asks for every captured item of merchants at once, as shops send it', async () => {
    const reference = await captured();
    expect((await stage.form(`/orders/${reference}/payout`, {})).status).toBe(303);
    const { orderItems, paymentTransmissionItems: items } = transfersAsked().at(-1);
    expect(orderItems).toEqual(items);
    expect(items).toEqual([
      {
        transfer_id: null,
        type: 'order-item',
        merchant_reference: JANSEN,
        order_reference: reference,
        item_reference: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/),
        amount: '8010',
        is_successful: null,
        failure_message: null,
      },
      expect.objectContaining({ merchant_reference: WERKSTATT, amount: '4410' }),
      expect.objectContaining({ merchant_reference: WERKSTATT, amount: '4410' }),
    ]);
    expect(new Set(items.map((item: { item_reference: string }) => item.item_reference)).size).toBe(3);
    const shares = await sharesOf(reference);
    expect(shares.map(({ sent }: { sent: number }) => sent)).toEqual([8010, 4410, 4410]);
    const again = await stage.form(`/orders/${reference}/payout`, {});
    expect(again.status).toBe(409);
    expect(again.html).toContain('There is nothing to pay out');
  });

  it('waits for the capture', async () => {
    const reference = await stage.order(CART);
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html).toMatch(/id="obstacle-payout"/);
    expect((await stage.form(`/orders/${reference}/payout`, {})).status).toBe(409);
  });

  it('that fails for one merchant says why, pays the other, and is tried again for the first alone', async () => {
    stage.app.market.restricted.add(WERKSTATT);
    const reference = await captured();
    await stage.form(`/orders/${reference}/payout`, {});
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html.match(/The account of the merchant cannot receive money\./g)!.length).toBeGreaterThanOrEqual(2);
    const shares = await sharesOf(reference);
    expect(shares.map((share: { transferId?: string }) => share.transferId !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
    stage.app.market.restricted.delete(WERKSTATT);
    await stage.form(`/orders/${reference}/payout`, {});
    expect(transfersAsked().at(-1).paymentTransmissionItems).toHaveLength(2);
    for (const share of await sharesOf(reference)) expect(share).not.toHaveProperty('failure');
  });

  it('that is not answered may be asked for again with the same words', async () => {
    const reference = await captured();
    stage.app.answerWith('/private/payments/transfers', 503, [{ message: 'Come back later.' }]);
    await stage.form(`/orders/${reference}/payout`, {});
    stage.app.answerAsUsual();
    expect((await stage.page(`/orders/${reference}`)).html).toContain('Come back later.');
    await stage.form(`/orders/${reference}/payout`, {});
    const [first, second] = transfersAsked().slice(-2);
    expect(second).toEqual(first);
  });
});

describe('a payout that is taken back', () => {
  it('for one item names the transfer and a negative amount, and may be paid again', async () => {
    const reference = await captured();
    await stage.form(`/orders/${reference}/payout`, {});
    const [, lantern] = await sharesOf(reference);
    await stage.form(`/orders/${reference}/reverse-payout`, { line: String(lantern.id) });
    expect(transfersAsked().at(-1).paymentTransmissionItems).toEqual([
      expect.objectContaining({
        transfer_id: lantern.transferId,
        amount: '-4410',
        item_reference: lantern.itemReference,
      }),
    ]);
    expect((await sharesOf(reference))[1]).toMatchObject({ sent: 4410, back: 4410 });
    await stage.form(`/orders/${reference}/payout`, {});
    const after = (await sharesOf(reference))[1];
    expect(after).toMatchObject({ sent: 8820, back: 4410 });
    expect(after.transferId).not.toBe(lantern.transferId);
  });

  it('as a whole is one request for each transfer', async () => {
    const reference = await captured();
    await stage.form(`/orders/${reference}/payout`, {});
    const before = transfersAsked().length;
    await stage.post(`/api/orders/${reference}/reverse-payout`);
    const asked = transfersAsked().slice(before);
    expect(asked.map(({ paymentTransmissionItems: items }) => items.length)).toEqual([1, 2]);
    expect((await stage.form(`/orders/${reference}/reverse-payout`, {})).status).toBe(409);
  });
});

describe('an item that is given back to the customer', () => {
  it('after its payout asks to take that back, and is not paid out again', async () => {
    const reference = await captured([{ sku: 'blanket', quantity: 1 }]);
    await stage.form(`/orders/${reference}/payout`, {});
    await stage.tell(reference, 'PaymentRefunded');
    await stage.untilStatus(reference, 'refunded');
    expect((await stage.page(`/orders/${reference}`)).html).toMatch(/data-state="refundedPaid"/);
    expect(await numbers(reference)).toMatchObject({
      balance: -8010,
      kept: -8010,
      merchants: [{ has: 8010, open: 0 }],
    });
    await stage.form(`/orders/${reference}/reverse-payout`, {});
    expect(await numbers(reference)).toMatchObject({
      balance: 0,
      kept: 0,
      merchants: [{ has: 0, open: 0, back: 8010 }],
    });
    expect((await stage.form(`/orders/${reference}/payout`, {})).status).toBe(409);
  });
});

describe('the way of the money', () => {
  it('adds up at every step: what was given is with the merchants, with the shop, or on its way', async () => {
    const reference = await stage.order(CART);
    const total = 1800 + 8900 + 2 * 4900 + 490;
    expect(await numbers(reference)).toMatchObject({ given: total, balance: 0, kept: 1800 + 490 + 890 + 980 });
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.tell(reference, 'PaymentCaptured');
    await stage.untilStatus(reference, 'captured');
    expect(await numbers(reference)).toMatchObject({ balance: total, merchants: [{ open: 8010 }, { open: 8820 }] });
    await stage.form(`/orders/${reference}/payout`, {});
    const [blanket] = await sharesOf(reference);
    await stage.form(`/orders/${reference}/reverse-payout`, { line: String(blanket.id) });
    expect(await numbers(reference)).toEqual({
      given: total,
      givenBack: 0,
      fee: 0,
      commission: 1870,
      kept: total - 8010 - 8820,
      balance: total - 8820,
      merchants: [
        { reference: JANSEN, name: 'Deichweberei Jansen', has: 0, open: 8010, back: 8010 },
        { reference: WERKSTATT, name: 'Leuchtturm-Werkstatt', has: 8820, open: 0, back: 0 },
      ],
    });
  });

  it('says what is drawn in words, in the reader’s language', async () => {
    const reference = await captured();
    const { html } = await stage.page(`/orders/${reference}?lang=de`);
    expect(html).toMatch(/<li>Deichweberei Jansen: 80,10\s€ kommt noch<\/li>/);
    expect(html.match(/<svg class="money-/g)).toHaveLength(2);
    expect(html).not.toMatch(/style="/);
  });
});

describe('a disconnected app', () => {
  it('asks back for the merchants, and takes the way to the PSP with it', async () => {
    const question = { message: 'Merchants are active.', confirm: { labelOk: 'Go on', labelCancel: 'Stop' } };
    stage.app.answerWith('/private/disconnect', 409, { errors: [question] });
    expect((await stage.form('/connection/disconnect', { replies: 'true' })).html).toContain('Merchants are active.');
    stage.app.answerAsUsual();
    await stage.form('/connection/disconnect', { replies: 'true' });
    await until(async () => !(await merchants()).canStart);
    expect(await statusOf(JANSEN)).toBeNull();
    const answer = await stage.form(`/merchants/${JANSEN}/onboarding`, {});
    expect(answer.html).toContain('The app has not said yet how merchants begin');
  });
});

describe('a restart', () => {
  it('remembers the marketplace, merchants and transfers', async () => {
    await becomeMarketplace();
    await stage.form(`/merchants/${JANSEN}/onboarding`, {});
    tellStatus(JANSEN, 'completed');
    await until(async () => (await statusOf(JANSEN)) === 'completed');
    const reference = await captured();
    await stage.form(`/orders/${reference}/payout`, {});
    const before = await sharesOf(reference);
    await stage.shop.close();
    const { app, dataDir } = stage;
    stage = await setStage({ app, dataDir });
    expect(await sharesOf(reference)).toEqual(before);
    expect(await statusOf(JANSEN)).toBe('completed');
    const configured = () => callsTo('/private/configure').at(-1)!.body;
    expect(JSON.parse(JSON.parse(configured()).data.attributes.configuration)).toMatchObject({
      businessModel: 'marketplace',
      capture: { strategy: 'single_final' },
    });
  });
});
