/** Who pays, as Stripe knows it: from a payment before and after it is paid, and from a confirmation token. */
import { stringify } from 'qs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PaymentHandle } from '../../../src/kit/index.js';
import { orderOf, SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { begin, impatient, simulated } from './simulated.js';

let sim: Simulated;
const connector = impatient();
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());

const CARD = { number: '4242424242424242', exp_month: 12, exp_year: 2030, cvc: '123' };
const ADDRESS = { line1: 'Main street 1', line2: '2nd floor', city: 'Berlin', postal_code: '10115', country: 'DE' };
const BILLING = { name: 'Ludwig van Beethoven', email: 'ludwig@example.com', phone: '+49 30 1', address: ADDRESS };
const SHIPPING = {
  name: 'Ada Lovelace',
  phone: '+49 30 2',
  address: { ...ADDRESS, line1: 'Side street 2', line2: '' },
};

const BILLED = { address1: 'Main street 1', address2: '2nd floor', city: 'Berlin', zipCode: '10115', country: 'DE' };
const LUDWIG = { firstName: 'Ludwig', lastName: 'van Beethoven' };

async function begun(): Promise<PaymentHandle> {
  const { orderReference: _none, shipping: _where, ...cart } = orderOf();
  return (await begin(connector, sim.context(), cart)).payment;
}

const ask = (data: Record<string, string>, payment?: PaymentHandle) =>
  connector.customer!({ data, ...(payment === undefined ? {} : { payment }) }, sim.context());

/** As Stripe.js does it: card numbers never pass through a server. */
async function inBrowser(path: string, params: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${SETTINGS.publishableKey as string}` };
  const body = new URLSearchParams(stringify(params));
  const answer = await fetch(`${sim.url}/v1/${path}`, { method: 'POST', headers, body });
  const made = (await answer.json()) as { id: string };
  if (!answer.ok) throw new Error(JSON.stringify(made));
  return made;
}

async function token(more: object = {}): Promise<string> {
  const payment_method_data = { type: 'card' as const, card: CARD, billing_details: BILLING };
  const params = { payment_method_data, shipping: SHIPPING, ...more };
  return (await inBrowser('confirmation_tokens', params)).id;
}

describe('a payment', () => {
  it('that nobody has paid yet knows nobody', async () => {
    const payment = await begun();
    const { answer, customer, transactionId } = await ask({ transactionId: payment.transactionId }, payment);
    expect([answer, customer, transactionId]).toEqual(['completed', {}, payment.transactionId]);
  });

  it('that is paid tells name, e-mail, phone and both addresses, without empty members', async () => {
    const payment = await begun();
    const method = await inBrowser('payment_methods', { type: 'card', card: CARD, billing_details: BILLING });
    await sim.stripe.paymentIntents.update(payment.transactionId, { shipping: SHIPPING });
    await sim.pay(payment.transactionId, method.id);
    const { customer } = await ask({}, payment);
    expect(customer).toEqual({
      ...LUDWIG,
      email: 'ludwig@example.com',
      phone: '+49 30 1',
      billingAddress: { ...LUDWIG, ...BILLED, phone: '+49 30 1' },
      shippingAddress: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        address1: 'Side street 2',
        city: 'Berlin',
        zipCode: '10115',
        country: 'DE',
        phone: '+49 30 2',
      },
    });
  });

  it('is told only as the payment it is', async () => {
    const payment = await begun();
    const answer = await ask({}, { ...payment, paymentId: 'somebody-else' });
    expect(answer).toMatchObject({ answer: 'rejected', problem: { class: 'not_found' } });
    expect((await ask({ somethingElse: '1' })).answer).toBe('rejected');
  });
});

describe('a confirmation token', () => {
  it('tells them before anything is confirmed, and names no payment', async () => {
    const answer = await ask({ confirmationTokenId: await token() });
    expect(answer).toMatchObject({
      answer: 'completed',
      customer: { ...LUDWIG, email: 'ludwig@example.com', billingAddress: BILLED, shippingAddress: { firstName: 'Ada' } },
    });
    expect(answer).not.toHaveProperty('transactionId');
  });

  it('goes before the payment it comes with', async () => {
    const payment = await begun();
    const confirmationTokenId = await token();
    const { customer } = await ask({ confirmationTokenId, transactionId: payment.transactionId }, payment);
    expect(customer).toMatchObject(LUDWIG);
  });

  it('that was used names its payment', async () => {
    const payment = await begun();
    const confirmation_token = await token({ return_url: 'https://shop.example/return' });
    await sim.stripe.paymentIntents.confirm(payment.transactionId, { confirmation_token });
    const { transactionId } = await ask({ confirmationTokenId: confirmation_token });
    expect(transactionId).toBe(payment.transactionId);
  });

  it('that nobody knows is refused, and no answer is no refusal; neither is logged with a person in it', async () => {
    expect(await ask({ confirmationTokenId: 'ctoken_gone' })).toMatchObject({ answer: 'rejected' });
    await sim.control.addFault({ match: { method: 'GET', path: '/v1/confirmation_tokens/*' }, effect: 'drop_after', times: 4 });
    expect(await ask({ confirmationTokenId: await token() })).toMatchObject({ answer: 'unknown' });
    await sim.control.clearFaults();
    expect(JSON.stringify(sim.logged)).not.toMatch(/Ludwig|example\.com|Berlin/);
  });
}); // prettier-ignore
