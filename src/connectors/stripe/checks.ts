/** What can be said of a tenant's settings without asking Stripe. */
import type { ConfigurationReport, Settings } from '../../kit/index.js';
import { checkShape, originFault } from '../../kit/index.js';
import { isHostName, isPublicHost } from './hosts.js';
import { allowedTypes, isKnownType, MANUAL_CAPTURE_TYPES, RETIRED_TYPES, typeOfExpress } from './methods.js';
import type { StripeSettings } from './settings.js';
import { readSettings, settingsSchema, SIGNING_SECRETS } from './settings.js';
import { connectFaults, readConnect } from './connect-settings.js';

/** Collects errors per property and warnings. */
export interface Findings {
  error(property: string, message: string): void;
  warn(message: string): void;
  report(): ConfigurationReport;
}

/** An empty collection. */
export function createFindings(): Findings {
  const errors = new Map<string, string[]>();
  const warnings: string[] = [];
  return {
    error: (property, message) => void errors.set(property, [...(errors.get(property) ?? []), message]),
    warn: (message) => void warnings.push(message),
    report: () => ({
      isValid: errors.size === 0,
      errors: [...errors].map(([property, errorMessages]) => ({ property, errorMessages })),
      warnings,
    }),
  };
}

/** Checks shape and agreement of all fields. Messages never repeat a value, because it may be a key. */
export function checkSettings(given: Settings): Findings {
  const findings = createFindings();
  const entered = withoutEmpty(given);
  for (const { property, errorMessages } of checkShape(settingsSchema, entered).errors) {
    for (const message of errorMessages) findings.error(property, message);
  }
  if (!findings.report().isValid) return findings;
  const settings = readSettings(entered);
  checkKeys(settings, findings);
  checkMode(settings, findings);
  checkMethods(settings, findings);
  checkTransfer(settings, findings);
  checkExpress(settings, findings);
  checkPage(settings, findings);
  if (settings.businessModel === 'marketplace' && settings.capture.strategy === 'multi') {
    findings.error('capture.strategy', 'cannot be multi for a marketplace: its transfers belong to one capture');
  }
  checkWebhook(settings, findings);
  if (settings.businessModel === 'marketplace') checkMarketplace(entered, settings, findings);
  const suffix = settings.statementDescriptorSuffix;
  if (suffix !== undefined && (suffix.length > 22 || !/[A-Za-z]/.test(suffix) || /[<>\\'"*]/.test(suffix))) {
    findings.error('statementDescriptorSuffix', 'must have a letter, at most 22 characters and none of < > \\ \' " *');
  }
  return findings;
}

function checkKeys(settings: StripeSettings, findings: Findings): void {
  const { secretKey, publishableKey, accountId } = settings;
  if (secretKey.startsWith('pk_')) findings.error('secretKey', 'is a publishable key; the secret key belongs here');
  else if (!/^(sk|rk)_(test|live)_[A-Za-z0-9_]+$/.test(secretKey)) {
    findings.error('secretKey', 'must be a Stripe secret key: sk_test_…, sk_live_…, rk_test_… or rk_live_…');
  }
  if (/^[sr]k_/.test(publishableKey)) {
    findings.error('publishableKey', 'is a secret key; the publishable key belongs here, because customers see it');
  } else if (!/^pk_(test|live)_[A-Za-z0-9_]+$/.test(publishableKey)) {
    findings.error('publishableKey', 'must be a Stripe publishable key: pk_test_… or pk_live_…');
  }
  if (accountId !== undefined && !/^acct_[A-Za-z0-9_]+$/.test(accountId)) {
    findings.error('accountId', 'must be a Stripe account id: acct_…');
  }
}

function checkMode(settings: StripeSettings, findings: Findings): void {
  for (const property of ['secretKey', 'publishableKey'] as const) {
    const keyMode = /^[srp]k_(test|live)_/.exec(settings[property])?.[1];
    if (keyMode !== undefined && keyMode !== settings.mode) {
      findings.error(property, `is a ${keyMode} key, but the mode is ${settings.mode}`);
    }
  }
  if (settings.connection === 'platform') {
    findings.error('connection', 'platform needs a platform key of the deployment, and this deployment has none');
  }
}

function checkMethods(settings: StripeSettings, findings: Findings): void {
  const { source, list } = settings.paymentMethods;
  if (source !== 'stripe_dynamic' && list.length === 0) findings.error('paymentMethods.list', 'must name at least one');
  if (list.length > 0 && settings.paymentMethodConfigurationId !== undefined) {
    findings.error('paymentMethodConfigurationId', 'cannot be used together with paymentMethods.list');
  }
  const shape = /^pmc_[A-Za-z0-9_]+$/;
  if (settings.paymentMethodConfigurationId !== undefined && !shape.test(settings.paymentMethodConfigurationId)) {
    findings.error('paymentMethodConfigurationId', 'must be a payment method configuration id: pmc_…');
  }
  for (const type of list) {
    if (!/^[a-z0-9_]{2,40}$/.test(type)) findings.error('paymentMethods.list', 'must hold Stripe type names only');
    else if (RETIRED_TYPES.has(type)) findings.warn(`Stripe no longer offers ${type}.`);
    else if (!isKnownType(type)) findings.warn(`${type} is unknown here; it is passed to Stripe as it is.`);
  }
  for (const [type, mode] of Object.entries(settings.capture.perMethod)) {
    if (mode === 'manual' && !(MANUAL_CAPTURE_TYPES as readonly string[]).includes(type)) {
      findings.error(`capture.perMethod.${type}`, 'cannot be authorized first, so it must be automatic');
    }
  }
}

function checkTransfer(settings: StripeSettings, findings: Findings): void {
  const { source, list } = settings.paymentMethods;
  const listed = source !== 'deny_list' && list.includes('customer_balance');
  if (listed && settings.bankTransfer.country === undefined) {
    findings.error('bankTransfer.country', 'must be set, because customer_balance is listed');
  }
}

function checkPage({ page, mode }: StripeSettings, findings: Findings): void {
  const faults = new Set(page.frameAncestors.map((origin) => originFault(origin, mode)));
  for (const fault of faults) if (fault !== undefined) findings.error('page.frameAncestors', fault);
}

/** A wallet's button is of no use when the payment behind it may not be paid with that type. */
function checkExpress(settings: StripeSettings, findings: Findings): void {
  const { source, list } = settings.paymentMethods;
  const allowed = allowedTypes(settings, 'express-checkout');
  for (const method of settings.expressMethods) {
    const type = typeOfExpress(method);
    const isDenied = source === 'deny_list' && list.includes(type);
    if (isDenied || allowed?.includes(type) === false) {
      findings.error('expressMethods', `holds ${method}, but paymentMethods.list leaves out ${type}`);
    }
  }
  for (const domain of settings.domains) {
    if (!isHostName(domain)) findings.error('domains', 'must hold host names only, such as shop.example');
    else if (settings.mode === 'live' && !isPublicHost(domain)) {
      findings.error(
        'domains',
        'must hold names that the internet knows, no localhost and no IP addresses, in live mode',
      );
    }
  }
}

function checkWebhook({ webhook }: StripeSettings, findings: Findings): void {
  for (const name of SIGNING_SECRETS) {
    const value = webhook[name];
    if (value !== undefined && !/^whsec_\S+$/.test(value)) {
      findings.error(`webhook.${name}`, 'must be a signing secret: whsec_…');
    }
  }
  if (webhook.mode === 'manual' && webhook.secret === undefined) {
    findings.warn('Until webhook.secret is set no event of Stripe can be verified.');
  }
}

/** Its accounts belong to the tenant's own keys, and events about them come signed with secrets of their own. */
function checkMarketplace(given: Settings, { connection, mode, webhook }: StripeSettings, findings: Findings): void {
  if (connection === 'platform') findings.error('connection', 'must be own_keys for a marketplace');
  for (const [property, fault] of connectFaults(given, mode)) findings.error(property, fault);
  if (webhook.mode !== 'manual') return;
  if (webhook.connectSecret === undefined)
    findings.error('webhook.connectSecret', 'must be set for a marketplace whose webhooks are registered by hand');
  if (webhook.thinSecret === undefined && readConnect(given).apiGeneration === 'v2')
    findings.error('webhook.thinSecret', 'must be set for accounts of v2 whose webhooks are registered by hand');
}

/** An empty text or list, or null, means that nothing was entered; shops send empty maps as lists. */
function withoutEmpty(given: Settings): Settings {
  const isEmpty = (value: unknown) => value === '' || value === null || (Array.isArray(value) && value.length === 0);
  const entries = Object.entries(given).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(
    entries.map(([key, value]) =>
      typeof value === 'object' && !Array.isArray(value) ? [key, withoutEmpty(value as Settings)] : [key, value],
    ),
  );
}
