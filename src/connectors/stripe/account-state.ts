/** What Stripe says of a merchant's account, in our words. Pure: one reading for each of Stripe's two interfaces. */
import type Stripe from 'stripe';
import type { AccountState } from '../../kit/index.js';

type V2Account = Stripe.V2.Core.Account;

/** Members of an account that Stripe answers only when they are asked for. */
export const INCLUDED = ['configuration.recipient', 'identity', 'requirements'] as const;

/** No longer ours: closed at Stripe, or the merchant has taken our permission away. */
export const GONE: AccountState = {
  isSubmitted: true,
  transfers: 'inactive',
  isRejected: true,
  isDisabled: true,
  isUnderReview: false,
  pastDue: [],
  currentlyDue: [],
  eventuallyDue: [],
};

/** Reasons that say only that Stripe is looking: those of v2, and those of v1. */
const LOOKING: ReadonlySet<string> = new Set([
  ...['determining_status', 'requirements_pending_verification'],
  ...['requirements.pending_verification', 'under_review', 'pending.review'],
]);

/**
 * An account of v2. It does not say whether the forms were sent: they were not while the merchant still owes what Stripe
 * asks of everybody at first. https://docs.stripe.com/api/v2/core/accounts/object
 */
export function stateOfV2(account: V2Account): AccountState {
  if (account.closed === true) return GONE;
  const capabilities = account.configuration?.recipient?.capabilities?.stripe_balance;
  const { status, status_details: reasons = [] } = capabilities?.stripe_transfers ?? {};
  const entries = account.requirements?.entries ?? [];
  const owed = entries.filter((entry) => entry.awaiting_action_from === 'user');
  const due = (deadline: string): string[] =>
    owed.filter((entry) => entry.minimum_deadline.status === deadline).map(({ description }) => description);
  const now = entries.filter((entry) => entry.minimum_deadline.status !== 'eventually_due');
  const isFirst = now.some(
    ({ awaiting_action_from: from, requested_reasons: why }) =>
      from === 'user' && why.some(({ code }) => code === 'routine_onboarding'),
  );
  const isAtStripe = now.some((entry) => entry.awaiting_action_from === 'stripe');
  const transfers = transfersOf(status);
  const { time } = account.requirements?.summary?.minimum_deadline ?? {};
  const payouts = capabilities?.payouts?.status;
  return {
    isSubmitted: transfers === 'active' || !isFirst,
    transfers,
    isRejected: status === 'rejected' || reasons.some(({ code }) => code.startsWith('rejected')),
    isDisabled: status === 'unsupported' || (status === 'restricted' && reasons.some(({ code }) => !LOOKING.has(code))),
    // While money can be sent, it does not matter to the shop that Stripe is checking something.
    isUnderReview: transfers !== 'active' && (transfers === 'pending' || isAtStripe),
    pastDue: due('past_due'),
    currentlyDue: due('currently_due'),
    eventuallyDue: due('eventually_due'),
    ...(time === undefined ? {} : { deadline: new Date(time).toISOString() }),
    ...(payouts === undefined ? {} : { paysOut: payouts === 'active' }),
  };
}

/** An account of v1. https://docs.stripe.com/api/accounts/object */
export function stateOfV1(account: Stripe.Account): AccountState {
  const { requirements, capabilities, details_submitted: isSubmitted, payouts_enabled: paysOut } = account;
  const reason = requirements?.disabled_reason ?? undefined;
  const transfers = transfersOf(capabilities?.transfers);
  const pastDue = requirements?.past_due ?? [];
  const deadline = requirements?.current_deadline ?? undefined;
  const pending = requirements?.pending_verification ?? [];
  const isLooking = reason !== undefined && LOOKING.has(reason);
  return {
    isSubmitted,
    transfers,
    isRejected: reason?.startsWith('rejected') === true,
    isDisabled: reason !== undefined && !isLooking && !reason.startsWith('rejected'),
    isUnderReview: isLooking || (transfers !== 'active' && pending.length > 0),
    pastDue,
    // Stripe lists what is overdue among what is due.
    currentlyDue: (requirements?.currently_due ?? []).filter((name) => !pastDue.includes(name)),
    eventuallyDue: requirements?.eventually_due ?? [],
    ...(deadline === undefined ? {} : { deadline: new Date(deadline * 1000).toISOString() }),
    paysOut,
  };
}

/** Stripe may add words; what is neither active nor pending does not work. */
function transfersOf(status: string | undefined): AccountState['transfers'] {
  if (status === 'active') return 'active';
  return status === 'pending' ? 'pending' : 'inactive';
}
