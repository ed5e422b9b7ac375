/**
 * Messages a tenant does not want: a shop that knows a message but does nothing with it may stop at it for ever, so each
 * tenant says which of the optional ones it can do without (setting `unwantedMessages`).
 */

import type { SettingFault } from './tenant.js';

/** By their names on the wire. All others every shop needs. */
export const OPTIONAL_MESSAGES: readonly string[] = [
  'MerchantAppOnboardingStatusChanged',
  'PaymentCreated',
  'PaymentOverpaid',
  'PaymentUnderpaid',
  'PaymentUpdated',
  'ReadyForMerchantAppOnboarding',
  'UpdatePaymentMethod',
];

/** What is wrong with the setting; empty when it is absent or fine. */
export function unwantedFaults(settings: Readonly<Record<string, unknown>>): SettingFault[] {
  const names = settings['unwantedMessages'];
  if (names === undefined || names === null) return [];
  const isList = Array.isArray(names) && names.every((name) => OPTIONAL_MESSAGES.includes(String(name)));
  const message = `must be a list of names out of ${OPTIONAL_MESSAGES.join(', ')}`;
  return isList ? [] : [{ property: 'unwantedMessages', message }];
}

/** The names, each once. */
export function unwantedMessages(settings: Readonly<Record<string, unknown>>): string[] {
  const names = settings['unwantedMessages'];
  return Array.isArray(names) ? [...new Set(names.map(String))] : [];
}
