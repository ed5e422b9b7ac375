/** A connected account as `/v2` shows it: https://docs.stripe.com/api/v2/core/accounts/object */
import type Stripe from 'stripe';
import { standingOf } from './account-standing.js';
import type { Due, DueStatus } from './account-standing.js';
import { capabilitiesOf } from './account-v1.js';
import type { ConnectedAccountRow } from './connected-accounts.js';

type Account = Stripe.V2.Core.Account;
type Transfers = Stripe.V2.Core.Account.Configuration.Recipient.Capabilities.StripeBalance.StripeTransfers;
type Code = Transfers['status_details'][number]['code'];

/** What an answer leaves out unless `include` names it. */
export const INCLUDABLE = [
  'configuration.customer',
  'configuration.merchant',
  'configuration.recipient',
  'defaults',
  'future_requirements',
  'identity',
  'requirements',
] as const;
export type Include = (typeof INCLUDABLE)[number];

const iso = (ms: number): string => new Date(ms).toISOString();

/** The state of a capability with its reasons. */
export function v2Capability(row: ConnectedAccountRow): Transfers {
  const { transfers } = standingOf({ ...row, requested: { transfers: 0 } });
  if (transfers === 'active') return { status: 'active', status_details: [] };
  if (transfers === 'pending') return told('pending', 'requirements_pending_verification', 'no_resolution');
  if (row.outcome === 'rejected') {
    const reason = (row.rejection ?? 'rejected.other').replace('.', '_') as Code;
    return told('rejected', reason, 'contact_stripe');
  }
  return told('restricted', 'requirements_past_due', 'provide_info');
}

const told = (
  status: Transfers['status'],
  code: Code,
  resolution: Transfers['status_details'][number]['resolution'],
): Transfers => ({ status, status_details: [{ code, resolution }] });

function entryOf(row: ConnectedAccountRow, due: Due): Stripe.V2.Core.Account.Requirements.Entry {
  const { status } = due;
  // A missing bank account holds back payouts only: money may be sent to the account all the same.
  const touched = due.v2 === 'external_account' ? ['stripe_balance.payouts'] : Object.keys(TOUCHED);
  return {
    awaiting_action_from: due.from,
    description: due.v2,
    errors: due.error === null ? [] : [{ code: due.error, description: 'The document could not be read.' }],
    impact: {
      restricts_capabilities: row.configurations.includes('recipient')
        ? touched.map((capability) => ({ capability, configuration: 'recipient', deadline: { status } }))
        : [],
    },
    minimum_deadline: { status },
    requested_reasons: [{ code: due.why }],
  };
}
const TOUCHED = { 'stripe_balance.payouts': true, 'stripe_balance.stripe_transfers': true };

const SOONEST: readonly DueStatus[] = ['past_due', 'currently_due', 'eventually_due'];

/** What is due, as `/v2` lists it. */
export function v2Requirements(row: ConnectedAccountRow): Stripe.V2.Core.Account.Requirements {
  const { due } = standingOf(row);
  const status = SOONEST.find((each) => due.some((one) => one.status === each));
  const time = row.deadlineMs === null ? {} : { time: iso(row.deadlineMs) };
  return {
    entries: row.closed ? [] : due.map((one) => entryOf(row, one)),
    ...(status === undefined || row.closed ? {} : { summary: { minimum_deadline: { status, ...time } } }),
  };
}

function recipientOf(row: ConnectedAccountRow): Stripe.V2.Core.Account.Configuration.Recipient {
  const standing = standingOf(row);
  const transfers = v2Capability(row);
  const payouts = standing.payouts ? { status: 'active' as const, status_details: [] } : transfers;
  const requested = row.requested.transfers !== undefined && !row.closed;
  return {
    applied: !row.closed,
    capabilities: requested ? { stripe_balance: { payouts, stripe_transfers: transfers } } : {},
  };
}

function merchantOf(row: ConnectedAccountRow): Stripe.V2.Core.Account.Configuration.Merchant {
  const requested = capabilitiesOf(row).card_payments !== undefined && !row.closed;
  return { applied: !row.closed, capabilities: requested ? { card_payments: v2Capability(row) } : {} };
}

function identityOf(row: ConnectedAccountRow): Stripe.V2.Core.Account.Identity {
  const { entityType, registeredName, givenName, surname } = row;
  return {
    // Two small letters, as the examples of Stripe's documentation answer it.
    country: row.country.toLowerCase(),
    ...(entityType === null ? {} : { entity_type: entityType }),
    ...(registeredName === null ? {} : { business_details: { registered_name: registeredName } }),
    ...(givenName === null && surname === null
      ? {}
      : {
          individual: {
            account: row.id,
            created: iso(row.createdMs),
            id: `person_${row.id.slice('acct_'.length)}`,
            object: 'v2.core.account_person' as const,
            updated: iso(row.createdMs),
            ...(givenName === null ? {} : { given_name: givenName }),
            ...(surname === null ? {} : { surname }),
          },
        }),
  };
}

function defaultsOf(row: ConnectedAccountRow): Stripe.V2.Core.Account.Defaults {
  const { profile } = row;
  return {
    currency: row.currency,
    locales: row.locales,
    profile: {
      ...(profile.url == null ? {} : { business_url: profile.url }),
      ...(profile.name == null ? {} : { doing_business_as: profile.name }),
      ...(profile.product_description == null ? {} : { product_description: profile.product_description }),
    },
    responsibilities: {
      fees_collector: row.fees === 'account' ? 'stripe' : (row.fees as 'application'),
      losses_collector: row.losses as 'application',
      requirements_collector: row.dashboard === 'none' ? 'application' : 'stripe',
    },
  };
}

/** All of the account. */
function wholeAccount(row: ConnectedAccountRow) {
  const has = (name: 'merchant' | 'recipient'): boolean => row.configurations.includes(name);
  return {
    id: row.id,
    object: 'v2.core.account',
    applied_configurations: row.closed ? [] : [...row.configurations].sort(),
    closed: row.closed,
    configuration: {
      ...(has('merchant') ? { merchant: merchantOf(row) } : {}),
      ...(has('recipient') ? { recipient: recipientOf(row) } : {}),
    },
    ...(row.email === null ? {} : { contact_email: row.email }),
    ...(row.phone === null ? {} : { contact_phone: row.phone }),
    created: iso(row.createdMs),
    dashboard: row.dashboard,
    defaults: defaultsOf(row),
    ...(row.displayName === null ? {} : { display_name: row.displayName }),
    future_requirements: { entries: [] },
    identity: identityOf(row),
    livemode: false,
    metadata: row.metadata,
    requirements: v2Requirements(row),
  } satisfies Account;
}

/**
 * The account of `/v2` with the members that `include` names; the others are null, whatever they are
 * (https://docs.stripe.com/api-includable-response-values).
 */
export function v2Account(row: ConnectedAccountRow, include: readonly Include[] = []): object {
  const whole = wholeAccount(row);
  const asked = (name: Include): boolean => include.includes(name);
  const anyConfiguration = include.some((name) => name.startsWith('configuration.'));
  const { merchant = null, recipient = null } = whole.configuration;
  return {
    ...whole,
    contact_email: row.email,
    contact_phone: row.phone,
    display_name: row.displayName,
    configuration: anyConfiguration
      ? {
          customer: null,
          merchant: asked('configuration.merchant') ? merchant : null,
          recipient: asked('configuration.recipient') ? recipient : null,
        }
      : null,
    defaults: asked('defaults') ? whole.defaults : null,
    future_requirements: asked('future_requirements') ? whole.future_requirements : null,
    identity: asked('identity') ? whole.identity : null,
    requirements: asked('requirements') ? whole.requirements : null,
  };
}
