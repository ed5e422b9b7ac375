/** A connected account as `/v1` shows it: https://docs.stripe.com/api/accounts/object */
import type Stripe from 'stripe';
import { standingOf } from './account-standing.js';
import type { Due, Standing } from './account-standing.js';
import type { ConnectedAccountRow } from './connected-accounts.js';

const secondsOf = (ms: number): number => Math.floor(ms / 1000);
const names = (due: Due[]): string[] => due.map((one) => one.v1);

/** What is due, as accounts and capabilities list it: what is late is also due now, and all of it is due one day. */
export function dueLists(row: ConnectedAccountRow, standing: Standing) {
  const asked = standing.due.filter((one) => one.from === 'user');
  const late = asked.filter((one) => one.status === 'past_due');
  const errors = asked.flatMap((one) =>
    one.error === null ? [] : [{ code: one.error, reason: 'The document could not be read.', requirement: one.v1 }],
  );
  return {
    alternatives: [],
    current_deadline: row.deadlineMs === null ? null : secondsOf(row.deadlineMs),
    currently_due: names(asked.filter((one) => one.status !== 'eventually_due')),
    errors,
    eventually_due: names(asked),
    past_due: names(late),
    pending_verification: names(standing.due.filter((one) => one.from === 'stripe')),
  };
}

const NOTHING_DUE = {
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

function profileOf({ profile, displayName }: ConnectedAccountRow): Stripe.Account.BusinessProfile {
  return {
    mcc: profile.mcc ?? null,
    minority_owned_business_designation: null,
    name: profile.name ?? displayName,
    product_description: profile.product_description ?? null,
    specified_commercial_transactions_act_url: null,
    support_address: null,
    support_email: profile.support_email ?? null,
    support_phone: profile.support_phone ?? null,
    support_url: profile.support_url ?? null,
    url: profile.url ?? null,
  };
}

/** The state of each requested capability. */
export function capabilitiesOf(row: ConnectedAccountRow): { transfers?: string; card_payments?: string } {
  const { transfers } = standingOf({ ...row, requested: { transfers: 0 } });
  const names = (['card_payments', 'transfers'] as const).filter((name) => row.requested[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, transfers]));
}

/** The account of `/v1`. */
export function v1Account(row: ConnectedAccountRow): Stripe.Account {
  const standing = standingOf(row);
  const capabilities = capabilitiesOf(row);
  return {
    id: row.id,
    object: 'account',
    business_profile: profileOf(row),
    business_type: row.entityType,
    capabilities,
    charges_enabled: capabilities.card_payments === 'active',
    controller: {
      type: 'application',
      is_controller: true,
      fees: { payer: row.fees === 'stripe' ? 'account' : row.fees },
      losses: { payments: row.losses },
      requirement_collection: row.dashboard === 'none' ? 'application' : 'stripe',
      stripe_dashboard: { type: row.dashboard },
    },
    country: row.country,
    created: secondsOf(row.createdMs),
    default_currency: row.currency,
    details_submitted: standing.submitted,
    email: row.email,
    external_accounts: { object: 'list', data: [], has_more: false, url: `/v1/accounts/${row.id}/external_accounts` },
    future_requirements: NOTHING_DUE,
    metadata: row.metadata,
    payouts_enabled: standing.payouts,
    requirements: { ...dueLists(row, standing), disabled_reason: standing.disabledReason },
    tos_acceptance: { date: null },
    type: row.type,
  } satisfies Stripe.Account;
}

/** A capability of `/v1`: https://docs.stripe.com/api/capabilities/object */
export function v1Capability(row: ConnectedAccountRow, id: 'card_payments' | 'transfers'): Stripe.Capability {
  const requestedAt = row.requested[id] ?? null;
  const lists = requestedAt === null ? NOTHING_DUE : dueLists(row, standingOf(row));
  return {
    id,
    object: 'capability',
    account: row.id,
    future_requirements: NOTHING_DUE,
    requested: requestedAt !== null,
    requested_at: requestedAt,
    requirements: { ...lists, disabled_reason: requestedAt === null ? null : capabilityReason(row) },
    status: capabilitiesOf(row)[id] ?? 'unrequested',
  } satisfies Stripe.Capability;
}

/** Capabilities have reasons of their own. */
function capabilityReason(row: ConnectedAccountRow): Stripe.Capability.Requirements.DisabledReason | null {
  if (row.outcome === 'rejected') return 'rejected.other';
  if (row.outcome === 'fresh') return 'pending.onboarding';
  if (row.outcome === 'pending') return 'pending.review';
  return standingOf(row).disabledReason === null ? null : 'requirements.fields_needed';
}
