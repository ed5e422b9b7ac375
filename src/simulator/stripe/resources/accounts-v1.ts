/** The endpoints of connected accounts in `/v1`: https://docs.stripe.com/api/accounts */
import type Stripe from 'stripe';
import { lettersOf, newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { ApiError, missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { choice, expand, flag, group, list, map, mergedMetadata, page, range, text } from '../core/params.js';
import type { Field } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { OWN } from '../core/store.js';
import { addAccount, changeAccount, closeAccount, decideAccount } from './account-changes.js';
import { v1Account, v1Capability } from './account-v1.js';
import { accountForV1, freshAccount } from './connected-accounts.js';
import type { ConnectedAccountRow } from './connected-accounts.js';
import { currencyOf } from './countries.js';

/** The setting that makes creation fail, as it may for platforms that are new at Stripe. */
export const V1_ACCOUNTS_CLOSED = 'v1_accounts_closed';

type Capability = 'card_payments' | 'transfers';
interface Params {
  type?: 'custom' | 'express' | 'standard';
  controller?: {
    fees?: { payer?: string };
    losses?: { payments?: string };
    stripe_dashboard?: { type?: 'express' | 'full' | 'none' };
  };
  country?: string;
  email?: string;
  default_currency?: string;
  business_type?: string;
  business_profile?: Record<string, string | null>;
  company?: { name?: string };
  individual?: { first_name?: string; last_name?: string };
  capabilities?: Partial<Record<Capability, { requested?: boolean }>>;
  metadata?: Record<string, string> | null;
}

const DASHBOARDS = { custom: 'none', express: 'express', standard: 'full' } as const;

function create(call: Call, params: Params): Stripe.Account {
  if (call.tx.get('settings', OWN, V1_ACCOUNTS_CLOSED)?.value === true) {
    const message =
      'Accounts of this platform are made with POST /v2/core/accounts. (The simulator was told to refuse /v1.)';
    throw new ApiError(400, { type: 'invalid_request_error', message });
  }
  if (params.type !== undefined && params.controller !== undefined) {
    const message = 'You may not provide the `type` parameter and `controller` parameters simultaneously.';
    throw new ApiError(400, { type: 'invalid_request_error', message, param: 'type' }, { remembered: false });
  }
  const { type, controller } = params;
  const country = (params.country ?? 'DE').toUpperCase();
  const row = freshAccount(call, {
    type: type ?? 'none',
    country,
    currency: params.default_currency ?? currencyOf(country),
    email: params.email ?? null,
    phone: null,
    displayName: null,
    entityType: params.business_type ?? null,
    registeredName: params.company?.name ?? null,
    givenName: params.individual?.first_name ?? null,
    surname: params.individual?.last_name ?? null,
    profile: params.business_profile ?? {},
    dashboard: type === undefined ? (controller?.stripe_dashboard?.type ?? 'full') : DASHBOARDS[type],
    fees: controller?.fees?.payer ?? (type === undefined || type === 'standard' ? 'account' : `application_${type}`),
    losses: controller?.losses?.payments ?? (type === undefined || type === 'standard' ? 'stripe' : 'application'),
    locales: [],
    configurations: [],
    requested: {},
    metadata: mergedMetadata(null, params.metadata),
  });
  return v1Account(addAccount(call, { ...row, ...withCapabilities(call, row, params.capabilities) }));
}

/** Requested capabilities, and the configurations of `/v2` they belong to. */
function withCapabilities(call: Call, row: ConnectedAccountRow, asked: Params['capabilities'] = {}) {
  const requested = { ...row.requested };
  for (const name of ['card_payments', 'transfers'] as const) {
    if (asked[name]?.requested === true) requested[name] ??= call.now;
    if (asked[name]?.requested === false) delete requested[name];
  }
  const configurations: ConnectedAccountRow['configurations'] = [
    ...(requested.card_payments === undefined ? [] : ['merchant' as const]),
    ...(requested.transfers === undefined ? [] : ['recipient' as const]),
  ];
  return { requested, configurations };
}

function update(call: Call, params: Params, id: string): Stripe.Account {
  const row = accountForV1(call, id);
  const { email, business_type: entityType, default_currency: currency } = params;
  const next = changeAccount(call, row, {
    ...(email === undefined ? {} : { email }),
    ...(entityType === undefined ? {} : { entityType }),
    ...(currency === undefined ? {} : { currency }),
    ...(params.company?.name === undefined ? {} : { registeredName: params.company.name }),
    ...(params.individual?.first_name === undefined ? {} : { givenName: params.individual.first_name }),
    ...(params.individual?.last_name === undefined ? {} : { surname: params.individual.last_name }),
    profile: { ...row.profile, ...params.business_profile },
    metadata: mergedMetadata(row.metadata, params.metadata),
    ...(params.capabilities === undefined ? {} : withCapabilities(call, row, params.capabilities)),
  });
  return v1Account(next);
}

function listAccounts(call: Call, params: PageParams): object {
  const rows = call.tx.all('connected_accounts', call.platform).filter((row) => !row.closed && !row.deauthorized);
  return pageOf(rows.map(v1Account), params, '/v1/accounts');
}

function capabilityName(id: string): [string, Capability] {
  const [account = '', name] = id.split('/');
  if (name !== 'transfers' && name !== 'card_payments') throw missing('capability', String(name), 'capability');
  return [account, name];
}

function updateCapability(call: Call, params: { requested?: boolean }, id: string): Stripe.Capability {
  const [account, name] = capabilityName(id);
  const row = accountForV1(call, account);
  const { requested = row.requested[name] !== undefined } = params;
  return v1Capability(changeAccount(call, row, withCapabilities(call, row, { [name]: { requested } })), name);
}

function capabilities(call: Call, id: string): object {
  const row = accountForV1(call, id);
  const data = (['card_payments', 'transfers'] as const)
    .filter((name) => row.requested[name] !== undefined)
    .map((name) => v1Capability(row, name));
  return { object: 'list', data, has_more: false, url: `/v1/accounts/${id}/capabilities` };
}

function loginLink(call: Call, id: string): Stripe.LoginLink {
  const row = accountForV1(call, id);
  if (row.dashboard !== 'express' || row.outcome === 'fresh') {
    const message =
      row.dashboard === 'express'
        ? 'Cannot create a login link for an account that has not completed onboarding.'
        : 'Cannot create a login link for an account that does not have access to the Express Dashboard.';
    throw new ApiError(400, { type: 'invalid_request_error', message });
  }
  return { object: 'login_link', created: call.now, url: `${call.origin}/_sim/console/accounts` };
}

function accountSession(call: Call, { account }: { account: string }): object {
  const row = accountForV1(call, account);
  const secret = lettersOf(newId(call.tx, 'accs'), 32);
  return {
    object: 'account_session',
    account: row.id,
    client_secret: `accs_secret__${secret}`,
    components: {},
    expires_at: call.now + 30 * 60,
    livemode: false,
  };
}

const country = text({ pattern: /^[A-Za-z]{2}$/ });
const wanted: Field = group({ requested: flag() });
const shared = {
  ...expand,
  email: text(),
  default_currency: text({ pattern: /^[a-z]{3}$/ }),
  business_type: choice(['company', 'government_entity', 'individual', 'non_profit']),
  business_profile: group({
    mcc: text(),
    name: text(),
    product_description: text(),
    support_email: text(),
    support_phone: text(),
    support_url: text(),
    url: text(),
  }),
  company: group({ name: text() }),
  individual: group({ first_name: text(), last_name: text() }),
  capabilities: group({ card_payments: wanted, transfers: wanted }),
  metadata: map,
};
const createShape = {
  ...shared,
  type: choice(['custom', 'express', 'standard']),
  country,
  controller: group({
    fees: group({ payer: choice(['account', 'application', 'application_custom', 'application_express']) }),
    losses: group({ payments: choice(['application', 'stripe']) }),
    requirement_collection: choice(['application', 'stripe']),
    stripe_dashboard: group({ type: choice(['express', 'full', 'none']) }),
  }),
};

export const v1AccountRoutes: readonly Route[] = [
  route('POST /v1/accounts', createShape, create),
  route('GET /v1/accounts', { ...page, created: range }, listAccounts),
  route('POST /v1/accounts/:id', shared, update),
  route('DELETE /v1/accounts/:id', {}, (call, _params, id) => {
    closeAccount(call, accountForV1(call, id));
    return { id, object: 'account', deleted: true };
  }),
  route(
    'POST /v1/accounts/:id/reject',
    { ...expand, reason: choice(['fraud', 'other', 'terms_of_service'], { required: true }) },
    (call, params: { reason: string }, id) =>
      v1Account(decideAccount(call, accountForV1(call, id), 'rejected', `rejected.platform_${params.reason}`)),
  ),
  route('GET /v1/accounts/:id/capabilities', expand, (call, _params, id) => capabilities(call, id)),
  route('GET /v1/accounts/:id/capabilities/:id', expand, (call, _params, id) => {
    const [account, name] = capabilityName(id);
    return v1Capability(accountForV1(call, account), name);
  }),
  route('POST /v1/accounts/:id/capabilities/:id', { ...expand, requested: flag() }, updateCapability),
  route('POST /v1/accounts/:id/login_links', expand, (call, _params, id) => loginLink(call, id)),
  route(
    'POST /v1/account_sessions',
    { ...expand, account: text({ required: true }), components: group({ account_onboarding: wantedComponent() }) },
    accountSession,
  ),
];

function wantedComponent(): Field {
  return group({ enabled: flag({ required: true }), features: list(text()) });
}
