/** What the hosted page needs of Stripe: which origins it may load from, Stripe's script, and what to mount. */
import type { PageSettings, PageVerbs } from '../../kit/index.js';
import { readSettings } from './settings.js';

/** Stripe's script of the release train our API version belongs to. It must come from Stripe's own host. */
export const SCRIPT_URL = 'https://js.stripe.com/endive/stripe.js';

/** Origins by Stripe's guide: https://docs.stripe.com/security/guide#content-security-policy */
const STRIPE_POLICY = {
  script: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frame: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  connect: ['https://api.stripe.com'],
  image: ['https://*.stripe.com'],
};

/** The page verbs. Where the script comes from is the deployment's choice; a simulator serves its own. */
export const page: PageVerbs = {
  policy: (settings) => {
    const origin = new URL(scriptUrl(settings)).origin;
    if (origin === 'https://js.stripe.com') return structuredClone(STRIPE_POLICY);
    return { script: [origin], frame: [origin], connect: [origin], image: [origin] };
  },
  scriptUrl,
  island: 'payment-element',
  mountData: (session, settings) => {
    const { page: look, locale, connection } = readSettings(settings);
    const color = /^#[0-9a-f]{6}$/i.test(look.primaryColor ?? '') ? look.primaryColor : undefined;
    return {
      publishableKey: session.publishableKey ?? '',
      clientSecret: session.clientSecret ?? '',
      transactionId: session.transactionId ?? '',
      ...(connection === 'platform' && session.accountId !== undefined ? { accountId: session.accountId } : {}),
      ...(locale === 'shop' ? {} : { locale }),
      appearance: { theme: look.appearance, ...(color === undefined ? {} : { variables: { colorPrimary: color } }) },
    };
  },
};

/** Where Stripe.js comes from. */
export function scriptUrl(settings: PageSettings): string {
  return settings.scriptUrl ?? SCRIPT_URL;
}
