/** A marketplace: merchants who onboard, are paid and give back. Their links, names and addresses are nobody else's. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { control } from '../crash/flow.js';
import { until, type Sandbox } from '../crash/sandbox.js';
import { canary, type Canary, type Recorded, type Recorder } from './places.js';

interface Visit {
  sandbox: Sandbox;
  /** Of the shop's server. */
  headers: Record<string, string>;
  secretKey: string;
  /** An order of 120.00 that is paid, and captured in a moment. */
  orderReference: string;
  app: Recorder;
  canaries: Canary[];
}

/** Where a link and what is told to the PSP may stand. */
const LINKS = ['answer: marketplace onboarding', 'headers: marketplace hop', 'simulator state'];
const NAMES = [
  'answer: marketplace onboarding',
  'database: operations',
  'database files',
  'simulator state',
  'simulator journal',
];

/** Goes through onboarding, its hops, transfers and reversals, rightly and wrongly, and adds what was secret. */
export async function visitMarketplace(all: Visit): Promise<void> {
  const { sandbox, headers, orderReference, app, canaries } = all;
  const [name, portal] = [1, 2].map(() => randomBytes(9).toString('hex')) as [string, string];
  canaries.push(canary('name of a merchant', name, NAMES));
  canaries.push(canary('address of a merchant’s portal', portal, ['headers: marketplace hop']));
  const visit = (title: string, path: string, body: unknown): Promise<Recorded> =>
    app.visit(`marketplace ${title}`, `${sandbox.appUrl}/private/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const wish = {
    merchant: { merchantReference: 'MER1', name },
    successUrl: `https://portal.example/done?secret=${portal}`,
    refreshUrl: `https://portal.example/again?secret=${portal}`,
  };
  const onboard = async (): Promise<string> => {
    const { status, body } = await visit('onboarding', 'merchants/onboarding', wish);
    expect([200, 201], body).toContain(status);
    const { url } = JSON.parse(body) as { url: string };
    canaries.push(canary('link to the forms of a merchant', new URL(url).pathname.split('/').at(-1) ?? '', LINKS));
    return url;
  };
  const faults = (effect: string, times: number): Promise<unknown> =>
    control(sandbox, 'faults', { match: { method: 'POST', path: '/v2/**' }, effect, times });
  await faults('error_500', 9);
  expect((await visit('wrong onboarding', 'merchants/onboarding', wish)).status).toBe(412);
  await fetch(`${sandbox.simulatorUrl}/_sim/faults`, { method: 'DELETE' });
  await onboard();
  await faults('unauthorized', 3);
  expect((await visit('wrong onboarding', 'merchants/onboarding', wish)).status).toBe(412);
  await fetch(`${sandbox.simulatorUrl}/_sim/faults`, { method: 'DELETE' });
  await visit('wrong json', 'merchants/onboarding', `{"merchant":{"name":"${name}"},"successUrl":"${portal}" x`);
  await visit('wrong shape', 'merchants/onboarding', { merchant: [{ name }], successUrl: [wish.successUrl] });
  await visit('wrong url', 'merchants/onboarding', { ...wish, successUrl: `javascript:${portal}` });
  await hops(all);
  await onboard();

  const share = {
    merchant_reference: 'MER1',
    order_reference: orderReference,
    item_reference: 'i1',
    amount: '5000',
    name,
  };
  const send = (title: string, item: object): Promise<Recorded> =>
    visit(title, 'payments/transfers', { paymentTransmissionItems: [item] });
  await send('wrong transfers', { ...share, amount: 'much' });
  const transferId = await until('the merchant is paid', async () => {
    const { transfers } = JSON.parse((await send('transfers', share)).body) as {
      transfers: { transferId: string | null }[];
    };
    return transfers[0]?.transferId ?? undefined;
  });
  await send('transfers', { ...share, amount: '-1000', transfer_id: transferId });
}

/** The browser passes our hops; the account is finished in between, so that money can be sent to it. */
async function hops({ sandbox, secretKey, app, canaries }: Visit): Promise<void> {
  const text = JSON.stringify(await control(sandbox, 'snapshot'));
  const ours = (hop: string): string => {
    const [address] = new RegExp(`/onboarding/${hop}\\?state=[\\w.-]+`).exec(text) ?? [];
    if (address === undefined) throw new Error(`Stripe was told no address for ${hop}`);
    return `${sandbox.appUrl}${address}`;
  };
  const headers = { authorization: `Bearer ${secretKey}` };
  const listed = await fetch(`${sandbox.simulatorUrl}/v2/core/accounts`, { headers });
  const { data } = (await listed.json()) as { data: { id: string }[] };
  expect(data).toHaveLength(1);
  await control(sandbox, 'actions/account', { account: data[0]?.id, outcome: 'complete' });
  const refreshed = await app.visit('marketplace hop', ours('refresh'));
  expect(refreshed.status, refreshed.body).toBe(303);
  const link = /^location: (.*)$/m.exec(refreshed.headers)?.[1] ?? '';
  canaries.push(canary('link by a hop', new URL(link).pathname.split('/').at(-1) ?? '', LINKS));
  expect((await app.visit('marketplace hop', ours('return'))).status).toBe(303);
  expect((await app.visit('marketplace wrong hop', `${ours('return')}x`)).status).toBe(404);
}
