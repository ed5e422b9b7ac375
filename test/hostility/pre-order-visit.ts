/** A shop that takes payments before their order, and a wallet that says who pays: what is theirs is nobody else's. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { control } from '../crash/flow.js';
import type { Sandbox } from '../crash/sandbox.js';
import { sampleOrder } from '../support/app.js';
import { canary, type Canary, type Recorded, type Recorder } from './places.js';

interface Visit {
  sandbox: Sandbox;
  /** Of the shop's server. */
  headers: Record<string, string>;
  secretKey: string;
  app: Recorder;
  canaries: Canary[];
}

const CART = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card' };
/** Answers that hold them on purpose. */
const STARTED = 'answer: pre-order payment';
const TOLD = 'answer: pre-order customer';
const SIMULATOR = 'simulator state';

/** Goes through all endpoints about a payment before its order, rightly and wrongly, and adds what was secret. */
export async function visitPreOrder({ sandbox, headers, secretKey, app, canaries }: Visit): Promise<void> {
  const [mail, street, shopMail] = [1, 2, 3].map(() => randomBytes(9).toString('hex')) as [string, string, string];
  const visit = (name: string, path: string, body: unknown, more: Record<string, string> = {}): Promise<Recorded> =>
    app.visit(`pre-order ${name}`, `${sandbox.appUrl}/private/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...more },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const started = async (): Promise<{ transactionId: string; clientSecret: string }> => {
    const key = { 'idempotency-key': randomBytes(6).toString('hex') };
    const orderData = { ...CART, customerEmail: `${shopMail}@example.com` };
    const { status, body } = await visit('payment', 'pre-order-payment', { orderData }, key);
    expect(status, body).toBe(200);
    await visit('payment', 'pre-order-payment', { orderData }, key);
    const { preOrderPaymentData } = JSON.parse(body) as { preOrderPaymentData: Record<string, string> };
    const { transactionId = '', clientSecret = '' } = preOrderPaymentData;
    canaries.push(canary('client secret before the order', clientSecret.split('_secret_')[1] ?? '', [STARTED, SIMULATOR]));
    return { transactionId, clientSecret };
  }; // prettier-ignore
  const token = await walletToken(sandbox, secretKey, { mail, street });
  const [ordered, given] = [await started(), await started()];

  const told = { customerPaymentServiceProviderData: { ...ordered, confirmationTokenId: token } };
  const { status, body } = await visit('customer', 'customer', told);
  expect([status, body]).toEqual([200, expect.stringContaining(mail)]);
  await control(sandbox, 'faults', { match: { path: '/v1/**' }, effect: 'error_500', times: 3 });
  expect((await visit('wrong customer', 'customer', told)).status).toBe(503);
  await control(sandbox, 'faults', { match: { path: '/v1/**' }, effect: 'truncated', times: 3 });
  await visit('wrong customer', 'customer', told);
  await fetch(`${sandbox.simulatorUrl}/_sim/faults`, { method: 'DELETE' });
  const known = { email: `${mail}@example.com`, billingAddress: { address1: street } };
  await visit('wrong json', 'customer', `{"customer":{"email":"${mail}@example.com"},"token":"${token}" x`);
  await visit('wrong shape', 'customer', { customer: [known], customerPaymentServiceProviderData: [[token]] });
  await visit('wrong customer', 'customer', { ...told, customer: known, customerPaymentServiceProviderData: { transactionId: 'pi_unknown', confirmationTokenId: token } }); // prettier-ignore

  const orderReference = `DE--${randomBytes(4).toString('hex')}`;
  const order = { ...sampleOrder(orderReference), customerEmail: `${shopMail}@example.com` };
  const confirmation = { orderReference, orderData: order, preOrderPaymentData: ordered };
  await visit('wrong order', 'confirm-pre-order-payment', { ...confirmation, orderData: { ...order, grandTotal: 1 } });
  await visit('wrong order', 'confirm-pre-order-payment', { ...confirmation, orderReference: null });
  await visit('wrong json', 'confirm-pre-order-payment', `{"preOrderPaymentData":${JSON.stringify(ordered)} x`);
  expect((await visit('order', 'confirm-pre-order-payment', confirmation)).status).toBe(200);
  await visit('wrong end', 'cancel-pre-order-payment', { preOrderPaymentData: ordered });
  expect((await visit('end', 'cancel-pre-order-payment', { preOrderPaymentData: given })).status).toBe(200);
  await visit('wrong order', 'confirm-pre-order-payment', { ...confirmation, preOrderPaymentData: given });

  canaries.push(
    // The token is read at the PSP by its id.
    canary('confirmation token', token, [SIMULATOR, 'simulator journal']),
    // The sheet itself tells them to the PSP.
    canary('e-mail from the wallet', mail, [TOLD, SIMULATOR, 'simulator journal']),
    canary('street from the wallet', street, [TOLD, SIMULATOR, 'simulator journal']),
    // The order is kept with its payment.
    canary('e-mail of the order', shopMail, ['database: payments', 'database: operations', 'database files', SIMULATOR]),
  ); // prettier-ignore
}

/** What a wallet's sheet was told. */
async function walletToken(
  { simulatorUrl }: Sandbox,
  secretKey: string,
  { mail, street }: { mail: string; street: string },
): Promise<string> {
  const fields = {
    'payment_method_data[type]': 'paypal',
    'payment_method_data[billing_details][name]': 'Ada Lovelace',
    'payment_method_data[billing_details][email]': `${mail}@example.com`,
    'shipping[name]': 'Ada Lovelace',
    'shipping[address][line1]': street,
    'shipping[address][city]': 'Berlin',
    'shipping[address][postal_code]': '10115',
    'shipping[address][country]': 'DE',
  };
  const headers = { authorization: `Bearer ${secretKey}` };
  const init = { method: 'POST', headers, body: new URLSearchParams(fields) };
  const answer = await fetch(`${simulatorUrl}/v1/test_helpers/confirmation_tokens`, init);
  const { id } = (await answer.json()) as { id: string };
  expect(id).toMatch(/^ctoken_/);
  return id;
}
