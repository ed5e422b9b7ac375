/** The endpoints of connected accounts in `/v2`: https://docs.stripe.com/api/v2/core/accounts */
import type { Call } from '../core/call.js';
import { ApiError, invalidParameter } from '../core/errors.js';
import { pageOfV2 } from '../core/lists.js';
import { choice, flag, group, integer, list, map, mergedMetadata, text } from '../core/params.js';
import type { Field, Shape } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { addAccount, changeAccount, closeAccount } from './account-changes.js';
import { INCLUDABLE, v2Account } from './account-v2.js';
import type { Include } from './account-v2.js';
import { accountForV2, freshAccount } from './connected-accounts.js';
import type { ConnectedAccountRow } from './connected-accounts.js';
import { currencyOf } from './countries.js';

type Configuration = 'merchant' | 'recipient';
interface Params {
  display_name?: string | null;
  contact_email?: string | null;
  contact_phone?: string | null;
  dashboard?: ConnectedAccountRow['dashboard'];
  defaults?: {
    currency?: string;
    locales?: string[];
    profile?: { business_url?: string; doing_business_as?: string; product_description?: string };
    responsibilities?: { fees_collector: string; losses_collector: string };
  };
  identity?: {
    country?: string;
    entity_type?: string;
    business_details?: { registered_name?: string };
    individual?: { given_name?: string; surname?: string };
  };
  configuration?: {
    merchant?: { capabilities?: { card_payments?: { requested?: boolean } } };
    recipient?: { capabilities?: { stripe_balance?: { stripe_transfers?: { requested?: boolean } } } };
  };
  include?: Include[];
  metadata?: Record<string, string> | null;
}

/** Who is to be paid has to be known: https://docs.stripe.com/connect/accounts-v2 */
function checkComplete(params: Params): void {
  if (params.configuration?.recipient === undefined && params.configuration?.merchant === undefined) return;
  const missing = (['contact_email', 'identity.country', 'defaults.responsibilities'] as const).find((name) => {
    if (name === 'contact_email') return params.contact_email == null;
    return name === 'identity.country' ? !params.identity?.country : params.defaults?.responsibilities === undefined;
  });
  if (missing === undefined) return;
  throw invalidParameter(missing, `Missing required field: ${missing} is needed with this configuration.`);
}

function create(call: Call, params: Params): object {
  checkComplete(params);
  const { defaults = {}, identity = {} } = params;
  const country = (identity.country ?? 'DE').toUpperCase();
  const row = freshAccount(call, {
    type: 'none',
    country,
    currency: defaults.currency ?? currencyOf(country),
    email: params.contact_email ?? null,
    phone: params.contact_phone ?? null,
    displayName: params.display_name ?? null,
    entityType: identity.entity_type ?? null,
    registeredName: identity.business_details?.registered_name ?? null,
    givenName: identity.individual?.given_name ?? null,
    surname: identity.individual?.surname ?? null,
    profile: profileOf(defaults.profile),
    dashboard: params.dashboard ?? 'none',
    fees: defaults.responsibilities?.fees_collector ?? 'stripe',
    losses: defaults.responsibilities?.losses_collector ?? 'stripe',
    locales: defaults.locales ?? [],
    configurations: [],
    requested: {},
    metadata: mergedMetadata(null, params.metadata),
  });
  const made = addAccount(call, { ...row, ...configured(call, row, params.configuration) });
  return v2Account(made, params.include);
}

function profileOf(profile: NonNullable<Params['defaults']>['profile'] = {}): Record<string, string> {
  const { business_url: url, doing_business_as: name, product_description } = profile;
  return JSON.parse(JSON.stringify({ url, name, product_description })) as Record<string, string>;
}

/** What the account has after configurations were asked for: each is applied by naming it. */
function configured(call: Call, row: ConnectedAccountRow, asked: Params['configuration'] = {}) {
  const names = (['merchant', 'recipient'] as const).filter((name) => asked[name] !== undefined);
  const requested = { ...row.requested };
  const wishes = {
    card_payments: asked.merchant?.capabilities?.card_payments?.requested,
    transfers: asked.recipient?.capabilities?.stripe_balance?.stripe_transfers?.requested,
  };
  for (const name of ['card_payments', 'transfers'] as const) {
    if (wishes[name] === true) requested[name] ??= call.now;
    if (wishes[name] === false) delete requested[name];
  }
  return { requested, configurations: [...new Set<Configuration>([...row.configurations, ...names])] };
}

function update(call: Call, params: Params, id: string): object {
  const row = accountForV2(call, id);
  if (row.closed) throw closed(id);
  const { defaults = {}, identity = {} } = params;
  const change: Partial<ConnectedAccountRow> = {
    displayName: params.display_name,
    email: params.contact_email,
    phone: params.contact_phone,
    dashboard: params.dashboard,
    currency: defaults.currency,
    locales: defaults.locales,
    fees: defaults.responsibilities?.fees_collector,
    losses: defaults.responsibilities?.losses_collector,
    country: identity.country?.toUpperCase(),
    entityType: identity.entity_type,
    registeredName: identity.business_details?.registered_name,
    givenName: identity.individual?.given_name,
    surname: identity.individual?.surname,
  } as Partial<ConnectedAccountRow>;
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const next = changeAccount(call, row, {
    ...given,
    ...configured(call, row, params.configuration),
    profile: { ...row.profile, ...profileOf(defaults.profile) },
    metadata: mergedMetadata(row.metadata, params.metadata),
  });
  return v2Account(next, params.include);
}

const closed = (id: string): ApiError =>
  new ApiError(400, { type: 'invalid_request_error', code: 'account_closed', message: `The account ${id} is closed.` });

interface ListParams {
  applied_configurations?: Configuration[];
  closed?: boolean;
  limit?: number;
  page?: string;
}

function listAccounts(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('connected_accounts', call.platform)
    .filter((row) => !row.deauthorized && row.closed === (params.closed ?? false))
    .filter((row) => (params.applied_configurations ?? []).every((name) => row.configurations.includes(name)));
  const { data, ...rest } = pageOfV2(rows, params, '/v2/core/accounts');
  return { data: data.map((row) => v2Account(row)), ...rest };
}

const requestedFlag = (): Field => group({ requested: flag({ required: true }) }, { required: true });
const include: Shape = { include: list(choice(INCLUDABLE)) };
const shape = (options: { unset?: boolean }): Shape => ({
  ...include,
  display_name: text(options),
  contact_email: text({ ...options, pattern: /^[^\s@]+@[^\s@]+$/ }),
  contact_phone: text(options),
  dashboard: choice(['express', 'full', 'none']),
  defaults: group({
    currency: text({ pattern: /^[a-z]{3}$/ }),
    locales: list(text()),
    profile: group({ business_url: text(), doing_business_as: text(), product_description: text() }),
    responsibilities: group({
      fees_collector: choice(['application', 'application_custom', 'application_express', 'stripe'], {
        required: true,
      }),
      losses_collector: choice(['application', 'stripe'], { required: true }),
    }),
  }),
  identity: group({
    country: text({ pattern: /^[A-Za-z]{2}$/ }),
    entity_type: choice(['company', 'government_entity', 'individual', 'non_profit']),
    business_details: group({ registered_name: text() }),
    individual: group({ given_name: text(), surname: text() }),
  }),
  configuration: group({
    merchant: group({ capabilities: group({ card_payments: requestedFlag() }) }),
    recipient: group({
      capabilities: group({ stripe_balance: group({ stripe_transfers: requestedFlag() }) }),
    }),
  }),
  metadata: map,
});
const configurations = list(choice(['customer', 'merchant', 'recipient']));

export const v2AccountRoutes: readonly Route[] = [
  route('POST /v2/core/accounts', shape({}), create),
  route(
    'GET /v2/core/accounts',
    { applied_configurations: configurations, closed: flag(), limit: integer({ min: 1 }), page: text() },
    listAccounts,
  ),
  route('GET /v2/core/accounts/:id', include, (call, params: { include?: Include[] }, id) =>
    v2Account(accountForV2(call, id), params.include),
  ),
  route('POST /v2/core/accounts/:id', shape({ unset: true }), update),
  route('POST /v2/core/accounts/:id/close', { applied_configurations: configurations }, (call, _params, id) =>
    v2Account(closeAccount(call, accountForV2(call, id))),
  ),
];
