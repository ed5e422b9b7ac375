/** The payment methods a shop is told of, and for those its own checkout shows, what its browser code needs. */
import type { PageSettings, PaymentMethodOffer, Settings } from '../../kit/index.js';
import { NAME } from './api.js';
import { intentCaptureMethod } from './initialize.js';
import { methodNames } from './methods.js';
import { scriptUrl } from './page.js';
import type { StripeSettings } from './settings.js';
import { readSettings } from './settings.js';

/** The method of the express buttons; like every name, of letters, digits, blanks and hyphens. */
export const EXPRESS_NAME = 'Express Checkout';
/** The shop's word for: its own checkout shows the method, and calls the pre-order endpoints. */
const STRATEGY = 'express-checkout';

/**
 * What the shop offers: the ordinary methods, on our page or, when the tenant is headless, in its own checkout; and
 * the express buttons when it wants some. Nothing secret is in it, because it reaches browsers (docs/protocol.md).
 */
export function paymentMethods(given: Settings, deployment: PageSettings): PaymentMethodOffer[] {
  const settings = readSettings(given);
  const offer = (name: string): PaymentMethodOffer => ({ name, providerName: NAME });
  const inCheckout = (name: string, more: Record<string, unknown> = {}): PaymentMethodOffer => ({
    ...offer(name),
    checkoutConfiguration: {
      strategy: STRATEGY,
      scripts: [{ url: scriptUrl(deployment) }],
      paymentServiceProviderData: { ...browserFacts(settings, name), ...more },
    },
  });
  const { headless, expressMethods } = settings;
  const ordinary = methodNames(settings).map((name) => (headless ? inCheckout(name) : offer(name)));
  return expressMethods.length === 0 ? ordinary : [...ordinary, inCheckout(EXPRESS_NAME, { methods: expressMethods })];
}

/** `captureMethod` is that of the payment intent: Stripe refuses Elements that were made with another one. */
function browserFacts(settings: StripeSettings, name: string): Record<string, unknown> {
  const { publishableKey, accountId, mode } = settings;
  return {
    publishableKey,
    isLive: mode === 'live',
    captureMethod: intentCaptureMethod(settings, name.toLowerCase().replaceAll(' ', '-')),
    ...(accountId === undefined ? {} : { accountId }),
  };
}
