/** `payment_method_options` of an intent: one entry per type it can be paid with. */
import type Stripe from 'stripe';
import { choice, group, text } from '../core/params.js';
import type { Field } from '../core/params.js';
import { flag } from '../core/params.js';
import type { MethodType } from './method-types.js';

type Options = Stripe.PaymentIntent.PaymentMethodOptions;

/** What is answered when nothing was asked for; these names are always there. */
const DEFAULTS = {
  amazon_pay: {},
  card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
  customer_balance: {
    bank_transfer: { eu_bank_transfer: { country: 'DE' }, type: 'eu_bank_transfer' },
    funding_type: 'bank_transfer',
  },
  ideal: {},
  klarna: { preferred_locale: null },
  paypal: { preferred_locale: null, reference: null },
  sepa_debit: {},
  us_bank_account: { verification_method: 'automatic' },
} satisfies Options & Record<MethodType, object>;

/** Taken from the request and never answered. */
const SILENT = new Set(['moto', 'risk_correlation_id']);

/** Options after a change: what is given replaces, null unsets. Types that are not among `types` are left out. */
export function methodOptions(was: Options | null, given: object | undefined, types: readonly MethodType[]): Options {
  const asked = (given ?? {}) as Record<string, object | null | undefined>;
  const before = (was ?? {}) as Record<string, object | undefined>;
  const entries = types.map((type) => {
    const base: Record<string, unknown> = { ...DEFAULTS[type] };
    const merged = { ...(before[type] ?? base), ...asked[type] };
    const kept = Object.entries(merged).filter(
      ([name, value]) => !SILENT.has(name) && (value !== null || name in base),
    );
    return [type, Object.fromEntries(kept)];
  });
  return Object.fromEntries(entries) as Options;
}

const ifAvailable = choice(['if_available', 'never']);
const reuse = choice(['none', 'off_session', 'on_session'], { unset: true });
const capture_method = choice(['manual'], { unset: true });
const options = (fields: Record<string, Field>): Field => group(fields, { unset: true });

const bankTransfer = group({
  eu_bank_transfer: group({ country: choice(['BE', 'DE', 'ES', 'FR', 'IE', 'NL'], { required: true }) }),
  type: choice(['eu_bank_transfer'], { required: true }),
});

/** What `payment_method_options` accepts. Link shows itself inside other methods; it is taken, and nothing pays with it here. */
export const optionsShape: Record<MethodType | 'link', Field> = {
  amazon_pay: options({ capture_method, setup_future_usage: reuse }),
  card: options({
    capture_method,
    moto: flag(),
    request_extended_authorization: ifAvailable,
    request_incremental_authorization: ifAvailable,
    request_multicapture: ifAvailable,
    request_overcapture: ifAvailable,
    request_three_d_secure: choice(['any', 'automatic', 'challenge']),
    setup_future_usage: reuse,
  }),
  customer_balance: options({
    bank_transfer: bankTransfer,
    funding_type: choice(['bank_transfer']),
    setup_future_usage: choice(['none']),
  }),
  ideal: options({ setup_future_usage: reuse }),
  klarna: options({ capture_method, preferred_locale: text(), setup_future_usage: reuse }),
  link: options({ capture_method, persistent_token: text(), setup_future_usage: reuse }),
  paypal: options({
    capture_method,
    preferred_locale: text(),
    reference: text(),
    risk_correlation_id: text(),
    setup_future_usage: reuse,
  }),
  sepa_debit: options({ setup_future_usage: reuse }),
  us_bank_account: options({
    setup_future_usage: reuse,
    verification_method: choice(['automatic', 'instant']),
  }),
};
