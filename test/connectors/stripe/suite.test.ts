/** The contract every connector must pass, for Stripe against the simulator. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { SuiteAsking, SuiteOptions } from '../../../src/kit/index.js';
import { connectorSuite, signatureHeader } from '../../../src/kit/index.js';
import { accountTests } from '../../../src/kit/suite-accounts.js';
import type { Effect } from '../../../src/simulator/stripe/control.js';
import { openAccount } from '../../simulator/stripe/support/merchants.js';
import { bytesOf, orderOf, SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { impatient, simulated } from './simulated.js';

let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());

const PATHS: Record<SuiteAsking, string> = {
  initialize: '/v1/payment_intents',
  capture: '/v1/payment_intents/*/capture',
  cancel: '/v1/payment_intents/*/cancel',
  refund: '/v1/refunds',
  confirm: '/v1/payment_intents/*',
  transfer: '/v1/transfers',
  reverse_transfer: '/v1/transfers/*/reversals',
  create_account: '/v2/core/accounts',
  link_account: '/v2/core/account_links',
};
/** Accounts by Stripe’s older interface. */
const V1_PATHS = { create_account: '/v1/accounts', link_account: '/v1/account_links' };
let accountsOf: 'v1' | 'v2' = 'v2';
/** Stripe refuses a payment with a payment method configuration it does not have. */
let refusing = false;
const settings = { ...SETTINGS, webhook: { mode: 'manual', secret: 'whsec_canary1234' } };

async function fault(effect: Effect, count: number, verb: SuiteAsking): Promise<void> {
  await sim.control.clearFaults();
  const isOld = accountsOf === 'v1' && Object.hasOwn(V1_PATHS, verb);
  const path = isOld ? V1_PATHS[verb as keyof typeof V1_PATHS] : PATHS[verb];
  // The SDK repeats a closed connection once by itself.
  if (count > 0) await sim.control.addFault({ match: { method: 'POST', path }, effect, times: count * 2 });
}

const options: SuiteOptions = {
  connector: impatient(),
  settings,
  badSettings: [
    {
      title: 'a live key in test mode',
      settings: { ...settings, secretKey: 'sk_live_canary1234' },
      property: 'secretKey',
    },
    {
      title: 'a publishable key of another account',
      settings: { ...settings, publishableKey: 'pk_test_other' },
      property: 'publishableKey',
    },
    { title: 'another account', settings: { ...settings, accountId: 'acct_other' }, property: 'accountId' },
  ],
  context: ({ settings: given = settings, clock } = {}) => ({
    ...sim.context(refusing ? { ...given, paymentMethodConfigurationId: 'pmc_unknown' } : given),
    ...(clock === undefined ? {} : { clock }),
  }),
  order: (grandTotal) => orderOf({ grandTotal }),
  authorize: async (transactionId) => void (await sim.pay(transactionId)),
  webhook: {
    body: async ({ transactionId }) => {
      const { data } = await sim.stripe.events.list({ type: 'payment_intent.amount_capturable_updated' });
      return bytesOf(data.find(({ data: { object } }) => (object as { id?: string }).id === transactionId));
    },
    sign: (body, secrets, atSeconds) => ({ 'stripe-signature': signatureHeader(body, secrets, atSeconds) }),
  },
  merchantAccount: () => openAccount(sim.stripe, sim.control),
  reset: async () => {
    refusing = false;
    await sim.control.reset();
  },
  decline: async (verb) => {
    if (verb === 'initialize') refusing = true;
    if (verb === 'create_account' || verb === 'link_account') return fault('forbidden', 1, verb);
    const intents = (await sim.stripe.paymentIntents.list()).data;
    const id = intents[0]?.id ?? '';
    if (verb === 'capture') await sim.control.action('cancel', { payment_intent: id });
    if (verb === 'confirm') await sim.control.action('cancel', { payment_intent: id });
    if (verb === 'cancel') await sim.control.action('capture', { payment_intent: id });
    if (verb === 'refund') await sim.control.action('refund', { payment_intent: id });
    // All of it is back already, or nobody may receive anything.
    for (const { id: transfer, reversed } of (await sim.stripe.transfers.list()).data)
      if (verb === 'reverse_transfer' && !reversed) await sim.control.action('transfer-reverse', { transfer });
    for (const { id: account } of verb === 'transfer' ? (await sim.stripe.accounts.list()).data : [])
      await sim.control.action('account', { account, outcome: 'restricted' });
  },
  loseAnswers: (count, verb) => fault('drop_after', count, verb),
  dropRequests: (count, verb) => fault('drop_before', count, verb),
  effects: async () => {
    const done = await sim.control.requests({ method: 'POST', executed: true });
    const moves = done.filter(
      ({ path, errorCode, body }) =>
        errorCode === null && !Object.hasOwn(body, 'psp_probe') && /(\/capture|\/cancel|\/refunds)$/.test(path),
    );
    return moves.length;
  },
};

connectorSuite({ describe, it }, options);

describe('merchants’ accounts by v1', () => {
  const older = { ...settings, connect: { apiGeneration: 'v1' } };
  beforeAll(() => void (accountsOf = 'v1'));
  accountTests({ describe, it }, { ...options, settings: older, context: () => options.context({ settings: older }) });
});
