/** A customer and a guest at a storefront, with secrets of theirs that nobody may find afterwards. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { canary, type Canary, type Recorder } from './places.js';

/** Answers that hold a secret on purpose. */
const ON_PURPOSE = 'answer: storefront payment';

interface Visit {
  appUrl: string;
  tenantId: string;
  app: Recorder;
  canaries: Canary[];
}

/** Starts payments, goes wrong in every way, and adds to the canaries what was secret on the way. */
export async function visitStorefront({ appUrl, tenantId, app, canaries }: Visit): Promise<void> {
  const [token, guestId, wrongToken] = [1, 2, 3].map(() => randomBytes(12).toString('hex')) as [string, string, string];
  const customer = { authorization: `Bearer ${token}` };
  const guest = { 'x-anonymous-customer-unique-id': guestId };
  const visit = (name: string, path: string, headers: Record<string, string>, body: unknown) =>
    app.visit(`storefront ${name}`, `${appUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.api+json', 'x-tenant-identifier': tenantId, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  for (const headers of [customer, guest]) {
    const repeated = { ...headers, 'idempotency-key': randomBytes(6).toString('hex') };
    const { status, body } = await visit('payment', '/payments', repeated, cart());
    expect(status, body).toBe(201);
    const { data } = JSON.parse(body) as { data: { attributes: { preOrderPaymentData: Record<string, string> } } };
    const { clientSecret = '', transactionId = '' } = data.attributes.preOrderPaymentData;
    const secret = clientSecret.split('_secret_')[1] ?? '';
    canaries.push(canary('client secret of a storefront', secret, [ON_PURPOSE, 'simulator state']));
    await visit('payment', '/payments', repeated, cart());
    await visit('unknown', '/payments', headers, cart({ preOrderPaymentData: { transactionId: clientSecret } }));
    await visit('customer', '/payment-customers', headers, {
      data: {
        type: 'payment-customers',
        attributes: { payment: METHOD, customerPaymentServiceProviderData: { transactionId } },
      },
    });
    await visit('wrong json', '/payments', headers, `{"data":"${clientSecret}" x`);
    await visit('wrong shape', '/payments', headers, { data: clientSecret, [clientSecret]: token });
    await visit('wrong origin', '/payments', { ...headers, origin: 'https://evil.example' }, cart());
    await visit('cancellation', '/payment-cancellations', headers, {
      data: { type: 'payment-cancellations', attributes: { payment: METHOD, preOrderPaymentData: { transactionId } } },
    });
  }
  await visit('wrong bearer', '/payments', { authorization: `Token ${wrongToken}` }, cart());
  // Whoever sends a secret as the id of a payment is told so with their own words.
  const own = ['error: storefront unknown'];
  canaries.forEach((known) => {
    if (known.name === 'client secret of a storefront') known.allowed = [...known.allowed, ...own];
  });
  canaries.push(
    canary('token of a customer', token),
    canary('id of a guest', guestId),
    canary('wrong token', wrongToken),
  );
}

const METHOD = { paymentMethodName: 'Credit Card', paymentProviderName: 'stripe' };

function cart(changes: object = {}): object {
  const quote = {
    customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' },
    billingAddress: { iso2Code: 'DE' },
    currency: { code: 'EUR' },
  };
  return { data: { type: 'payments', attributes: { quote, payment: { ...METHOD, amount: 12_000 }, ...changes } } };
}
