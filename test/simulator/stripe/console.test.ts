/** The console: what a person at the desk sees, and that every button does what the control plane does. */
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type Stripe from 'stripe';
import { systemClock } from '../../../src/clock.js';
import { createSimulation } from '../../../src/simulator/stripe/core/simulation.js';
import { consoleAnswer } from '../../../src/simulator/stripe/pages/console.js';
import { readMoney, shownMoney, typedMoney } from '../../../src/simulator/stripe/pages/console-money.js';
import type { Bench, Receiver } from './support/bench.js';
import { listen, startBench, startReceiver } from './support/bench.js';
import { openAccount } from './support/merchants.js';

let bench: Bench;
let stripe: Stripe;
beforeEach(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterEach(() => bench.close());

const CONSOLE = '/_sim/console';
const address = (path: string): string => `${bench.simulator.url}${path}`;
const pageOf = async (path: string): Promise<string> => (await fetch(address(path))).text();

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(address(path), { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' });
}

const pay = (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({
    amount: 12_345,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: 'https://shop.example/back',
    ...more,
  });

const paymentPath = (id: string): string => `${CONSOLE}/payments/${id}`;

/** Presses a button of a payment's page and follows the redirect. */
async function press(id: string, form: Record<string, string>): Promise<Stripe.PaymentIntent> {
  const answer = await post(paymentPath(id), form);
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe(`${paymentPath(id)}?done=1`);
  return stripe.paymentIntents.retrieve(id);
}

const offered = (html: string): string[] =>
  [...html.matchAll(/name="button" value="(\w+)"/g)].map(([, id]) => id ?? '');

describe('the first page', () => {
  it('is at / and at /_sim/console, says that it is a simulation, and invites when there is nothing', async () => {
    for (const path of ['/', CONSOLE]) {
      const answer = await fetch(address(path));
      expect(answer.status).toBe(200);
      const html = await answer.text();
      expect(html).toContain('Simulation.');
      expect(html).toContain('No payment yet.');
    }
    expect((await fetch(address('/'), { method: 'HEAD' })).status).toBe(200);
  });

  it('lists payments of all accounts with amount, state, card and order, newest first', async () => {
    await pay({ metadata: { order_reference: 'ORDER-1' }, capture_method: 'manual' });
    await bench
      .sdk('other')
      .paymentIntents.create({ amount: 500, currency: 'jpy', metadata: { order_reference: 'ORDER-2' } });
    const html = await pageOf('/');
    expect(html).toContain('€123.45');
    expect(html).toContain('¥500');
    expect(html).toContain('Visa •••• 4242');
    expect(html).toContain('Authorized');
    expect(html).toContain('ORDER-1');
    expect(html).toContain('2 payments');
    expect(new Set(html.match(/acct_\w+/g)).size).toBe(2);
  });

  it('finds by order, by id and by account', async () => {
    const { id } = await pay({ metadata: { order_reference: 'ORDER-1' } });
    await pay({ metadata: { order_reference: 'ORDER-2' } });
    await bench
      .sdk('other')
      .paymentIntents.create({ amount: 500, currency: 'eur', metadata: { order_reference: 'ORDER-3' } });
    const account = (await bench.sdk('other').accounts.retrieveCurrent()).id;
    const orders = async (query: string): Promise<string[]> => [
      ...new Set(/<ul class="card rows">.*?<\/ul>/s.exec(await pageOf(`/?${query}`))?.[0].match(/ORDER-\d/g)),
    ];
    expect(await orders('q=order-2')).toEqual(['ORDER-2']);
    expect(await orders(`q=${id}`)).toEqual(['ORDER-1']);
    expect(await orders(`account=${account}`)).toEqual(['ORDER-3']);
    expect(await pageOf('/?q=nothing-like-it')).toContain('No payment fits.');
  });

  it('shows fifty payments at a time', async () => {
    for (let count = 0; count < 51; count += 1)
      await stripe.paymentIntents.create({ amount: 1000 + count, currency: 'eur' });
    const rows = (html: string): number => html.match(/payment-row/g)?.length ?? 0;
    expect(rows(await pageOf('/'))).toBe(50);
    const second = await pageOf('/?page=2');
    expect(rows(second)).toBe(1);
    expect(second).toContain('€10.00');
    expect(rows(await pageOf('/?page=99'))).toBe(1);
  });
});

describe('the transfers of a payment', () => {
  it('stand on its page with what was taken back, and can be taken back there', async () => {
    const merchant = await openAccount(stripe, bench.control);
    const intent = await pay();
    const source_transaction = String(intent.latest_charge);
    const send = (amount: number): Promise<Stripe.Transfer> =>
      stripe.transfers.create({ amount, currency: 'eur', destination: merchant, source_transaction });
    const transfer = await send(4000);
    const other = await pay();
    await stripe.transfers.createReversal(transfer.id, { amount: 500 });
    const html = await pageOf(paymentPath(intent.id));
    for (const text of ['Transfer of €40.00', transfer.id, merchant, 'partly reversed', '€5.00', 'transfer.reversed'])
      expect(html).toContain(text);
    expect(await pageOf(paymentPath(other.id))).not.toContain(transfer.id);
    const wrong = { transfer: transfer.id, button: 'reverse', amount: '35.01' };
    expect((await post(paymentPath(intent.id), wrong)).status).toBe(400);
    expect((await post(paymentPath(other.id), { ...wrong, amount: '1.00' })).status).toBe(400);
    await press(intent.id, { transfer: transfer.id, button: 'reverse', amount: '35.00' });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ reversed: true });
    expect(await bench.control.payment(intent.id)).toMatchObject({
      transfers: [{ id: transfer.id, amount: 4000, reversed: 4000, destination: merchant, buttons: [] }],
    });
    const again = await send(100);
    const view = await bench.control.press(intent.id, { transfer: again.id, button: 'reverse', amount: 40 });
    expect(view.transfers[0]).toMatchObject({ id: again.id, reversed: 40, buttons: [{ id: 'reverse', amount: 60 }] });
  });
});

describe('the page of one payment', () => {
  it('shows charge, refunds, events, metadata and requests of this payment and of no other', async () => {
    const intent = await pay({ metadata: { color: 'blue' } });
    const other = await pay();
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 45 });
    const html = await pageOf(paymentPath(intent.id));
    for (const text of [
      intent.id,
      intent.latest_charge as string,
      refund.id,
      'color',
      'blue',
      '€0.45',
      'charge.refunded',
    ])
      expect(html).toContain(text);
    expect(html).toContain('POST /v1/payment_intents');
    expect(html).toContain('POST /v1/refunds');
    expect(html).not.toContain(other.id);
    expect(html).not.toContain(intent.client_secret);
  });

  it('is 404 for a payment nobody has, also for its buttons', async () => {
    expect((await fetch(address(paymentPath('pi_nobody')))).status).toBe(404);
    expect((await post(paymentPath('pi_nobody'), { button: 'cancel' })).status).toBe(404);
  });

  it('captures all, a part, and a part that keeps the rest', async () => {
    const full = await pay({ capture_method: 'manual' });
    const html = await pageOf(paymentPath(full.id));
    expect(offered(html)).toEqual(['capture', 'expire', 'cancel', 'fraud_warned', 'review_opened']);
    expect(html).toContain('value="123.45"');
    expect(html).not.toContain('Keep the rest authorized');
    expect(await press(full.id, { button: 'capture', amount: '123.45' })).toMatchObject({ amount_received: 12_345 });

    const less = await pay({ capture_method: 'manual' });
    expect(await press(less.id, { button: 'capture', amount: '100,5', tick: '1' })).toMatchObject({
      status: 'succeeded',
      amount_received: 10_050,
    });

    const several = await pay({
      capture_method: 'manual',
      payment_method_options: { card: { request_multicapture: 'if_available' } },
    });
    expect(await pageOf(paymentPath(several.id))).toContain('Keep the rest authorized');
    expect(await press(several.id, { button: 'capture', amount: '20', tick: '1' })).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 10_345,
    });
    expect(await pageOf(paymentPath(several.id))).toContain('Partly captured');
  });

  it('cancels, and lets an authorization expire', async () => {
    const first = await pay({ capture_method: 'manual' });
    expect(await press(first.id, { button: 'cancel' })).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'requested_by_customer',
    });
    const second = await pay({ capture_method: 'manual' });
    expect(await press(second.id, { button: 'expire' })).toMatchObject({ cancellation_reason: 'automatic' });
    expect(await pageOf(paymentPath(second.id))).toContain('there is nothing left to do');
  });

  it('refunds a part, then what is left, and bounces a refund', async () => {
    const { id } = await pay();
    await press(id, { button: 'refund', amount: '23.45' });
    expect(await pageOf(paymentPath(id))).toContain('value="100.00"');
    await press(id, { button: 'refund', amount: '100.00' });
    expect(await pageOf(paymentPath(id))).toContain('Refunded');
    expect(offered(await pageOf(paymentPath(id)))).toEqual(['bounce', 'bounce']);
    const refund = (await stripe.refunds.list({ payment_intent: id })).data.find(({ amount }) => amount === 10_000);
    await press(id, { button: 'bounce', refund: refund?.id ?? '' });
    expect((await stripe.refunds.retrieve(refund?.id ?? '')).status).toBe('failed');
    const again = ['refund', 'dispute_opened', 'fraud_warned', 'review_opened', 'bounce'];
    expect(offered(await pageOf(paymentPath(id)))).toEqual(again);
  });

  it('settles a pending refund, once', async () => {
    await bench.control.freeze();
    const { id } = await pay({ payment_method: 'pm_card_pendingRefund' });
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund.status).toBe('pending');
    await press(id, { button: 'settle', refund: refund.id });
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect((await post(paymentPath(id), { button: 'settle', refund: refund.id })).status).toBe(400);
  });

  it('decides a waiting challenge either way', async () => {
    const passed = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
    expect(offered(await pageOf(paymentPath(passed.id)))).toEqual(['challenge_passed', 'challenge_failed', 'cancel']);
    expect(await press(passed.id, { button: 'challenge_passed' })).toMatchObject({ status: 'succeeded' });
    const failed = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
    expect(await press(failed.id, { button: 'challenge_failed' })).toMatchObject({ status: 'requires_payment_method' });
    expect(await pageOf(paymentPath(failed.id))).toContain('Declined');
  });

  it('says why something was refused and changes nothing', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    for (const amount of ['', '12.345', '-1', '1e3', '999999']) {
      const answer = await post(paymentPath(id), { button: 'capture', amount });
      expect(answer.status, amount).toBe(400);
      expect(await answer.text()).toContain('role="alert"');
    }
    expect((await post(paymentPath(id), { button: 'refund', amount: '1' })).status).toBe(400);
    expect((await post(paymentPath(id), { button: 'settle', refund: 're_of_another' })).status).toBe(400);
    expect((await post(paymentPath(id), { button: 'no_such' })).status).toBe(400);
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'requires_capture', amount_received: 0 });
  });

  it('shows nasty metadata as text, on every page that has it', async () => {
    const nasty = `"><script>alert(1)</script>'<img src=x onerror=alert(2)>`;
    const { id } = await pay({
      description: nasty,
      metadata: { order_reference: nasty, [`<b>"'`]: '</dd></code><svg onload=alert(3)>' },
    });
    await post(`${CONSOLE}/faults`, { verb: 'add', method: 'GET', path: `/${nasty}`, effect: 'error_500', times: '1' });
    for (const path of [
      '/',
      paymentPath(id),
      `/?q=${encodeURIComponent(nasty)}`,
      `${CONSOLE}/requests`,
      `${CONSOLE}/faults`,
    ]) {
      const html = await pageOf(path);
      expect(html, path).not.toMatch(/<(script|svg|b)[ >]/);
      expect(html, path).not.toMatch(/<img(?! src="data:image\/svg\+xml,)/);
      expect(html, path).toMatch(/&lt;(script|svg|b)/);
    }
    const refusal = await post(paymentPath(id), { button: 'refund', amount: nasty });
    expect(await refusal.text()).not.toContain('<script>');
  });
});

describe('the page of webhooks', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  it('shows deliveries with state and address, and sends one again', async () => {
    await listen(stripe, receiver, ['payment_intent.succeeded']);
    const { id } = await pay();
    await receiver.until(1);
    for (let wait = 0; !(await pageOf(`${CONSOLE}/webhooks`)).includes('HTTP 200'); wait += 1)
      expect(wait).toBeLessThan(200);
    const html = await pageOf(`${CONSOLE}/webhooks`);
    expect(html).toContain('payment_intent.succeeded');
    expect(html).toContain(receiver.url);
    const delivery = /name="delivery" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await post(`${CONSOLE}/webhooks`, { verb: 'resend', delivery, back: paymentPath(id) });
    expect(answer.headers.get('location')).toBe(`${paymentPath(id)}?done=1`);
    expect(receiver.received).toHaveLength(2);
    expect(await pageOf(paymentPath(id))).toContain('2 tries, HTTP 200');
    expect(await pageOf(`${CONSOLE}/webhooks?state=failed`)).not.toContain('payment_intent.succeeded');
  });

  it('pauses, sends one by one, and resumes', async () => {
    await listen(stripe, receiver, ['payment_intent.created']);
    await post(`${CONSOLE}/webhooks`, { verb: 'pause' });
    await pay();
    await pay();
    expect(await pageOf('/')).toContain('Webhooks paused');
    expect(await pageOf(`${CONSOLE}/webhooks`)).toContain('not sent yet');
    await post(`${CONSOLE}/webhooks`, { verb: 'step' });
    expect(receiver.received).toHaveLength(1);
    await post(`${CONSOLE}/webhooks`, { verb: 'resume' });
    await receiver.until(2);
    expect(await pageOf('/')).not.toContain('Webhooks paused');
  });

  it('goes back to pages of the console only', async () => {
    for (const back of ['https://evil.example/', '//evil.example', '/_sim/reset', `${CONSOLE}/../reset`]) {
      const answer = await post(`${CONSOLE}/webhooks`, { verb: 'pause', back });
      expect(answer.headers.get('location'), back).toBe(`${CONSOLE}/webhooks?done=1`);
    }
  });
});

describe('the page of faults', () => {
  it('adds a rule that then applies, shows it as used up, and removes it', async () => {
    const form = { verb: 'add', method: 'POST', path: '/v1/refunds', effect: 'error_503', times: '1', delayMs: '' };
    expect((await post(`${CONSOLE}/faults`, form)).status).toBe(303);
    expect(await pageOf(`${CONSOLE}/faults`)).toContain('POST /v1/refunds');
    expect(await pageOf('/')).toContain('1 fault');
    const { id } = await pay();
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({ statusCode: 503 });
    const html = await pageOf(`${CONSOLE}/faults`);
    expect(html).toContain('used up');
    await post(`${CONSOLE}/faults`, { verb: 'remove', id: (await bench.control.faults())[0]?.id ?? '' });
    expect(await bench.control.faults()).toEqual([]);
  });

  it('clears all rules, and keeps what was typed when it refuses', async () => {
    await bench.control.addFault({ effect: 'hang', match: { path: '/v1/nowhere' } });
    await bench.control.addFault({ effect: 'slow', match: { path: '/v1/nowhere' } });
    await post(`${CONSOLE}/faults`, { verb: 'clear' });
    expect(await bench.control.faults()).toEqual([]);
    const refusal = await post(`${CONSOLE}/faults`, { verb: 'add', path: '/v1/typed', effect: 'slow', times: '0' });
    expect(refusal.status).toBe(400);
    const html = await refusal.text();
    expect(html).toContain('times is a whole number');
    expect(html).toContain('value="/v1/typed"');
  });
});

describe('the page of the clock', () => {
  it('freezes, advances and lets run; what is due happens', async () => {
    await post(`${CONSOLE}/clock`, { verb: 'freeze' });
    const { now } = await bench.control.clock();
    expect(await pageOf(`${CONSOLE}/clock`)).toContain(new Date(now).toISOString());
    expect(await pageOf('/')).toContain('Frozen');
    const { id } = await pay({ capture_method: 'manual' });
    expect(await pageOf(`${CONSOLE}/clock`)).toContain('Authorization expires');
    await post(`${CONSOLE}/clock`, { verb: 'advance', seconds: '604800' });
    expect((await bench.control.clock()).now).toBe(now + 604_800_000);
    await post(`${CONSOLE}/clock`, { verb: 'advance', seconds: '1' });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('canceled');
    await post(`${CONSOLE}/clock`, { verb: 'continue' });
    expect((await bench.control.clock()).frozen).toBe(false);
    for (const seconds of ['-5', 'abc', ''])
      expect((await post(`${CONSOLE}/clock`, { verb: 'advance', seconds })).status, seconds).toBeGreaterThanOrEqual(
        400,
      );
  });
});

describe('the page of requests', () => {
  it('shows the journal without secrets, and what is not simulated', async () => {
    await fetch(address('/v1/payment_methods'), {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_verysecret' },
      body: new URLSearchParams({ type: 'card', 'card[number]': '4242424242424242', 'card[cvc]': '987' }),
    });
    await fetch(address('/v1/payouts'), { headers: { authorization: 'Bearer sk_test_verysecret' } });
    const html = await pageOf(`${CONSOLE}/requests`);
    expect(html).toContain('POST /v1/payment_methods');
    expect(html).toContain('[card 4242]');
    expect(html).toContain('Not simulated, or odd');
    expect(html).toContain('GET /v1/payouts');
    expect(html).not.toMatch(/verysecret|4242424242424242|987/);
  });
});

describe('who may see and press', () => {
  it('allows no script, no frame and no foreign form, and is never cached', async () => {
    const answer = await fetch(address('/'));
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).not.toContain('script-src');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const html = await answer.text();
    expect(html).not.toMatch(/<script|style=/);
    const sheet = await fetch(address(/href="(\/_sim\/console\/console\.css[^"]*)"/.exec(html)?.[1] ?? ''));
    expect(sheet.headers.get('content-type')).toContain('text/css');
  });

  it('refuses forms of other sites and names that are not this machine', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect((await post(paymentPath(id), { button: 'cancel' }, { origin })).status, origin).toBe(403);
    }
    expect(await statusAs('rebound.example')).toBe(403);
    expect(await statusAs(`localhost:${bench.simulator.port}`)).toBe(200);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
    const own = await post(paymentPath(id), { button: 'cancel' }, { origin: bench.simulator.url });
    expect(own.status).toBe(303);
  });

  it('refuses other machines and shows them nothing', async () => {
    const sim = createSimulation({ clock: systemClock, log: () => {}, jobs: {} as never });
    const ask = { method: 'GET', path: '/', query: {}, body: {}, header: () => 'localhost' };
    const refusal = await consoleAnswer(sim, { ...ask, local: false });
    expect(refusal?.status).toBe(403);
    expect(refusal?.body).not.toContain('Payments</h1>');
    expect((await consoleAnswer(sim, { ...ask, local: true }))?.status).toBe(200);
    await sim.close();
  });

  it('leaves other paths alone and knows its own', async () => {
    expect((await fetch(address('/_sim/health'))).headers.get('content-type')).toContain('json');
    expect((await fetch(address('/_sim/nowhere'))).status).toBe(404);
    expect((await fetch(address(`${CONSOLE}/nowhere`))).status).toBe(404);
    expect((await fetch(address(`${CONSOLE}/clock`), { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(address('/nowhere'))).status).toBe(404);
  });
});

describe('amounts', () => {
  it('are shown and read in the units of their currency at Stripe', () => {
    expect([shownMoney(1050, 'eur'), typedMoney(1050, 'eur'), readMoney('10.5', 'eur')]).toEqual([
      '€10.50',
      '10.50',
      1050,
    ]);
    expect([typedMoney(500, 'jpy'), readMoney('500', 'jpy')]).toEqual(['500', 500]);
    expect([typedMoney(1234, 'kwd'), readMoney('1,234', 'kwd')]).toEqual(['1.234', 1234]);
    expect([typedMoney(50_000, 'isk'), readMoney('500', 'isk')]).toEqual(['500.00', 50_000]);
    expect(() => readMoney('5.5', 'jpy')).toThrow('not an amount');
  });
});

/** The status of the first page asked for under another host name. */
function statusAs(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: bench.simulator.port, path: '/', headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('what banks, networks and customers do', () => {
  const RETURN = { return_url: 'https://shop.example/back' };
  const sepa = (): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      confirm: true,
      payment_method_data: {
        type: 'sepa_debit',
        sepa_debit: { iban: 'AT321904300235473204' },
        billing_details: { name: 'Ada', email: 'ada@example.com' },
      },
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
      ...RETURN,
    });
  const transfer = async (): Promise<Stripe.PaymentIntent> => {
    const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'eur', customer });
    return stripe.paymentIntents.confirm(id, { payment_method: 'pm_sim_bank_transfer', ...RETURN });
  };

  it('a debit is settled or refused', async () => {
    const settled = await sepa();
    expect(offered(await pageOf(paymentPath(settled.id)))).toEqual(['debit_settled', 'debit_refused']);
    expect(await press(settled.id, { button: 'debit_settled' })).toMatchObject({ status: 'succeeded' });
    const refused = await sepa();
    expect(await press(refused.id, { button: 'debit_refused' })).toMatchObject({ status: 'requires_payment_method' });
    expect((await post(paymentPath(refused.id), { button: 'debit_settled' })).status).toBe(400);
  });

  it('a redirect is confirmed or refused, in its own words', async () => {
    const paypal = () =>
      stripe.paymentIntents.create({
        amount: 2000,
        currency: 'eur',
        confirm: true,
        payment_method_data: { type: 'paypal' },
        ...RETURN,
      });
    const confirmed = await paypal();
    const html = await pageOf(paymentPath(confirmed.id));
    expect(offered(html)).toEqual(['redirect_passed', 'redirect_failed', 'cancel']);
    const link = /href="(\/_sim\/redirect\/paypal\/\w+)"/.exec(html)?.[1] ?? '';
    expect((await fetch(address(link))).status).toBe(200);
    expect(await press(confirmed.id, { button: 'redirect_passed' })).toMatchObject({ status: 'succeeded' });
    const refused = await paypal();
    expect(await press(refused.id, { button: 'redirect_failed' })).toMatchObject({ status: 'requires_payment_method' });
  });

  it('money arrives in parts, a surplus is shown, and a refund without a known sender waits for the customer', async () => {
    const { id } = await transfer();
    const html = await pageOf(paymentPath(id));
    expect(html).toContain('value="20.00"');
    expect((await fetch(address(/href="(\/_sim\/bank-transfer\/\w+)"/.exec(html)?.[1] ?? ''))).status).toBe(200);
    expect(await press(id, { button: 'transfer', amount: '12.50' })).toMatchObject({ status: 'requires_action' });
    expect(await pageOf(paymentPath(id))).toContain('value="7.50"');
    expect(await press(id, { button: 'transfer', amount: '10', tick: '1' })).toMatchObject({ status: 'succeeded' });
    expect(await pageOf(paymentPath(id))).toMatch(/In the cash balance.{0,40}€2\.50/s);
    await press(id, { button: 'refund', amount: '5' });
    const refund = (await stripe.refunds.list({ payment_intent: id })).data[0];
    expect(refund?.status).toBe('requires_action');
    const page = await pageOf(paymentPath(id));
    expect(offered(page).slice(-2)).toEqual(['give_bank_details', 'expire']);
    await press(id, { button: 'expire', refund: refund?.id ?? '' });
    expect((await stripe.refunds.retrieve(refund?.id ?? '')).status).toBe('failed');
  });

  it('a dispute is opened and won, another one lost, and neither twice', async () => {
    const won = await pay();
    await press(won.id, { button: 'dispute_opened' });
    expect(offered(await pageOf(paymentPath(won.id)))).toEqual(
      expect.arrayContaining(['dispute_won', 'dispute_lost', 'fraud_warned']),
    );
    await press(won.id, { button: 'dispute_won' });
    expect((await stripe.disputes.list({ payment_intent: won.id })).data[0]?.status).toBe('won');
    expect((await post(paymentPath(won.id), { button: 'dispute_lost' })).status).toBe(400);
    expect((await post(paymentPath(won.id), { button: 'dispute_opened' })).status).toBe(400);
    const lost = await pay();
    await press(lost.id, { button: 'dispute_opened' });
    await press(lost.id, { button: 'dispute_lost' });
    expect((await stripe.disputes.list({ payment_intent: lost.id })).data[0]?.status).toBe('lost');
    expect(await pageOf(paymentPath(lost.id))).toMatch(/Dispute<\/dt><dd>lost/);
  });

  it('a card network warns of fraud, and a review is opened and closed', async () => {
    const { id } = await pay();
    await press(id, { button: 'fraud_warned' });
    expect((await stripe.radar.earlyFraudWarnings.list({ payment_intent: id })).data).toHaveLength(1);
    await press(id, { button: 'review_opened' });
    const page = await pageOf(paymentPath(id));
    expect(offered(page)).toContain('review_closed');
    expect(offered(page)).not.toContain('review_opened');
    const { review } = await press(id, { button: 'review_closed' });
    expect(await stripe.reviews.retrieve(String(review))).toMatchObject({ open: false });
  });

  it('a program sees the same buttons and presses them with minor units', async () => {
    const { id } = await transfer();
    const view = await bench.control.payment(id);
    expect(view).toMatchObject({ status: 'requires_action', method: 'customer_balance', remaining: 2000, refunds: [] });
    expect(view.buttons.map(({ id: button, amount }) => [button, amount])).toEqual([
      ['transfer', 2000],
      ['cancel', undefined],
    ]);
    expect(await bench.control.press(id, { button: 'transfer', amount: 2300 })).toMatchObject({
      status: 'succeeded',
      captured: 2000,
      surplus: 300,
    });
    await expect(bench.control.press(id, { button: 'debit_settled' })).rejects.toThrow('not possible now');
    await expect(bench.control.payment('pi_nobody')).rejects.toThrow('404');
  });
});

describe('the page of wallets', () => {
  const WALLETS = `${CONSOLE}/wallets`;

  it('shows domains and tokens of all accounts, and that there are none', async () => {
    expect(await pageOf(WALLETS)).toMatch(/No host is registered.*No token yet/s);
    await stripe.paymentMethodDomains.create({ domain_name: 'localhost' });
    await bench.sdk('other').paymentMethodDomains.create({ domain_name: 'shop.example', enabled: false });
    const create = (payment_method: string) => stripe.testHelpers.confirmationTokens.create({ payment_method });
    const [used, waiting] = [await create('pm_sim_apple_pay'), await create('pm_sim_paypal')];
    const { id } = await pay({ payment_method: undefined, confirmation_token: used.id });
    const html = await pageOf(WALLETS);
    expect(html).toMatch(/localhost.*could not be read/s);
    expect(html).toMatch(/shop\.example.*off/s);
    expect(html).toMatch(new RegExp(`${waiting.id}.*waiting.*PayPal`, 's'));
    expect(html).toMatch(new RegExp(`${used.id}.*used.*Apple Pay.*4242.*/payments/${id}`, 's'));
    expect(await pageOf('/')).toContain('Apple Pay, Visa •••• 4242');
  });

  it('has buttons that do what the control plane does', async () => {
    const { id } = await stripe.paymentMethodDomains.create({ domain_name: 'shop.example' });
    expect((await post(WALLETS, { verb: 'inactive', domain: id, wallet: 'klarna' })).status).toBe(303);
    expect((await stripe.paymentMethodDomains.retrieve(id)).klarna.status).toBe('inactive');
    await post(WALLETS, { verb: 'active', domain: id, wallet: 'klarna' });
    expect((await stripe.paymentMethodDomains.retrieve(id)).klarna.status).toBe('active');
    await post(WALLETS, { verb: 'take', wallet: 'link' });
    expect(await bench.control.setWallet('paypal', true)).toMatchObject({ link: false, paypal: true });
    await post(WALLETS, { verb: 'give', wallet: 'link' });
    expect(await bench.control.setWallet('paypal', true)).toMatchObject({ link: true });
    expect((await post(WALLETS, { verb: 'dance', wallet: 'link' })).status).toBe(404);
    expect((await post(WALLETS, { verb: 'active', domain: 'pmd_none', wallet: 'link' })).status).toBe(404);
  });
});
