/** Parameter groups that several endpoints share. */
import type Stripe from 'stripe';
import { choice, flag, group, integer, text } from '../core/params.js';
import type { Shape } from '../core/params.js';

const addressFields: Shape = {
  city: text(),
  country: text({ max: 2 }),
  line1: text(),
  line2: text(),
  postal_code: text(),
  state: text(),
};
export const address = group(addressFields, { unset: true });

export const shipping = group(
  {
    address: group(addressFields, { required: true }),
    name: text({ required: true }),
    carrier: text(),
    phone: text(),
    tracking_number: text(),
  },
  { unset: true },
);

export const billingDetails = group({
  address,
  email: text({ unset: true }),
  name: text({ unset: true }),
  phone: text({ unset: true }),
  tax_id: text(),
});

/** A card as a browser sends it. */
export const rawCard = group({
  number: text({ required: true }),
  exp_month: integer({ required: true }),
  exp_year: integer({ required: true }),
  cvc: text(),
});

/** How the buyer agreed to a debit: https://docs.stripe.com/api/payment_intents/confirm */
export const mandateData = group(
  {
    customer_acceptance: group(
      {
        accepted_at: integer(),
        offline: group({}, { unset: true }),
        online: group({ infer_from_client: flag(), ip_address: text(), user_agent: text() }),
        type: choice(['offline', 'online'], { required: true }),
      },
      { required: true },
    ),
  },
  { unset: true },
);

/** What a payment method of another type than card is made of; an empty group may arrive as empty text. */
export const methodFields: Shape = {
  amazon_pay: group({}, { unset: true }),
  customer_balance: group({}, { unset: true }),
  ideal: group({ bank: text() }, { unset: true }),
  klarna: group(
    { dob: group({ day: integer({ min: 1 }), month: integer({ min: 1 }), year: integer({ min: 1 }) }) },
    { unset: true },
  ),
  paypal: group({}, { unset: true }),
  sepa_debit: group({ iban: text({ required: true, max: 42 }) }),
  us_bank_account: group({
    account_holder_type: choice(['company', 'individual']),
    account_number: text({ required: true }),
    account_type: choice(['checking', 'savings']),
    routing_number: text({ required: true }),
  }),
};

export const allowRedisplay = choice(['always', 'limited', 'unspecified']);

/** An address with every field, absent ones null. */
export function fullAddress(given: Stripe.AddressParam | null | undefined): Stripe.Address | null {
  if (!given) return null;
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = given;
  return { city, country, line1, line2, postal_code, state };
}

/** Billing details with every field, absent ones null. */
export function fullBilling(
  given: Stripe.PaymentMethodCreateParams.BillingDetails | undefined,
): Stripe.PaymentMethod.BillingDetails {
  return {
    address: fullAddress(given?.address || null) ?? fullAddress({}),
    email: given?.email || null,
    name: given?.name || null,
    phone: given?.phone || null,
    tax_id: given?.tax_id || null,
  };
}

/** A shipping block as it is answered. */
export function fullShipping(given: Stripe.PaymentIntentCreateParams.Shipping | null | undefined) {
  if (!given) return null;
  return {
    address: fullAddress(given.address) ?? undefined,
    carrier: given.carrier ?? null,
    name: given.name,
    phone: given.phone ?? null,
    tracking_number: given.tracking_number ?? null,
  } satisfies Stripe.PaymentIntent.Shipping;
}
