/** Accounts of merchants at Stripe (Connect): v2 by default, v1 Express for platforms that have it. */
import type Stripe from 'stripe';
import type {
  AccountAnswer, AccountRequest, Asking, Context, Json, LinkAnswer, MarketplaceVerbs, Parameters, Problem,
} from '../../kit/index.js'; // prettier-ignore
import { INCLUDED, stateOfV1, stateOfV2 } from './account-state.js';
import { APP_VERSION } from './api.js';
import { isKeyOld } from './ask.js';
import type { Reach } from './client.js';
import { readConnect } from './connect-settings.js';
import { classify } from './errors.js';
import { readSettings } from './settings.js';

type Generation = 'v2' | 'v1';
type Sent = { generation: Generation; body: { [name: string]: Json } };
type Verbs = Pick<MarketplaceVerbs, 'wanted' | 'onboarding' | 'createAccount' | 'createLink' | 'readAccount'>;

/** In test mode Stripe writes to nobody. */
const TEST_EMAIL = 'merchants@example.com';
/** More accounts than these are not looked through for one whose making was not answered for a day. */
const LOOKED_THROUGH = 1000;

/** Makes the verbs. Those that write are safe to repeat with the same key. */
export function accountVerbs(reach: Reach): Verbs {
  return {
    wanted: (settings) => readSettings(settings).businessModel === 'marketplace',
    onboarding: (settings) => readConnect(settings).onboarding,
    createAccount: {
      prepare: prepareAccount,
      ask: (asking, context) => told(reach, context, (stripe) => createAccount(stripe, asking, context)),
    },
    createLink: {
      prepare: prepareLink,
      ask: (asking, context) => told(reach, context, (stripe) => createLink(stripe, asking)),
    },
    readAccount: (accountId, context) =>
      told(reach, context, (stripe) =>
        readAccount(stripe, accountId, readConnect(context.tenant.settings).apiGeneration),
      ),
  };
}

function prepareAccount(
  { operationId, merchantReference, name }: AccountRequest,
  { tenant: { hash, settings } }: Context,
): Parameters {
  const { apiGeneration: generation, ...wanted } = readConnect(settings);
  const metadata = {
    psp_tenant: hash,
    psp_command_id: operationId,
    psp_app_version: APP_VERSION,
    merchant_reference: merchantReference,
  };
  const called = name?.slice(0, 100);
  if (generation === 'v1') {
    const body = {
      type: 'express',
      country: wanted.defaultCountry,
      capabilities: { transfers: { requested: true } },
      ...(wanted.contactEmail === undefined ? {} : { email: wanted.contactEmail }),
      ...(called === undefined ? {} : { business_profile: { name: called } }),
      metadata,
    };
    return { generation, body };
  }
  const responsibilities = { fees_collector: wanted.feesCollector, losses_collector: wanted.lossesCollector };
  const body = {
    ...(called === undefined ? {} : { display_name: called }),
    contact_email: wanted.contactEmail ?? TEST_EMAIL,
    dashboard: wanted.dashboard,
    identity: { country: wanted.defaultCountry.toLowerCase() },
    defaults: { responsibilities },
    configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } } },
    include: [...INCLUDED],
    metadata,
  };
  return { generation, body };
}

async function createAccount(stripe: Stripe, asking: Asking, context: Context): Promise<AccountAnswer> {
  // Stripe forgets keys: by then the account may have been made, and asking again would make another.
  if (isKeyOld(asking, context)) {
    const made = await findMade(stripe, asking);
    if (made !== undefined) return made;
  }
  try {
    return await create(stripe, asking, asking.idempotencyKey);
  } catch (error) {
    if (!classify(error).keySpent) throw error;
    return (await findMade(stripe, asking)) ?? create(stripe, asking, `${asking.idempotencyKey}:2`);
  }
}

async function create(stripe: Stripe, { parameters }: Asking, idempotencyKey: string): Promise<AccountAnswer> {
  const { generation, body } = parameters as Sent;
  const key = { idempotencyKey };
  if (generation === 'v1') return ofV1(await stripe.accounts.create(body as Stripe.AccountCreateParams, key));
  return ofV2(await stripe.v2.core.accounts.create(body as Stripe.V2.Core.AccountCreateParams, key));
}

/** The account that this very operation made before, by the id it left there. */
async function findMade(stripe: Stripe, { parameters, operationId }: Asking): Promise<AccountAnswer | undefined> {
  const isOurs = (account: { metadata?: Record<string, string> | null }): boolean =>
    account.metadata?.psp_command_id === operationId;
  if ((parameters as Sent).generation === 'v1') {
    const known = await stripe.accounts.list({ limit: 100 }).autoPagingToArray({ limit: LOOKED_THROUGH });
    const made = known.find(isOurs);
    return made === undefined ? undefined : ofV1(made);
  }
  const known = await stripe.v2.core.accounts.list({ limit: 20 }).autoPagingToArray({ limit: LOOKED_THROUGH });
  const made = known.find(isOurs);
  return made === undefined ? undefined : readAccount(stripe, made.id, 'v2');
}

async function readAccount(stripe: Stripe, accountId: string, generation: Generation): Promise<AccountAnswer> {
  if (generation === 'v1') return ofV1(await stripe.accounts.retrieve(accountId));
  return ofV2(await stripe.v2.core.accounts.retrieve(accountId, { include: [...INCLUDED] }));
}

function ofV1(account: Stripe.Account): AccountAnswer {
  return { answer: 'completed', accountId: account.id, state: stateOfV1(account) };
}

function ofV2(account: Stripe.V2.Core.Account): AccountAnswer {
  return { answer: 'completed', accountId: account.id, state: stateOfV2(account) };
}

function prepareLink(
  { accountId, returnUrl, refreshUrl }: { accountId: string; returnUrl: string; refreshUrl: string },
  { tenant: { settings } }: Context,
): Parameters {
  const generation = readConnect(settings).apiGeneration;
  const urls = { return_url: returnUrl, refresh_url: refreshUrl };
  if (generation === 'v1') return { generation, body: { account: accountId, type: 'account_onboarding', ...urls } };
  return {
    generation,
    body: { account: accountId, use_case: { type: 'account_onboarding', account_onboarding: urls } },
  };
}

async function createLink(stripe: Stripe, { parameters, idempotencyKey }: Asking): Promise<LinkAnswer> {
  const { generation, body } = parameters as Sent;
  const key = { idempotencyKey };
  const { url } =
    generation === 'v1'
      ? await stripe.accountLinks.create(body as unknown as Stripe.AccountLinkCreateParams, key)
      : await stripe.v2.core.accountLinks.create(body as unknown as Stripe.V2.Core.AccountLinkCreateParams, key);
  return { answer: 'completed', url };
}

/**
 * Errors as answers. Without the right or with a wrong key nothing was done, so nobody needs to ask again. An account
 * that is not this platform's, or not any more, is refused like a missing right, but by a code of its own.
 */
async function told<Told extends AccountAnswer | LinkAnswer>(
  reach: Reach,
  context: Context,
  work: (stripe: Stripe) => Promise<Told>,
): Promise<Told | Pick<AccountAnswer, 'answer' | 'problem'>> {
  try {
    return await reach.within(reach.client(context).then(work));
  } catch (error) {
    const { problem: known, definitive, requestId } = classify(error);
    const problem: Problem =
      known.code === 'account_invalid'
        ? {
            ...known,
            class: 'not_found',
            message: 'Stripe knows no such account, or it is not this platform’s any more.',
          }
        : known;
    const isRefused =
      definitive || ['not_found', 'permission'].includes(problem.class) || problem.class === 'credential';
    context.log('stripe.refused', { verb: 'account', class: problem.class, code: problem.code, requestId });
    return { answer: isRefused ? 'rejected' : 'unknown', problem };
  }
}
