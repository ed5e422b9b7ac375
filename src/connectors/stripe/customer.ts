/**
 * Who pays, as Stripe knows it: from a payment, or from the confirmation token that Stripe.js made before the payment is
 * confirmed (https://docs.stripe.com/api/confirmation_tokens). Reads only, and logs nothing of it.
 */
import type Stripe from 'stripe';
import { problem, splitName } from '../../kit/index.js';
import type { Context, Customer, CustomerAddress, CustomerAnswer, CustomerRequest } from '../../kit/index.js';
import type { Reach } from './client.js';
import { classify } from './errors.js';
import { chargeOf } from './facts.js';

/** Makes customer. It never throws: when Stripe gives no answer the answer is unknown. */
export function createCustomer(reach: Reach) {
  return async (request: CustomerRequest, context: Context): Promise<CustomerAnswer> => {
    try {
      return await reach.within(reach.client(context).then((stripe) => told(stripe, request, context)));
    } catch (error) {
      const { problem: why, definitive, requestId } = classify(error);
      context.log('stripe.customer_unread', { class: why.class, code: why.code, requestId });
      return { answer: definitive ? 'rejected' : 'unknown', problem: why };
    }
  };
}

/** The token knows more than a payment that is not confirmed yet, so it goes first. */
async function told(stripe: Stripe, { data, payment }: CustomerRequest, context: Context): Promise<CustomerAnswer> {
  const token = data.confirmationTokenId;
  if (token !== undefined) return ofToken(await stripe.confirmationTokens.retrieve(token));
  if (payment === undefined) {
    const message = 'Neither transactionId nor confirmationTokenId is given.';
    return { answer: 'rejected', problem: problem('rejected', message) };
  }
  const intent = await stripe.paymentIntents.retrieve(payment.transactionId, {
    expand: ['latest_charge', 'payment_method'],
  });
  const { psp_payment_id: paymentId, psp_tenant: tenant } = intent.metadata;
  if (paymentId !== payment.paymentId || tenant !== context.tenant.hash) {
    return { answer: 'rejected', problem: problem('not_found', 'The payment intent does not belong to this payment.') };
  }
  return { answer: 'completed', customer: ofIntent(intent), transactionId: intent.id };
}

function ofToken(token: Stripe.ConfirmationToken): CustomerAnswer {
  const { payment_method_preview: method, shipping } = token;
  const customer = customerOf({ billing: method?.billing_details, shipping, emails: [emailOf(method)] });
  const intent = token.payment_intent ?? undefined;
  return { answer: 'completed', customer, ...(intent === undefined ? {} : { transactionId: intent }) };
}

/** What was charged knows best; before that the payment method the customer has chosen. */
function ofIntent(intent: Stripe.PaymentIntent): Customer {
  const method = typeof intent.payment_method === 'object' ? intent.payment_method : null;
  const billing = chargeOf(intent)?.billing_details ?? method?.billing_details;
  return customerOf({ billing, shipping: intent.shipping, emails: [emailOf(method), intent.receipt_email] });
}

type Method = Stripe.PaymentMethod | Stripe.ConfirmationToken.PaymentMethodPreview | null | undefined;

/** Some methods know the customer's e-mail by themselves. */
function emailOf(method: Method): string | null | undefined {
  return method?.paypal?.payer_email ?? method?.link?.email;
}

interface Known {
  billing: Stripe.PaymentMethod.BillingDetails | Stripe.Charge.BillingDetails | null | undefined;
  shipping: { name?: string | null; phone?: string | null; address?: Stripe.Address | null } | null | undefined;
  emails: (string | null | undefined)[];
}

function customerOf({ billing, shipping, emails }: Known): Customer {
  const name = splitName(billing?.name ?? shipping?.name ?? undefined);
  const email = [billing?.email, ...emails].find((text) => text != null && text !== '');
  const billingAddress = addressOf(billing?.address, { name: billing?.name, phone: billing?.phone });
  const shippingAddress = addressOf(shipping?.address, { name: shipping?.name, phone: shipping?.phone });
  return present({
    ...name,
    email,
    phone: billing?.phone ?? shipping?.phone,
    billingAddress,
    shippingAddress,
  });
}

/** An address of which Stripe knows no part is none. */
function addressOf(
  address: Stripe.Address | null | undefined,
  of: { name: string | null | undefined; phone: string | null | undefined },
): CustomerAddress | undefined {
  const parts = present<CustomerAddress>({
    address1: address?.line1,
    address2: address?.line2,
    city: address?.city,
    zipCode: address?.postal_code,
    state: address?.state,
    country: address?.country,
  });
  if (Object.keys(parts).length === 0) return undefined;
  return { ...splitName(of.name ?? undefined), ...parts, ...present<CustomerAddress>({ phone: of.phone }) };
}

/** Members that say something: Stripe tells unknown ones as null or as empty text. */
function present<T extends object>(members: { [K in keyof T]: T[K] | null | undefined }): T {
  const filled = Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return Object.fromEntries(filled) as T;
}
