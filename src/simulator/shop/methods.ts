/** Which payment methods the shop offers, as the app's messages left them. */
import type { Message } from './record.js';
import { isRecord } from './order.js';
import { writtenAt } from './order-state.js';

export interface PaymentMethod {
  name: string;
  providerName: string;
  /** Full URL of the endpoint that starts a payment; absent when the app did not say. */
  authorizationUrl?: string;
  /** The same for the one that sends merchants their shares. */
  transferUrl?: string;
  strategy?: string;
  /** What the browser needs to show the method in the shop's own pages. */
  checkoutConfiguration?: Readonly<Record<string, unknown>>;
}

/** Where a method can be paid: on the app's page, in the shop's own checkout, by the buttons of wallets. */
export type Way = 'page' | 'fields' | 'wallets';

/**
 * Whether a method can be paid that way. A method for the shop's own checkout is still paid on the app's page when an
 * order is placed first: that is how one tenant can show both.
 */
export function goes(method: PaymentMethod, way: Way): boolean {
  const isOwn = method.strategy === 'express-checkout';
  const known = method.checkoutConfiguration?.['paymentServiceProviderData'];
  const hasWallets = isOwn && isRecord(known) && known['methods'] !== undefined;
  if (way === 'wallets') return hasWallets;
  if (way === 'fields') return isOwn && !hasWallets;
  return !hasWallets && (isOwn || method.strategy === undefined || method.strategy === 'hosted-payment-page');
}

interface KnownMethod {
  method: PaymentMethod;
  isOffered: boolean;
  heardAt: string;
}

/**
 * Folds the method messages in order of arrival. An addition or deletion counts only when it is strictly newer than
 * the last one of that method; an update changes a known method and never brings a deleted one back.
 */
export function offeredMethods(messages: readonly Message[]): PaymentMethod[] {
  const known = new Map<string, KnownMethod>();
  for (const message of messages) {
    if (!/^(Add|Update|Delete)PaymentMethod$/.test(message.name)) continue;
    const method = methodOf(message);
    const key = `${method.providerName} ${method.name}`.toLowerCase();
    const present = known.get(key);
    if (message.name === 'UpdatePaymentMethod') {
      if (present !== undefined) present.method = method;
      continue;
    }
    const heardAt = writtenAt(message);
    if (present !== undefined && heardAt !== '' && heardAt <= present.heardAt) continue;
    known.set(key, { method, isOffered: message.name === 'AddPaymentMethod', heardAt });
  }
  return [...known.values()].filter(({ isOffered }) => isOffered).map(({ method }) => method);
}

function methodOf({ payload }: Message): PaymentMethod {
  const method: PaymentMethod = { name: String(payload['name']), providerName: String(payload['providerName']) };
  const configuration = isRecord(payload['paymentMethodAppConfiguration'])
    ? payload['paymentMethodAppConfiguration']
    : {};
  const endpoints = Array.isArray(configuration['endpoints']) ? configuration['endpoints'].filter(isRecord) : [];
  const pathOf = (name: string) => endpoints.find((endpoint) => endpoint['name'] === name)?.['path'];
  const path = pathOf('authorization');
  const transferPath = pathOf('transfer');
  const legacy = payload['paymentAuthorizationEndpoint'];
  if (typeof path === 'string') method.authorizationUrl = `${String(configuration['baseUrl'])}${path}`;
  else if (typeof legacy === 'string') method.authorizationUrl = legacy;
  if (typeof transferPath === 'string') method.transferUrl = `${String(configuration['baseUrl'])}${transferPath}`;
  const checkout = configuration['checkoutConfiguration'];
  if (isRecord(checkout)) method.checkoutConfiguration = checkout;
  if (isRecord(checkout) && typeof checkout['strategy'] === 'string') method.strategy = checkout['strategy'];
  return method;
}
