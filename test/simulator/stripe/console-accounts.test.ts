/** The console's page of connected accounts: what it shows, and that its buttons do what the control plane does. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeEach(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterEach(() => bench.close());

const address = (): string => `${bench.simulator.url}/_sim/console/accounts`;
const page = async (): Promise<string> => (await fetch(address())).text();
const press = (form: Record<string, string>): Promise<Response> =>
  fetch(address(), { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
const account = async (client: Stripe, name: string): Promise<string> => {
  const capabilities = { transfers: { requested: true } };
  return (await client.accounts.create({ type: 'express', business_profile: { name }, capabilities })).id;
};

describe('the page of accounts', () => {
  it('invites nobody when there is none, and shows those of every platform with what is due', async () => {
    expect(await page()).toContain('No merchant is connected');
    const id = await account(stripe, 'Vélo <Nord>');
    await account(bench.sdk('other'), 'Käse Huber');
    const html = await page();
    expect(html).toContain('Vélo &lt;Nord>');
    expect(html).toContain('Käse Huber');
    expect(html).toContain(id);
    expect(html).toContain('2 connected accounts');
    expect(html).toContain('external_account: past_due');
    expect(html).toContain('not onboarded');
  });

  it.each([
    ['complete', 'active'],
    ['pending', 'pending'],
    ['restricted', 'inactive'],
    ['rejected', 'inactive'],
  ])('decides %s', async (outcome, transfers) => {
    await bench.control.freeze();
    const id = await account(stripe, 'Vélo');
    expect((await press({ verb: 'decide', account: id, outcome })).headers.get('location')).toContain('?done=1');
    expect((await stripe.accounts.retrieve(id)).capabilities?.transfers).toBe(transfers);
    expect(await page()).toContain(`transfers ${transfers}, ${outcome}`);
  });

  it('offers nothing for an account that is closed, and says why a button of an old page is refused', async () => {
    const id = await account(stripe, 'Vélo');
    await press({ verb: 'decide', account: id, outcome: 'close' });
    expect(await page()).not.toContain('value="decide"');
    const late = await press({ verb: 'decide', account: id, outcome: 'complete' });
    expect(late.status).toBe(400);
    expect(await late.text()).toContain('closed or gone');
    expect((await press({ verb: 'nonsense' })).status).toBe(404);
  });

  it('lets /v1 make accounts, or not', async () => {
    await press({ verb: 'refuse-v1' });
    await expect(account(stripe, 'Vélo')).rejects.toThrow('/v2/core/accounts');
    expect(await page()).toContain('Only /v2 makes accounts');
    await press({ verb: 'allow-v1' });
    expect(await account(stripe, 'Vélo')).toMatch(/^acct_/);
  });
});
