/** The account behind a key: `sk_test_x` and `pk_test_x` with the same ending belong to the same one. */
import type Stripe from 'stripe';
import { lettersOf } from '../core/call.js';
import type { Call } from '../core/call.js';
import { expand } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { v1Account } from './account-v1.js';
import { accountForV1 } from './connected-accounts.js';

/** Where every platform is. */
export const PLATFORM_COUNTRY = 'DE';

/** The account id of a key's ending. The key itself is never stored. */
export const accountOf = (ending: string): string => `acct_${lettersOf(`account/${ending}`, 16)}`;

function account(call: Call): Stripe.Account {
  const known = call.tx.get('accounts', call.account, call.account);
  if (!known) call.tx.put('accounts', call.account, { id: call.account, created: call.now });
  return {
    id: call.account,
    object: 'account',
    business_profile: {
      mcc: '5399',
      minority_owned_business_designation: null,
      name: 'Simulated shop',
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: PLATFORM_COUNTRY,
    created: known?.created ?? call.now,
    default_currency: 'eur',
    details_submitted: true,
    email: 'shop@simulator.invalid',
    metadata: {},
    payouts_enabled: true,
    type: 'standard',
  } satisfies Stripe.Account;
}

/** The account the call is made in: the platform, or the connected one it acts for. */
const current = (call: Call): Stripe.Account =>
  call.account === call.platform ? account(call) : v1Account(accountForV1(call, call.account));

const find = (call: Call, id: string): Stripe.Account =>
  id === call.account ? current(call) : v1Account(accountForV1(call, id));

export const accountRoutes: readonly Route[] = [
  route('GET /v1/account', expand, current),
  route('GET /v1/accounts/:id', expand, (call, _params, id) => find(call, id)),
];
