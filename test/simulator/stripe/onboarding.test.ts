/** Account links and the page they lead to: opened once, in time, and back to the platform whatever was chosen. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const RETURN = 'https://shop.example/done?state=abc';
const REFRESH = 'https://shop.example/again';

async function account(): Promise<string> {
  const made = await stripe.v2.core.accounts.create({
    display_name: 'Töpferei <Vogel>',
    contact_email: 'vogel@seller.example',
    dashboard: 'express',
    identity: { country: 'de' },
    defaults: { responsibilities: { fees_collector: 'application', losses_collector: 'application' } },
    configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } } },
  });
  return made.id;
}
const linkV2 = (id: string) =>
  stripe.v2.core.accountLinks.create({
    account: id,
    use_case: { type: 'account_onboarding', account_onboarding: { return_url: RETURN, refresh_url: REFRESH } },
  });
const linkV1 = (id: string) =>
  stripe.accountLinks.create({ account: id, type: 'account_onboarding', return_url: RETURN, refresh_url: REFRESH });

const open = (url: string, headers: Record<string, string> = {}) => fetch(url, { redirect: 'manual', headers });
const sessionIn = (html: string): string => /name="session" value="(\w+)"/.exec(html)?.[1] ?? '';
const press = (url: string, outcome: string, session = '') =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ outcome, session }).toString(),
  });
const where = (response: Response) => ({ status: response.status, to: response.headers.get('location') });
const transfers = async (id: string) => (await stripe.accounts.retrieve(id)).capabilities?.transfers;

describe('an account link', () => {
  it('is made by both halves of the API, for five minutes', async () => {
    const id = await account();
    const two = await linkV2(id);
    expect(two).toMatchObject({
      object: 'v2.core.account_link',
      account: id,
      use_case: { type: 'account_onboarding' },
    });
    expect(Date.parse(two.expires_at) - Date.parse(two.created)).toBe(300_000);
    const one = await linkV1(id);
    expect(one.expires_at - one.created).toBeLessThanOrEqual(300);
    expect(one.url).toContain(`${bench.simulator.url}/_sim/connect/onboarding/`);
    expect(one.url).not.toBe(two.url);
  });

  it('needs both addresses and an account that is there', async () => {
    const id = await account();
    const half = stripe.accountLinks.create({ account: id, type: 'account_onboarding', return_url: RETURN });
    expect(await errorOf(half)).toMatchObject({ status: 400, param: 'refresh_url' });
    const other = stripe.v2.core.accountLinks.create({ account: id, use_case: { type: 'account_onboarding' } });
    expect(await errorOf(other)).toMatchObject({ status: 400, code: 'invalid_fields' });
    expect(await errorOf(linkV2('acct_nobody'))).toMatchObject({ status: 404, code: 'not_found' });
    await stripe.v2.core.accounts.close(id);
    expect(await errorOf(linkV2(id))).toMatchObject({ status: 400 });
    expect(await errorOf(linkV1(id))).toMatchObject({ status: 403, code: 'account_invalid' });
  });

  it('is opened once; then it leads to the refresh address', async () => {
    const { url } = await linkV2(await account());
    expect((await open(url)).status).toBe(200);
    expect(where(await open(url))).toEqual({ status: 303, to: REFRESH });
  });

  it('that nobody opened in time leads to the refresh address', async () => {
    const id = await account();
    const { url } = await linkV1(id);
    await bench.control.advance(301);
    expect(where(await open(url))).toEqual({ status: 303, to: REFRESH });
    expect(where(await press(url, 'complete'))).toEqual({ status: 303, to: REFRESH });
    expect(await transfers(id)).toBe('inactive');
  });

  it('that was opened in time may be answered later', async () => {
    const id = await account();
    const { url } = await linkV1(id);
    const html = await (await open(url)).text();
    await bench.control.advance(600);
    expect(where(await press(url, 'complete', sessionIn(html)))).toEqual({ status: 303, to: RETURN });
    expect(await transfers(id)).toBe('active');
  });

  it('nobody made is not there', async () => {
    expect((await open(`${bench.simulator.url}/_sim/connect/onboarding/nothing`)).status).toBe(404);
  });
});

describe('the onboarding page', () => {
  it('says that it is a simulation, for whom, and what is asked for, in English and German', async () => {
    const id = await account();
    const english = await (await open((await linkV2(id)).url)).text();
    expect(english).toContain('Simulation: no real bank');
    expect(english).toContain('Töpferei &#60;Vogel&#62;');
    expect(english).toContain('Bank account');
    const german = await (await open((await linkV2(id)).url, { 'accept-language': 'de-AT' })).text();
    expect(german).toContain('<html lang="de">');
    expect(german).toContain('Konto einrichten');
    const values = [...german.matchAll(/name="outcome" value="(\w+)"/g)].map((match) => match[1]);
    expect(values).toEqual(['complete', 'more_later', 'pending', 'restricted', 'rejected', 'leave']);
  });

  it.each([
    ['complete', 'active'],
    ['more_later', 'active'],
    ['pending', 'pending'],
    ['restricted', 'inactive'],
    ['rejected', 'inactive'],
    ['leave', 'inactive'],
  ])('%s leads back, with transfers %s', async (outcome, expected) => {
    await bench.control.freeze();
    const id = await account();
    const { url } = await linkV2(id);
    const session = sessionIn(await (await open(url)).text());
    expect(where(await press(url, outcome, session))).toEqual({ status: 303, to: RETURN });
    expect(await transfers(id)).toBe(expected);
    expect((await stripe.accounts.retrieve(id)).details_submitted).toBe(outcome !== 'leave');
    await bench.control.freeze(false);
  });

  it('takes one choice, from the browser that opened it', async () => {
    const id = await account();
    const { url } = await linkV2(id);
    const session = sessionIn(await (await open(url)).text());
    expect(where(await press(url, 'complete', 'somebody'))).toEqual({ status: 303, to: REFRESH });
    expect((await press(url, 'nonsense', session)).status).toBe(400);
    await press(url, 'complete', session);
    expect(where(await press(url, 'rejected', session))).toEqual({ status: 303, to: REFRESH });
    expect(await transfers(id)).toBe('active');
  });

  it('may be answered by a test that never opened it', async () => {
    const id = await account();
    const { url } = await linkV2(id);
    expect(where(await press(url, 'complete'))).toEqual({ status: 303, to: RETURN });
    expect(where(await open(url))).toEqual({ status: 303, to: REFRESH });
    expect(await transfers(id)).toBe('active');
  });
});
