/** Connected accounts: made and read by both halves of the API, and what each outcome makes of them. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountAction } from '../../../src/simulator/stripe/control/action.js';
import type { Bench } from './support/bench.js';
import { errorOf, startBench } from './support/bench.js';

let bench: Bench;
let stripe: Stripe;
beforeAll(async () => {
  bench = await startBench();
  stripe = bench.sdk();
});
afterAll(() => bench.close());

const decide = (account: string, outcome: AccountAction) => bench.control.action('account', { account, outcome });

const WHOLE = ['configuration.recipient', 'defaults', 'identity', 'requirements'] as const;
const createV2 = (more: Stripe.V2.Core.AccountCreateParams = {}) =>
  stripe.v2.core.accounts.create({
    display_name: 'Fahrrad Müller',
    contact_email: 'mueller@seller.example',
    dashboard: 'express',
    identity: { country: 'at' },
    defaults: { responsibilities: { fees_collector: 'application', losses_collector: 'application' } },
    configuration: { recipient: { capabilities: { stripe_balance: { stripe_transfers: { requested: true } } } } },
    metadata: { merchant: 'M-1' },
    include: [...WHOLE],
    ...more,
  });
const createV1 = () =>
  stripe.accounts.create({
    type: 'express',
    country: 'FR',
    email: 'velo@seller.example',
    business_profile: { name: 'Vélo' },
    capabilities: { transfers: { requested: true } },
    metadata: { merchant: 'M-2' },
  });
const readV2 = (id: string) => stripe.v2.core.accounts.retrieve(id, { include: [...WHOLE] });
const transfersOf = (account: Stripe.V2.Core.Account) =>
  account.configuration?.recipient?.capabilities?.stripe_balance?.stripe_transfers;

describe('an account made with /v2', () => {
  it('starts restricted, with everything due for onboarding', async () => {
    const account = await createV2();
    expect(account).toMatchObject({
      object: 'v2.core.account',
      applied_configurations: ['recipient'],
      closed: false,
      dashboard: 'express',
      display_name: 'Fahrrad Müller',
      contact_email: 'mueller@seller.example',
      identity: { country: 'at' },
      livemode: false,
      metadata: { merchant: 'M-1' },
      defaults: { currency: 'eur', responsibilities: { requirements_collector: 'stripe' } },
    });
    expect(account.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(transfersOf(account)).toEqual({
      status: 'restricted',
      status_details: [{ code: 'requirements_past_due', resolution: 'provide_info' }],
    });
    expect(account.requirements?.summary?.minimum_deadline).toEqual({ status: 'past_due' });
    for (const entry of account.requirements?.entries ?? []) {
      expect(entry).toMatchObject({
        awaiting_action_from: 'user',
        minimum_deadline: { status: 'past_due' },
        requested_reasons: [{ code: 'routine_onboarding' }],
      });
    }
  });

  it('shows what include names, and null for the rest', async () => {
    const { id } = await createV2();
    const bare = await stripe.v2.core.accounts.retrieve(id);
    expect(bare).toMatchObject({ configuration: null, defaults: null, identity: null, requirements: null });
    const part = await stripe.v2.core.accounts.retrieve(id, { include: ['configuration.merchant'] });
    expect(part.configuration).toEqual({ customer: null, merchant: null, recipient: null });
  });

  it('is changed, listed page by page, and closed', async () => {
    const other = bench.sdk('pages');
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.unshift((await other.v2.core.accounts.create({ display_name: name })).id);
    const listed: string[] = [];
    for await (const account of other.v2.core.accounts.list({ limit: 2 })) listed.push(account.id);
    expect(listed).toEqual(ids);
    const [last = ''] = ids;
    const changed = await other.v2.core.accounts.update(last, { display_name: 'd', metadata: { a: '1' } });
    expect(changed).toMatchObject({ display_name: 'd', metadata: { a: '1' } });
    const bare = await other.v2.core.accounts.update(last, { metadata: { a: null } } as never);
    expect(bare.metadata).toEqual({});
    expect((await other.v2.core.accounts.close(last)).closed).toBe(true);
    expect((await other.v2.core.accounts.retrieve(last)).closed).toBe(true);
    expect((await other.v2.core.accounts.list()).data.map((row) => row.id)).toEqual(ids.slice(1));
    expect((await other.v2.core.accounts.list({ closed: true })).data.map((row) => row.id)).toEqual([last]);
    expect(await errorOf(other.accounts.retrieve(last))).toMatchObject({ status: 403, code: 'account_invalid' });
  });

  it('is refused with errors of that half: unknown or missing fields, forms, accounts that are not there', async () => {
    const unknown = await errorOf(stripe.v2.core.accounts.create({ colour: 'red' } as never));
    expect(unknown).toMatchObject({ class: 'StripeInvalidRequestError', status: 400, code: 'invalid_fields' });
    const { contact_email: _email, ...without } = { contact_email: '', display_name: 'x' };
    const incomplete = stripe.v2.core.accounts.create({ ...without, configuration: { recipient: {} } });
    expect(await errorOf(incomplete)).toMatchObject({ status: 400, code: 'invalid_fields' });
    expect(await errorOf(readV2('acct_nobody'))).toMatchObject({ status: 404, code: 'not_found' });
    const form = await fetch(`${bench.simulator.url}/v2/core/accounts`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_bench', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'display_name=x',
    });
    expect(form.status).toBe(400);
    expect(await bench.control.unsupported()).toMatchObject([{ kind: 'parameter', path: '/v2/core/accounts' }]);
  });

  it('is made once under one key, for 30 days, whatever /v1 did with that key', async () => {
    const idempotencyKey = 'one-merchant';
    await stripe.customers.create({ name: 'x' }, { idempotencyKey });
    const params = { display_name: 'once' };
    const first = await stripe.v2.core.accounts.create(params, { idempotencyKey });
    await bench.control.advance(29 * 86_400);
    const again = await stripe.v2.core.accounts.create(params, { idempotencyKey });
    expect(again.id).toBe(first.id);
    const different = stripe.v2.core.accounts.create({ display_name: 'twice' }, { idempotencyKey });
    expect(await errorOf(different)).toMatchObject({ status: 400, type: 'idempotency_error' });
    await bench.control.advance(2 * 86_400);
    expect((await stripe.v2.core.accounts.create(params, { idempotencyKey })).id).not.toBe(first.id);
  });
});

describe('a request of /v2 that went wrong', () => {
  it.each(['drop_after', 'error_500_after', 'error_500', 'drop_before'] as const)(
    'by %s makes one account when it is asked again with its key',
    async (effect) => {
      const own = bench.sdk(`v2-${effect}`.replace(/\W/g, ''), { maxNetworkRetries: 1 });
      await bench.control.addFault({ match: { method: 'POST', path: '/v2/core/accounts' }, effect });
      const made = await own.v2.core.accounts.create({ display_name: 'once' }, { idempotencyKey: 'again' });
      expect((await own.v2.core.accounts.list()).data.map((row) => row.id)).toEqual([made.id]);
    },
  );

  it('is carried out again with the same key once it can be', async () => {
    const { id } = await stripe.accounts.create({ type: 'express' });
    const link = () =>
      stripe.v2.core.accountLinks.create(
        {
          account: id,
          use_case: {
            type: 'account_onboarding',
            account_onboarding: { return_url: 'https://a.example', refresh_url: 'https://a.example' },
          },
        },
        { idempotencyKey: 'link' },
      );
    await bench.control.addFault({ match: { path: '/v2/core/account_links' }, effect: 'error_500' });
    expect(await errorOf(link())).toMatchObject({ status: 500 });
    const { url } = await link();
    expect((await link()).url).toBe(url);
  });
});

describe('an account made with /v1', () => {
  it('has submitted nothing, and is the same account in /v2', async () => {
    const account = await createV1();
    expect(account).toMatchObject({
      object: 'account',
      type: 'express',
      country: 'FR',
      default_currency: 'eur',
      email: 'velo@seller.example',
      details_submitted: false,
      charges_enabled: false,
      payouts_enabled: false,
      capabilities: { transfers: 'inactive' },
      controller: { stripe_dashboard: { type: 'express' }, losses: { payments: 'application' } },
      metadata: { merchant: 'M-2' },
    });
    expect(account.requirements?.past_due).toContain('external_account');
    expect(account.requirements?.disabled_reason).toBe('requirements.past_due');
    const same = await readV2(account.id);
    expect(same).toMatchObject({ applied_configurations: ['recipient'], identity: { country: 'fr' } });
    expect(transfersOf(same)?.status).toBe('restricted');
  });

  it('reads what /v2 made', async () => {
    const { id } = await createV2();
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ id, type: 'none', country: 'AT', email: /@/ as never });
  });

  it('is listed, changed, rejected and deleted', async () => {
    const { id } = await createV1();
    expect((await stripe.accounts.list({ limit: 1 })).data.map((row) => row.id)).toEqual([id]);
    const changed = await stripe.accounts.update(id, { email: 'neu@seller.example', metadata: { a: '1' } });
    expect(changed).toMatchObject({ email: 'neu@seller.example', metadata: { merchant: 'M-2', a: '1' } });
    const rejected = await stripe.accounts.reject(id, { reason: 'fraud' });
    expect(rejected.requirements?.disabled_reason).toBe('rejected.platform_fraud');
    expect(await stripe.accounts.del(id)).toEqual({ id, object: 'account', deleted: true });
    expect(await errorOf(stripe.accounts.retrieve(id))).toMatchObject({ status: 403, code: 'account_invalid' });
  });

  it('has capabilities, a way into its dashboard once it is set up, and a session for embedded pages', async () => {
    const { id } = await createV1();
    expect((await stripe.accounts.listCapabilities(id)).data).toMatchObject([
      { id: 'transfers', status: 'inactive', requested: true, requirements: { disabled_reason: 'pending.onboarding' } },
    ]);
    expect((await stripe.accounts.retrieveCapability(id, 'card_payments')).status).toBe('unrequested');
    await decide(id, 'complete');
    const asked = await stripe.accounts.updateCapability(id, 'card_payments', { requested: true });
    expect(asked.status).toBe('active');
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ charges_enabled: true });
    expect((await stripe.accounts.createLoginLink(id)).url).toContain('/_sim/');
    const session = await stripe.accountSessions.create({
      account: id,
      components: { account_onboarding: { enabled: true } },
    });
    expect(session).toMatchObject({ object: 'account_session', account: id });
  });

  it('may be refused, as it may be for platforms that are new', async () => {
    await bench.control.allowV1Accounts(false);
    expect(await errorOf(createV1())).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect((await createV2()).id).toMatch(/^acct_/);
    await bench.control.allowV1Accounts(true);
    expect((await createV1()).id).toMatch(/^acct_/);
  });
});

/** What each outcome means: /v2 status and code, what is due there, /v1 capability, reason, submitted, payouts. */
const TABLE = [
  ['complete', 'active', undefined, [], 'active', null, true],
  ['more_later', 'active', undefined, ['currently_due'], 'active', null, true],
  ['eventually', 'active', undefined, ['eventually_due'], 'active', null, true],
  [
    'pending',
    'pending',
    'requirements_pending_verification',
    ['currently_due'],
    'pending',
    'requirements.pending_verification',
    false,
  ],
  ['restricted', 'restricted', 'requirements_past_due', ['past_due'], 'inactive', 'requirements.past_due', false],
  ['past_due', 'restricted', 'requirements_past_due', ['past_due'], 'inactive', 'requirements.past_due', false],
  ['rejected', 'rejected', 'rejected_other', [], 'inactive', 'rejected.other', false],
] as const;

describe('what becomes of an account that never opened its page', () => {
  it.each(TABLE)('%s', async (outcome, status, code, due, capability, reason, payouts) => {
    await bench.control.freeze();
    const { id } = await createV2();
    await decide(id, outcome);
    const [v2, v1] = await Promise.all([readV2(id), stripe.accounts.retrieve(id)]);
    expect(transfersOf(v2)?.status).toBe(status);
    expect(transfersOf(v2)?.status_details[0]?.code).toBe(code);
    expect(v2.requirements?.entries?.map((entry) => entry.minimum_deadline.status)).toEqual(due);
    expect(v1).toMatchObject({ details_submitted: true, payouts_enabled: payouts });
    expect(v1.capabilities?.transfers).toBe(capability);
    expect(v1.requirements?.disabled_reason).toBe(reason);
    await bench.control.freeze(false);
  });

  it('names who has to act and what was wrong', async () => {
    const { id } = await createV2();
    await decide(id, 'restricted');
    const [entry] = (await readV2(id)).requirements?.entries ?? [];
    expect(entry).toMatchObject({
      awaiting_action_from: 'user',
      description: 'identity.individual.verification.document',
      errors: [{ code: 'verification_document_not_readable' }],
      requested_reasons: [{ code: 'routine_verification' }],
    });
    const { requirements } = await stripe.accounts.retrieve(id);
    expect(requirements).toMatchObject({
      currently_due: ['individual.verification.document'],
      errors: [{ code: 'verification_document_not_readable', requirement: 'individual.verification.document' }],
    });
    await bench.control.freeze();
    await decide(id, 'pending');
    expect((await readV2(id)).requirements?.entries).toMatchObject([{ awaiting_action_from: 'stripe' }]);
    expect((await stripe.accounts.retrieve(id)).requirements).toMatchObject({
      currently_due: [],
      pending_verification: ['individual.verification.document'],
    });
    await bench.control.freeze(false);
  });

  it('turns from pending to complete after two seconds, but not once it was decided otherwise', async () => {
    await bench.control.freeze();
    const [one, other] = [(await createV2()).id, (await createV2()).id];
    await decide(one, 'pending');
    await decide(other, 'pending');
    await decide(other, 'rejected');
    await bench.control.advance(1);
    expect(transfersOf(await readV2(one))?.status).toBe('pending');
    await bench.control.advance(1);
    expect(transfersOf(await readV2(one))?.status).toBe('active');
    expect(transfersOf(await readV2(other))?.status).toBe('rejected');
    await bench.control.freeze(false);
  });

  it('is restricted when the deadline of what is due later has passed', async () => {
    const { id } = await createV2();
    await decide(id, 'more_later');
    const { current_deadline: deadline } = (await stripe.accounts.retrieve(id)).requirements ?? {};
    const { time } = (await readV2(id)).requirements?.summary?.minimum_deadline ?? {};
    expect(Math.floor(Date.parse(time ?? '') / 1000)).toBe(deadline);
    await bench.control.advance(14 * 86_400 + 1);
    expect(transfersOf(await readV2(id))?.status).toBe('restricted');
    expect((await stripe.accounts.retrieve(id)).requirements?.past_due).toEqual(['individual.id_number']);
  });

  it('is out of reach once it took its permission away, and refuses an outcome nobody knows', async () => {
    const { id } = await createV2();
    await expect(decide(id, 'happy' as never)).rejects.toThrow('outcome is one of');
    await decide(id, 'deauthorize');
    expect(await errorOf(stripe.accounts.retrieve(id))).toMatchObject({ status: 403, code: 'account_invalid' });
    expect(await errorOf(readV2(id))).toMatchObject({ status: 403 });
    await expect(decide(id, 'complete')).rejects.toThrow('closed or gone');
    expect(await bench.control.accounts()).toContainEqual(expect.objectContaining({ id, deauthorized: true }));
  });
});

describe('accounts of one platform', () => {
  it('are invisible to another one', async () => {
    const { id } = await createV2();
    const other = bench.sdk('other');
    expect(await errorOf(other.v2.core.accounts.retrieve(id))).toMatchObject({ status: 404, code: 'not_found' });
    expect(await errorOf(other.accounts.retrieve(id))).toMatchObject({ status: 403, code: 'account_invalid' });
    const link = { account: id, type: 'account_onboarding', return_url: 'https://a.example' } as const;
    const refused = await errorOf(other.accountLinks.create({ ...link, refresh_url: 'https://a.example' }));
    expect(refused).toMatchObject({ status: 403 });
    const acting = other.customers.list({}, { stripeAccount: id });
    expect(await errorOf(acting)).toMatchObject({ status: 403, code: 'account_invalid' });
    expect((await other.v2.core.accounts.list()).data).toEqual([]);
  });

  it('are acted for with Stripe-Account, and see nothing of the platform', async () => {
    const { id } = await createV2();
    await stripe.customers.create({ name: 'of the platform' });
    expect((await stripe.customers.list({}, { stripeAccount: id })).data).toEqual([]);
    expect((await stripe.accounts.retrieveCurrent({}, { stripeAccount: id })).id).toBe(id);
    expect((await stripe.accounts.retrieveCurrent()).id).not.toBe(id);
  });
});
