/** Checks a tenant's settings by asking Stripe: do the keys work, do they belong together, to the right account? */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { Connector, Context, Settings } from '../../kit/index.js';
import { answeredAt } from './answers.js';
import type { Findings } from './checks.js';
import { checkSettings } from './checks.js';
import type { Reach } from './client.js';
import { readConnect } from './connect-settings.js';
import { classify } from './errors.js';
import type { StripeSettings } from './settings.js';
import { readSettings } from './settings.js';

const UNKNOWN_PUBLISHABLE = 'Stripe does not know this publishable key.';
/** For all questions together: the shop waits for the answer. */
const BUDGET_MS = 10_000;
/** A signature is refused at 300 s, so a smaller difference is already worth telling. */
const CLOCK_SKEW_LIMIT_MS = 60_000;
/** The smallest amount Stripe takes in this currency is half of it: https://docs.stripe.com/currencies */
const PROBE = { amount: 100, currency: 'usd' };

/**
 * Makes validate. Without an answer of Stripe the settings are refused, because nothing shows that the keys work.
 * What the probe creates at Stripe is canceled again; with `readsOnly` there is none.
 */
export function createValidate(reach: Reach): Connector['validate'] {
  return async (given: Settings, context: Context, { readsOnly } = { readsOnly: false }) => {
    const findings = checkSettings(given);
    if (!findings.report().isValid) return findings.report();
    const settings = readSettings(given);
    try {
      await reach.within(askStripe({ reach, settings, context, findings, readsOnly }), BUDGET_MS);
    } catch (error) {
      explain(error, findings);
      context.log('stripe.validation_failed', { class: classify(error).problem.class });
    }
    return findings.report();
  };
}

interface Validation {
  reach: Reach;
  settings: StripeSettings;
  context: Context;
  findings: Findings;
  readsOnly: boolean;
}

async function askStripe(validation: Validation): Promise<void> {
  const { reach, settings, context, findings, readsOnly } = validation;
  const stripe = await reach.client(context, settings.secretKey);
  await checkAccount(stripe, settings, context, findings);
  if (!findings.report().isValid) return;
  const asked = [checkConfiguration(stripe, settings, findings)];
  if (readsOnly) asked.push(checkPublishable(validation));
  else if (settings.mode === 'test') asked.push(checkPair(stripe, validation));
  if (settings.businessModel === 'marketplace') asked.push(checkMerchants(stripe, validation));
  await Promise.all(asked);
}

/** A restricted key may lack the right to read the account; then its balance tells whether the key works. */
async function checkAccount(
  stripe: Stripe,
  settings: StripeSettings,
  context: Context,
  findings: Findings,
): Promise<void> {
  const account = await stripe.accounts.retrieveCurrent().catch(permitted);
  if (account === undefined) {
    const balance = await stripe.balance.retrieve().catch(permitted);
    if (balance !== undefined) checkClock(answeredAt(balance, context), context, findings);
    if (settings.accountId !== undefined) findings.warn('The key may not read its account, so accountId is unchecked.');
    return;
  }
  checkClock(answeredAt(account, context), context, findings);
  if (settings.accountId !== undefined && settings.accountId !== account.id) {
    findings.error('accountId', 'The secret key belongs to another Stripe account.');
  }
  if (settings.mode === 'live' && !account.charges_enabled) {
    findings.warn('Stripe has not enabled charges for this account yet.');
  }
}

/** Merchants can be onboarded only by a platform whose key may read its accounts, by the interface that was chosen. */
async function checkMerchants(stripe: Stripe, { context, findings }: Validation): Promise<void> {
  const { apiGeneration } = readConnect(context.tenant.settings);
  try {
    if (apiGeneration === 'v1') await stripe.accounts.list({ limit: 1 });
    else await stripe.v2.core.accounts.list({ limit: 1 });
  } catch (error) {
    const { class: kind, message } = classify(error).problem;
    if (!['permission', 'not_found', 'rejected'].includes(kind)) throw error;
    const why = kind === 'permission' ? 'the key may not read accounts of merchants' : message;
    findings.error('connect.apiGeneration', `Stripe does not serve this marketplace by ${apiGeneration}: ${why}`);
  }
}

function checkClock(stripeTime: string, context: Context, findings: Findings): void {
  const skewMs = Math.abs(Date.parse(stripeTime) - context.clock.now());
  if (skewMs > CLOCK_SKEW_LIMIT_MS) {
    const seconds = Math.round(skewMs / 1000);
    findings.warn(`The clock of this server and Stripe's differ by ${seconds} seconds; webhooks may be refused.`);
  }
}

/**
 * Two keys may both work and belong to different accounts, which only the pair of them can show: a payment intent
 * made with one must be visible to the other.
 */
async function checkPair(stripe: Stripe, { reach, settings, context, findings }: Validation): Promise<void> {
  const run = randomUUID();
  const body = { ...PROBE, metadata: { psp_probe: '1' }, allowed_payment_method_types: ['card' as const] };
  const probe = await stripe.paymentIntents.create(body, { idempotencyKey: `psp-probe:${run}` }).catch(permitted);
  if (probe === undefined) {
    findings.error('secretKey', 'The key may not create payments: it needs write access to PaymentIntents.');
    return;
  }
  if (probe.livemode) findings.error('mode', 'Stripe says that these are live keys.');
  try {
    const browser = await reach.client(context, settings.publishableKey);
    await browser.paymentIntents.retrieve(probe.id, { client_secret: probe.client_secret ?? '' });
  } catch (error) {
    const kind = classify(error).problem.class;
    if (kind === 'credential') findings.error('publishableKey', UNKNOWN_PUBLISHABLE);
    else if (['not_found', 'permission', 'rejected'].includes(kind)) {
      findings.error('publishableKey', 'The publishable key and the secret key belong to different Stripe accounts.');
    } else throw error;
  } finally {
    await stripe.paymentIntents
      .cancel(probe.id, { cancellation_reason: 'abandoned' }, { idempotencyKey: `psp-probe-end:${run}` })
      .catch((error: unknown) => context.log('stripe.probe_stays', { class: classify(error).problem.class }));
  }
}

/** No account has this one, so that the answer tells of the key alone: whether Stripe knows it. */
const NOBODYS_PAYMENT = 'pi_000000000000000000000000';

/** By one read, which says nothing about whether both keys are of the same account. */
async function checkPublishable({ reach, settings, context, findings }: Validation): Promise<void> {
  const browser = await reach.client(context, settings.publishableKey);
  const clientSecret = `${NOBODYS_PAYMENT}_secret_none`;
  try {
    await browser.paymentIntents.retrieve(NOBODYS_PAYMENT, { client_secret: clientSecret });
  } catch (error) {
    const kind = classify(error).problem.class;
    if (kind === 'credential') return findings.error('publishableKey', UNKNOWN_PUBLISHABLE);
    if (!['not_found', 'permission', 'rejected'].includes(kind)) throw error;
  }
  if (settings.mode === 'test') findings.warn('Whether both keys are of the same account is checked when you save.');
}

/** The chosen payment method configuration must exist and be active. */
async function checkConfiguration(stripe: Stripe, settings: StripeSettings, findings: Findings): Promise<void> {
  const id = settings.paymentMethodConfigurationId;
  if (id === undefined) return;
  try {
    const { active } = await stripe.paymentMethodConfigurations.retrieve(id);
    if (!active) findings.error('paymentMethodConfigurationId', 'This payment method configuration is not active.');
  } catch (error) {
    const kind = classify(error).problem.class;
    if (kind === 'permission') findings.warn('The key may not read payment method configurations.');
    else if (kind !== 'not_found') throw error;
    else findings.error('paymentMethodConfigurationId', 'Stripe does not know this payment method configuration.');
  }
}

/** A missing permission is no broken key: goes on without the answer. Every other error is passed on. */
function permitted(error: unknown): undefined {
  if (classify(error).problem.class !== 'permission') throw error;
  return undefined;
}

function explain(error: unknown, findings: Findings): void {
  const { problem } = classify(error);
  switch (problem.class) {
    case 'credential':
      return findings.error('secretKey', 'Stripe does not accept this secret key: it is wrong, expired or revoked.');
    case 'throttled':
    case 'busy':
    case 'ambiguous':
      return findings.error('secretKey', 'Stripe could not be reached, so the keys could not be checked. Try again.');
    default:
      return findings.error('secretKey', `Stripe refused a check of the settings: ${problem.message}`);
  }
}
