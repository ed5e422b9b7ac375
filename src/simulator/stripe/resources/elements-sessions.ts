/** What Elements ask before they show anything: payment method types, and which wallets may be offered on this host. Stripe.js
 * has an endpoint of this name and does not document it; what is answered here is the simulator's own. */
import type { Call } from '../core/call.js';
import { choice, group, integer, list, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import type { Tx } from '../core/store.js';
import { OWN } from '../core/store.js';
import { checkAmount, currencyOf } from './amounts.js';
import { findIntent } from './intents.js';
import type { Intent } from './intents.js';
import { typesFor } from './method-types.js';
import { isThisMachine } from './payment-method-domains.js';
import { WALLETS, typeOfWallet } from './wallets.js';
import type { Wallet } from './wallets.js';

/** Why a wallet is not offered: its host is not registered, the buyer's browser has none, it does not fit the payment. */
export type WalletState = 'available' | 'no_domain' | 'no_device' | 'not_fitting';

/** The row of `settings` that lists the wallets the buyer's browser does not have. */
export const MISSING_WALLETS = 'missing_wallets';

/** The wallets the buyer's browser does not have. */
export const missingWallets = (read: Pick<Tx, 'get'>): string[] =>
  (read.get('settings', OWN, MISSING_WALLETS)?.value ?? []) as string[];

interface Deferred {
  mode: string;
  amount: number;
  currency: string;
  capture_method?: string;
  setup_future_usage?: string;
  payment_method_types?: string[];
}

interface SessionParams {
  client_secret?: string;
  deferred_intent?: Deferred;
  host?: string;
}

function session(call: Call, params: SessionParams): object {
  const { client_secret, deferred_intent } = params;
  const intent = deferred_intent ?? findIntent(call, client_secret?.split('_secret_')[0] ?? '', client_secret);
  const types = deferred_intent ? deferredTypes(deferred_intent) : (intent.payment_method_types ?? []);
  const wallets = WALLETS.map((wallet) => [wallet, stateOf(call, wallet, types, params.host ?? '')]);
  return {
    object: 'elements_session',
    payment_method_types: types,
    wallets: Object.fromEntries(wallets) as Record<Wallet, WalletState>,
    merchant: 'Simulated shop',
    amount: intent.amount,
    currency: intent.currency,
  };
}

/** The types an intent of this kind would have. Throws 400 as creating it would. */
function deferredTypes(deferred: Deferred): readonly string[] {
  const currency = currencyOf(deferred.currency);
  checkAmount(deferred.amount, currency, 'deferred_intent[amount]');
  const { capture_method = 'automatic', payment_method_types } = deferred;
  const intent = {
    currency,
    capture_method,
    customer: null,
    allowed_payment_method_types: payment_method_types ?? null,
    excluded_payment_method_types: null,
    automatic_payment_methods: payment_method_types ? null : { enabled: true, allow_redirects: 'always' },
  };
  return typesFor(intent as unknown as Intent);
}

function stateOf(call: Call, wallet: Wallet, types: readonly string[], host: string): WalletState {
  if (!types.includes(typeOfWallet(wallet))) return 'not_fitting';
  if (!isAllowed(call, wallet, host.toLowerCase())) return 'no_domain';
  return missingWallets(call.tx).includes(wallet) ? 'no_device' : 'available';
}

/** On this machine every wallet is allowed until somebody decides otherwise; any other host must be registered. */
function isAllowed(call: Call, wallet: Wallet, host: string): boolean {
  const domain = call.tx.all('payment_method_domains', call.account).find((row) => row.domain_name === host);
  if (!domain) return isThisMachine(host);
  if (!domain.enabled) return false;
  const decided = call.tx.get('domain_notes', call.account, domain.id)?.forced[wallet];
  if (isThisMachine(host)) return decided?.status !== 'inactive';
  return domain[wallet].status === 'active';
}

export const elementsSessionRoutes: readonly Route[] = [
  route(
    'GET /v1/elements/sessions',
    {
      client_secret: text(),
      deferred_intent: group({
        mode: choice(['payment'], { required: true }),
        amount: integer({ required: true }),
        currency: text({ required: true }),
        capture_method: choice(['automatic', 'automatic_async', 'manual']),
        setup_future_usage: choice(['off_session', 'on_session']),
        payment_method_types: list(text()),
      }),
      host: text({ max: 253 }),
    },
    session,
    { browser: true },
  ),
];
