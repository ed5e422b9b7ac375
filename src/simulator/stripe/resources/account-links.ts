/** Account links: single-use, short-lived ways to the onboarding page, made by either half of the API. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter } from '../core/errors.js';
import { choice, expand, group, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import type { Simulation } from '../core/simulation.js';
import { actOnAccount, newToken } from './account-changes.js';
import { accountForV1, accountForV2 } from './connected-accounts.js';
import type { AccountLinkRow, ConnectedAccountRow } from './connected-accounts.js';
import { emitThin } from './thin-events.js';

/** How long a link may wait to be opened, in milliseconds. */
const LIFETIME_MS = 5 * 60 * 1000;

type UseCase = AccountLinkRow['useCase'];
const USE_CASES = ['account_onboarding', 'account_update'] as const satisfies readonly UseCase[];

interface Wanted {
  useCase: UseCase;
  returnUrl: string;
  refreshUrl: string;
}

function addLink(call: Call, row: ConnectedAccountRow, wanted: Wanted): AccountLinkRow {
  const link: AccountLinkRow = {
    id: newToken(call),
    account: row.id,
    ...wanted,
    expiresMs: call.nowMs + LIFETIME_MS,
    session: null,
    finished: false,
  };
  call.tx.put('account_links', call.platform, link);
  return link;
}

const addressOf = (call: Call, link: AccountLinkRow): string => `${call.origin}/_sim/connect/onboarding/${link.id}`;

interface V1Params {
  account: string;
  type: UseCase;
  return_url: string;
  refresh_url: string;
}

function createV1(call: Call, params: V1Params): Stripe.AccountLink {
  const row = accountForV1(call, params.account);
  const wanted = { useCase: params.type, returnUrl: params.return_url, refreshUrl: params.refresh_url };
  const link = addLink(call, row, wanted);
  return {
    object: 'account_link',
    created: call.now,
    expires_at: Math.floor(link.expiresMs / 1000),
    url: addressOf(call, link),
  } satisfies Stripe.AccountLink;
}

interface V2Params {
  account: string;
  use_case: { type: UseCase } & Partial<Record<UseCase, { return_url?: string; refresh_url: string }>>;
}

function createV2(call: Call, { account, use_case: useCase }: V2Params): Stripe.V2.Core.AccountLink {
  const row = accountForV2(call, account);
  if (row.closed) throw invalidParameter('account', `The account ${account} is closed.`);
  const own = useCase[useCase.type];
  if (own === undefined) throw invalidParameter('use_case', `Missing required field: use_case.${useCase.type}.`);
  const returnUrl = own.return_url ?? own.refresh_url;
  const link = addLink(call, row, { useCase: useCase.type, returnUrl, refreshUrl: own.refresh_url });
  return {
    object: 'v2.core.account_link',
    account,
    created: new Date(call.nowMs).toISOString(),
    expires_at: new Date(link.expiresMs).toISOString(),
    livemode: false,
    url: addressOf(call, link),
    use_case: { type: useCase.type, [useCase.type]: own },
  } satisfies Stripe.V2.Core.AccountLink;
}

/** A link with its account, as the page needs them. */
export interface OpenedLink {
  platform: string;
  link: AccountLinkRow;
  row: ConnectedAccountRow;
}

/** The link with this token, in whatever state; undefined when there never was one. */
export function findLink(sim: Simulation, token: string): OpenedLink | undefined {
  const found = sim.store.find('account_links', token);
  const row = found && sim.store.read.get('connected_accounts', found.account, found.value.account);
  return found && row ? { platform: found.account, link: found.value, row } : undefined;
}

/** Whether the link may still be opened: once, in time, for an account that is there. */
export const mayOpen = (sim: Simulation, { link, row }: OpenedLink): boolean =>
  link.session === null && !link.finished && link.expiresMs > sim.now() && !row.closed && !row.deauthorized;

/** Opens the link, which uses it up; answers the session that the page goes on with. */
export function openLink(sim: Simulation, { platform, link }: OpenedLink): string {
  const tx = sim.store.begin();
  const session = lettersOf(`session/${link.id}`, 24);
  tx.put('account_links', platform, { ...link, session });
  tx.commit();
  return session;
}

/** Ends the visit with what was chosen (null: nothing was) and answers where the browser goes. */
export function finishLink(sim: Simulation, { platform, link, row }: OpenedLink, outcome: string | null): string {
  const tx = sim.store.begin();
  const call = sim.call(tx, platform);
  if (outcome !== null) actOnAccount(call, row.id, outcome);
  tx.put('account_links', platform, { ...link, finished: true });
  emitThin(call, {
    type: 'v2.core.account_link.returned',
    context: row.id,
    related: null,
    data: { account_id: row.id, configurations: row.configurations, use_case: link.useCase },
  });
  tx.commit();
  sim.wake();
  return link.returnUrl;
}

const address = (options: { required?: boolean } = {}) => text({ ...options, pattern: /^https?:\/\/[^\s/]+/ });
const collection = group({
  fields: choice(['currently_due', 'eventually_due']),
  future_requirements: choice(['include', 'omit']),
});
const useCaseShape = group({
  refresh_url: address({ required: true }),
  return_url: address({ required: true }),
  collection_options: collection,
});

export const accountLinkRoutes: readonly Route[] = [
  route(
    'POST /v1/account_links',
    {
      ...expand,
      account: text({ required: true }),
      type: choice(USE_CASES, { required: true }),
      refresh_url: address({ required: true }),
      return_url: address({ required: true }),
      collect: choice(['currently_due', 'eventually_due']),
      collection_options: collection,
    },
    createV1,
  ),
  route(
    'POST /v2/core/account_links',
    {
      account: text({ required: true }),
      use_case: group(
        {
          type: choice(USE_CASES, { required: true }),
          account_onboarding: useCaseShape,
          account_update: useCaseShape,
        },
        { required: true },
      ),
    },
    createV2,
  ),
];
