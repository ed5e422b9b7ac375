/** The schemas of the SDK's types, with more roots than the script lists: disputes, cash balances, mandates, reviews and
 * their parameters. A copy of the script with these roots is generated beside its cache. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Schemas {
  roots: Record<string, string>;
  definitions: Record<string, object>;
}

const MORE: Record<string, string> = {
  account_link: 'AccountLink',
  account_session: 'AccountSession',
  application: 'Application',
  capability: 'Capability',
  deleted_account: 'DeletedAccount',
  login_link: 'LoginLink',
  'v2.core.account': 'V2.Core.Account',
  'v2.core.account_link': 'V2.Core.AccountLink',
  'v2.core.event_destination': 'V2.Core.EventDestination',
  'POST /v1/account_links': 'AccountLinkCreateParams',
  'POST /v1/accounts': 'AccountCreateParams',
  'POST /v1/accounts/:id': 'AccountUpdateParams',
  'GET /v1/accounts': 'AccountListParams',
  'POST /v2/core/account_links': 'V2.Core.AccountLinkCreateParams',
  'POST /v2/core/accounts': 'V2.Core.AccountCreateParams',
  'POST /v2/core/accounts/:id': 'V2.Core.AccountUpdateParams',
  'POST /v2/core/event_destinations': 'V2.Core.EventDestinationCreateParams',
  'POST /v2/core/event_destinations/:id': 'V2.Core.EventDestinationUpdateParams',
  cash_balance: 'CashBalance',
  confirmation_token: 'ConfirmationToken',
  payment_method_domain: 'PaymentMethodDomain',
  customer_cash_balance_transaction: 'CustomerCashBalanceTransaction',
  dispute: 'Dispute',
  mandate: 'Mandate',
  'radar.early_fraud_warning': 'Radar.EarlyFraudWarning',
  review: 'Review',
  transfer: 'Transfer',
  transfer_reversal: 'TransferReversal',
  'POST /v1/disputes/:id': 'DisputeUpdateParams',
  'GET /v1/disputes': 'DisputeListParams',
  'GET /v1/radar/early_fraud_warnings': 'Radar.EarlyFraudWarningListParams',
  'GET /v1/reviews': 'ReviewListParams',
  'POST /v1/payment_intents/:id/apply_customer_balance': 'PaymentIntentApplyCustomerBalanceParams',
  'POST /v1/payment_method_domains': 'PaymentMethodDomainCreateParams',
  'GET /v1/payment_method_domains': 'PaymentMethodDomainListParams',
  'POST /v1/payment_method_domains/:id': 'PaymentMethodDomainUpdateParams',
  'POST /v1/transfers': 'TransferCreateParams',
  'GET /v1/transfers': 'TransferListParams',
  'POST /v1/transfers/:id': 'TransferUpdateParams',
  'POST /v1/transfers/:id/reversals': 'TransferCreateReversalParams',
  'POST /v1/customers/:id/cash_balance': 'CustomerUpdateCashBalanceParams',
};

/** Every schema. Safe to run in several processes at once: the copy appears by rename and is always the same. */
export async function sdkSchemas(): Promise<Schemas> {
  const root = resolve(import.meta.dirname, '..', '..', '..', '..');
  const source = readFileSync(resolve(root, 'scripts', 'stripe-schemas.mjs'), 'utf8');
  const missing = Object.entries(MORE).filter(
    ([name]) => !source.includes(`${name}:`) && !source.includes(`'${name}':`),
  );
  const lines = missing.map(([name, type]) => `  ${JSON.stringify(name)}: ${JSON.stringify(type)},\n`).join('');
  const opening = 'const ROOTS = {\n';
  if (!source.includes(opening)) throw new Error('the schema script does not list its roots as expected');
  const folder = resolve(root, 'test', '.generated', 'scripts');
  mkdirSync(folder, { recursive: true });
  const file = resolve(folder, 'stripe-schemas.mjs');
  writeFileSync(`${file}.${process.pid}`, source.replace(opening, opening + lines));
  renameSync(`${file}.${process.pid}`, file);
  const made = (await import(pathToFileURL(file).href)) as { stripeSchemas(): Schemas };
  return made.stripeSchemas();
}
