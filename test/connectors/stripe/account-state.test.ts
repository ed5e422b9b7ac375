/** What Stripe says of a merchant's account, to the status the shop hears: line by line, for both interfaces. */
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { stateOfV1, stateOfV2 } from '../../../src/connectors/stripe/account-state.js';
import { onboardingStatusOf } from '../../../src/domain/merchant.js';

type V2Account = Stripe.V2.Core.Account;
type Entry = NonNullable<V2Account['requirements']>['entries'] extends (infer One)[] | undefined ? One : never;
type Transfers = Stripe.V2.Core.Account.Configuration.Recipient.Capabilities.StripeBalance.StripeTransfers;
type Code = Transfers['status_details'][number]['code'];

const DEADLINE = '2026-12-24T10:00:00.000Z';

interface V2Says {
  status?: Transfers['status'];
  code?: Code;
  /** What is due: when, from whom (default the merchant), and why (default verification). */
  due?: [Entry['minimum_deadline']['status'], Entry['awaiting_action_from']?, 'routine_onboarding'?][];
  closed?: boolean;
}

function v2({ status = 'active', code, due = [], closed = false }: V2Says): V2Account {
  const details = code === undefined ? [] : [{ code, resolution: 'provide_info' as const }];
  const entries = due.map(
    ([when, from = 'user', why]): Entry => ({
      awaiting_action_from: from,
      description: `${when} of ${from}`,
      errors: [],
      impact: {},
      minimum_deadline: { status: when },
      requested_reasons: [{ code: why ?? 'routine_verification' }],
    }),
  );
  return {
    id: 'acct_1',
    object: 'v2.core.account',
    applied_configurations: ['recipient'],
    closed,
    configuration: {
      recipient: {
        applied: !closed,
        capabilities: {
          stripe_balance: {
            payouts: { status: 'active', status_details: [] },
            stripe_transfers: { status, status_details: details },
          },
        },
      },
    },
    created: '2026-03-01T10:00:00.000Z',
    livemode: false,
    requirements: { entries, summary: { minimum_deadline: { status: 'currently_due', time: '2026-12-24T11:00:00+01:00' } } },
  };
} // prettier-ignore

interface V1Says {
  transfers?: 'active' | 'inactive' | 'pending';
  submitted?: boolean;
  reason?: Stripe.Account.Requirements.DisabledReason;
  due?: Partial<Pick<Stripe.Account.Requirements, 'past_due' | 'currently_due' | 'eventually_due' | 'pending_verification'>>;
} // prettier-ignore

function v1({ transfers, submitted = true, reason, due }: V1Says): Stripe.Account {
  return {
    id: 'acct_1',
    object: 'account',
    capabilities: transfers === undefined ? {} : { transfers },
    charges_enabled: false,
    details_submitted: submitted,
    email: null,
    payouts_enabled: false,
    requirements: {
      alternatives: [],
      current_deadline: Date.parse(DEADLINE) / 1000,
      currently_due: [],
      disabled_reason: reason ?? null,
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
      ...due,
    },
    type: 'express',
  };
}

/** Status, what Stripe says, and whether money could be sent to the account before. */
type Row<Says> = [status: string, says: Says, what: string, wasActive?: boolean];
const PAST_DUE = { status: 'restricted', code: 'requirements_past_due' } as const;

const V2_ROWS: Row<V2Says>[] = [
  ['rejected', { status: 'rejected', code: 'rejected_fraud' }, 'refused'],
  ['rejected', { status: 'rejected' }, 'refused, and no word why'],
  ['rejected', { status: 'restricted', code: 'rejected_platform_other' }, 'refused by the platform'],
  ['rejected', { closed: true }, 'closed', true],
  ['incomplete', { ...PAST_DUE, due: [['past_due', 'user', 'routine_onboarding']] }, 'nothing filled in'],
  ['incomplete', { status: 'pending', code: 'determining_status', due: [['currently_due', 'user', 'routine_onboarding']] }, 'just made'],
  ['restricted', { ...PAST_DUE, due: [['past_due', 'user', 'routine_onboarding']] }, 'owes the first things again', true],
  ['restricted', { ...PAST_DUE, due: [['past_due']] }, 'owes a document'],
  ['restricted', { due: [['past_due']] }, 'owes a document, and still works', true],
  ['restricted', { status: 'restricted', code: 'restricted_other' }, 'switched off for another reason'],
  ['restricted', { status: 'unsupported', code: 'unsupported_country' }, 'from a country Stripe does not serve'],
  ['restricted', { status: 'restricted', code: 'requirements_pending_verification' }, 'worked, and is checked again', true],
  ['pending', { status: 'restricted', code: 'requirements_pending_verification' }, 'checked before it ever worked'],
  ['pending', { status: 'pending', code: 'requirements_pending_verification', due: [['currently_due', 'stripe']] }, 'waits for Stripe'],
  ['pending', { status: 'restricted', due: [['currently_due', 'stripe']] }, 'Stripe has to act'],
  ['restricted soon', { due: [['currently_due'], ['eventually_due']] }, 'owes a document by a deadline'],
  ['enabled', { due: [['eventually_due']] }, 'will owe a document one day'],
  ['enabled', { due: [['eventually_due', 'user', 'routine_onboarding']] }, 'will owe one of the first things one day'],
  ['completed', {}, 'owes nothing'],
  ['completed', { due: [['currently_due', 'stripe']] }, 'works while Stripe checks'],
]; // prettier-ignore

const V1_ROWS: Row<V1Says>[] = [
  ['rejected', { transfers: 'inactive', reason: 'rejected.fraud' }, 'refused'],
  ['rejected', { transfers: 'inactive', reason: 'rejected.other', submitted: false }, 'refused before it was filled in'],
  ['incomplete', { transfers: 'inactive', reason: 'requirements.past_due', submitted: false, due: { past_due: ['a'], currently_due: ['a'] } }, 'nothing filled in'],
  ['incomplete', { transfers: 'pending', submitted: false }, 'just made'],
  ['incomplete', { submitted: false }, 'without the capability'],
  ['restricted', { transfers: 'inactive', submitted: false }, 'worked once, and is asked anew', true],
  ['restricted', { transfers: 'inactive', reason: 'requirements.past_due', due: { past_due: ['a'], currently_due: ['a'] } }, 'owes a document'],
  ['restricted', { transfers: 'active', due: { past_due: ['a'], currently_due: ['a'] } }, 'owes a document, and still works', true],
  ['restricted', { transfers: 'inactive', reason: 'platform_paused' }, 'switched off by the platform'],
  ['restricted', { transfers: 'inactive', reason: 'listed' }, 'perhaps on a list'],
  ['restricted', { transfers: 'inactive', reason: 'requirements.pending_verification' }, 'worked, and is checked again', true],
  ['pending', { transfers: 'inactive', reason: 'under_review' }, 'under review'],
  ['pending', { transfers: 'pending', reason: 'requirements.pending_verification' }, 'checked'],
  ['pending', { transfers: 'inactive', due: { pending_verification: ['a'] } }, 'Stripe has to act'],
  ['restricted soon', { transfers: 'active', due: { currently_due: ['a'], eventually_due: ['a', 'b'] } }, 'owes a document by a deadline'],
  ['enabled', { transfers: 'active', due: { eventually_due: ['b'] } }, 'will owe a document one day'],
  ['completed', { transfers: 'active' }, 'owes nothing'],
  ['completed', { transfers: 'active', due: { pending_verification: ['a'] } }, 'works while Stripe checks'],
]; // prettier-ignore

describe('the status of a merchant at Stripe, by v2', () => {
  it.each(V2_ROWS)('%s: %j, %s', (status, says, _what, wasActive = false) => {
    expect(onboardingStatusOf(stateOfV2(v2(says)), wasActive)).toBe(status);
  });

  it('what is due is told by when, only what the merchant owes, with the deadline in UTC', () => {
    const due: V2Says['due'] = [['past_due'], ['currently_due'], ['eventually_due'], ['currently_due', 'stripe']];
    expect(stateOfV2(v2({ due }))).toMatchObject({
      pastDue: ['past_due of user'],
      currentlyDue: ['currently_due of user'],
      eventuallyDue: ['eventually_due of user'],
      deadline: DEADLINE,
      paysOut: true,
    });
  });

  it('what Stripe has not answered does not count as active', () => {
    const { configuration: _configuration, requirements: _requirements, ...bare } = v2({});
    expect(stateOfV2(bare)).toMatchObject({ transfers: 'inactive', pastDue: [], currentlyDue: [], eventuallyDue: [] });
  });
});

describe('the status of a merchant at Stripe, by v1', () => {
  it.each(V1_ROWS)('%s: %j, %s', (status, says, _what, wasActive = false) => {
    expect(onboardingStatusOf(stateOfV1(v1(says)), wasActive)).toBe(status);
  });

  it('what is overdue is not told as due as well; the deadline is ISO text', () => {
    const due = { past_due: ['a'], currently_due: ['a', 'b'], eventually_due: ['a', 'b', 'c'] };
    const state = stateOfV1(v1({ transfers: 'active', due }));
    expect(state).toMatchObject({ pastDue: ['a'], currentlyDue: ['b'], deadline: DEADLINE, paysOut: false });
  });
});
