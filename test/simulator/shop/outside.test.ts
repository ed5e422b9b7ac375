/** The demo shop and the world beside it: a real simulator behind its bank and dashboard, a record behind its ledger. */
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { startSimulator, type Simulator } from '../../../src/simulator/stripe/index.js';
import type { AppRecord } from '../../../src/simulator/shop/index.js';
import { setStage, until, type Stage } from './shop-stage.js';

let simulator: Simulator;
let stripe: Stripe;
let stage: Stage;
let record: AppRecord | undefined;
const asked: string[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  const { hostname: host, port } = new URL(simulator.url);
  stripe = new Stripe('sk_test_demo', { host, port: Number(port), protocol: 'http' });
  stage = await setStage({
    simulatorUrl: simulator.url,
    readAppRecord: async (tenantId, reference) => {
      asked.push(`${tenantId} ${reference}`);
      return record;
    },
  });
});
beforeEach(() => (record = undefined));
afterAll(async () => {
  await stage.close();
  await simulator.close();
});

/** An order whose payment waits at the simulator for a bank transfer of 40.90. */
async function waiting(): Promise<{ reference: string; intent: string }> {
  const reference = await stage.order();
  const customer = (await stripe.customers.create({ email: 'ada@example.com' })).id;
  const { id: intent } = await stripe.paymentIntents.create({ amount: 4090, currency: 'eur', customer });
  await stripe.paymentIntents.confirm(intent, {
    payment_method: 'pm_sim_bank_transfer',
    return_url: 'https://shop.example/back',
  });
  stage.app.tell('payment-events', 'PaymentUpdated', { entityReference: reference, paymentReference: intent });
  await until(async () => (await stage.get(`/api/orders/${reference}`)).body.paymentReference === intent);
  return { reference, intent };
}

describe('the bank', () => {
  it('sends less, then more, and the journal remembers both', async () => {
    const { reference, intent } = await waiting();
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html).toMatch(/value="2045"[^>]*data-testid="send-less"/);
    expect(html).toMatch(/value="4090"[^>]*data-testid="send-exactly"/);
    expect(html).toMatch(/value="4499"[^>]*data-testid="send-more"/);
    expect(await stage.form(`/orders/${reference}/outside`, { button: 'transfer', minor: '2045' })).toMatchObject({
      status: 303,
      location: `/orders/${reference}`,
    });
    expect((await stage.get(`/api/orders/${reference}/outside`)).body).toMatchObject({ remaining: 2045, surplus: 0 });
    await stage.form(`/orders/${reference}/outside`, { button: 'transfer', amount: '25,00' });
    expect((await stage.get(`/api/orders/${reference}/outside`)).body).toMatchObject({ remaining: 0, surplus: 455 });
    expect((await stripe.paymentIntents.retrieve(intent)).status).toBe('succeeded');
    const after = (await stage.page(`/orders/${reference}`)).html;
    expect(after).toContain('Money sent by bank transfer: €20.45');
    expect(after).toContain('Money sent by bank transfer: €25.00');
  });

  it('says why something is refused and changes nothing', async () => {
    const { reference } = await waiting();
    const typed = await stage.form(`/orders/${reference}/outside`, { button: 'transfer', amount: 'all' });
    expect(typed).toMatchObject({ status: 400 });
    expect(typed.html).toContain('“all” is not an amount');
    const unfit = await stage.form(`/orders/${reference}/outside`, { button: 'debit_settled' });
    expect(unfit).toMatchObject({ status: 409 });
    expect(unfit.html).toContain('not possible now');
    expect((await stage.post(`/api/orders/${reference}/outside`, { button: 'nonsense' })).status).toBe(409);
    expect((await stage.form('/orders/DEMO--99999/outside', { button: 'transfer' })).status).toBe(404);
    expect((await stage.get(`/api/orders/${reference}/outside`)).body.remaining).toBe(4090);
  });

  it('is in the language of the reader', async () => {
    const { reference } = await waiting();
    const { html } = await stage.page(`/orders/${reference}?lang=de`);
    for (const text of ['Die Bank', 'Genau senden:', 'Derweil bei Stripe', 'Zeit vergehen lassen', 'Stornieren'])
      expect(html).toContain(text);
  });
});

describe('time', () => {
  it('passes for the simulator, and the order notes it', async () => {
    const { reference } = await waiting();
    const before = simulator.clock.now();
    expect((await stage.form(`/orders/${reference}/time`, { seconds: '86400' })).status).toBe(303);
    expect(simulator.clock.now() - before).toBeGreaterThanOrEqual(86_400_000);
    expect((await stage.page(`/orders/${reference}`)).html).toContain('Time passed: 1 day');
    for (const seconds of ['-1', 'x']) {
      expect((await stage.form(`/orders/${reference}/time`, { seconds })).status, seconds).toBe(409);
    }
  });
});

describe('a shop without a simulator', () => {
  it('shows orders without bank, dashboard and ledger', async () => {
    const alone = await setStage();
    const reference = await alone.order();
    const { html } = await alone.page(`/orders/${reference}`);
    for (const title of ['The bank', 'Meanwhile at Stripe', 'Let time pass', 'Ledger']) {
      expect(html, title).not.toContain(title);
    }
    expect((await alone.get(`/api/orders/${reference}/outside`)).status).toBe(404);
    expect((await alone.get(`/api/orders/${reference}/record`)).status).toBe(404);
    expect((await alone.post('/api/time', { seconds: 1 })).status).toBe(409);
    await alone.close();
  });
});

describe('the ledger', () => {
  const entry = { at: '2026-01-01T00:00:00.000Z', what: 'captured', debit: 'psp', credit: 'customer', amount: 4090 };
  const recorded = (faults: string[]): AppRecord => ({
    status: 'captured',
    details: { cardLast4: '4242' },
    isProcessing: false,
    commands: [],
    ledger: { currency: 'EUR', entries: [entry as never], balances: { psp: 4090, customer: -4090 }, faults },
  });

  it('is read for this tenant and order, and shown with equal sums', async () => {
    const reference = await stage.order();
    record = recorded([]);
    const { html } = await stage.page(`/orders/${reference}`);
    expect(asked.at(-1)).toBe(`demo-shop ${reference}`);
    expect(html).toMatch(/data-account="psp" data-balance="4090"/);
    expect(html).toMatch(/data-account="customer" data-balance="-4090"/);
    expect(/data-testid="ledger-debits">([^<]+)/.exec(html)?.[1]).toBe('€40.90');
    expect(/data-testid="ledger-credits">([^<]+)/.exec(html)?.[1]).toBe('€40.90');
    expect(html).toContain('The ledger balances.');
  });

  it('says loudly what does not add up', async () => {
    const reference = await stage.order();
    record = recorded(['the accounts sum to 5, not to zero']);
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html).toContain('The ledger is wrong: the accounts sum to 5, not to zero');
    expect(html).not.toContain('The ledger balances.');
  });

  it('shows money on its way as processing, and why a command failed', async () => {
    const reference = await stage.order();
    record = { ...recorded([]), isProcessing: true };
    expect((await stage.page(`/orders/${reference}`)).html).toMatch(/data-status="processing"/);
    await stage.tell(reference, 'PaymentAuthorized');
    await stage.untilStatus(reference, 'authorized');
    const { id } = (await stage.post(`/api/orders/${reference}/capture`)).body;
    await stage.tell(reference, 'PaymentCaptureFailed');
    await stage.untilStatus(reference, 'capture_failed');
    record = { ...recorded([]), commands: [{ id, result: 'refused: the card is <gone>' }] };
    const { html } = await stage.page(`/orders/${reference}`);
    expect(html).toMatch(/reason">the card is &lt;gone/);
  });
});
