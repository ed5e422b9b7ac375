/**
 * Entry of the offline Stripe.js: a global `Stripe(publishableKey, options)` that speaks to the simulator this script
 * came from. It covers payment intents with the Payment Element and the Express Checkout Element, and refuses everything
 * else aloud.
 */
import { IntegrationError } from './shared/errors.js';
import { confirmPayment, handleNextAction, retrievePaymentIntent } from './shim/confirm.js';
import { createConfirmationToken } from './shim/tokens.js';
import { createElements, type StripeAccess } from './shim/elements-group.js';
import { checkOptions, optionalText, refusingOthers } from './shim/options.js';

/** The simulator's origin is where this script was loaded from; only known while it runs for the first time. */
const origin = new URL((document.currentScript as HTMLScriptElement | null)?.src || location.href).origin;

/** Answering at Stripe's address in a test, it must keep to the hosts that a page's content policy allows there. */
const apiOrigin = origin === 'https://js.stripe.com' ? 'https://api.stripe.com' : origin;

function Stripe(publishableKey: unknown, options?: unknown) {
  if (typeof publishableKey !== 'string' || !/^pk_test_\w+$/.test(publishableKey)) {
    throw new IntegrationError('Stripe(): the simulator takes a publishable key of test mode, pk_test_….');
  }
  const checked = checkOptions('Stripe()', options);
  const stripeAccount = optionalText(checked, 'stripeAccount');
  const locale = optionalText(checked, 'locale');
  const access: StripeAccess = {
    origin,
    apiOrigin,
    publishableKey,
    ...(stripeAccount ? { stripeAccount } : {}),
    ...(locale ? { locale } : {}),
  };
  return refusingOthers('stripe', {
    elements: (value?: unknown) => createElements(access, value),
    confirmPayment: (value: unknown) => confirmPayment(access, value),
    createConfirmationToken: (value: unknown) => createConfirmationToken(value),
    handleNextAction: (value: unknown) => handleNextAction(access, value),
    retrievePaymentIntent: (clientSecret: unknown) => retrievePaymentIntent(access, clientSecret),
    /** Marks this as no real Stripe.js, for pages that show a banner. */
    isSimulation: true,
  });
}

// Loaded twice, the first one stays: its elements know each other.
const page = window as unknown as { Stripe?: typeof Stripe };
page.Stripe ??= Stripe;
