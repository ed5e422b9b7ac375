/** The verb initialize: makes a payment intent, changes one that nobody has paid yet, or replaces it. */
import type Stripe from 'stripe';
import type { Address, Answer, Asking, Context, InitializeRequest, Json, Order, Parameters } from '../../kit/index.js';
import type { Verb } from '../../kit/index.js';
import { toStripeAmount } from './amounts.js';
import { canceledAlreadyAnswer, initializeAnswer, paidAlreadyAnswer, refusal } from './answers.js';
import type { Ask } from './ask.js';
import { customerBody, offersTransfer, transferOptions } from './bank-transfer.js';
import { classify } from './errors.js';
import { cameBack, idOf } from './facts.js';
import { metadataOf, paymentMetadata, transferGroup } from './metadata.js';
import { allowedTypes, captureModeOf, MANUAL_CAPTURE_TYPES, MIXED_MANUAL_TYPES, typeOfExpress } from './methods.js';
import type { StripeSettings } from './settings.js';
import { readSettings } from './settings.js';

/** What is stored: the body of a creation and, for an existing intent, the body of its change. */
export type InitializeParameters = {
  refusal?: string;
  create?: Fields;
  /** The body of the order's customer, who is made first when a bank transfer is offered. */
  customer?: Fields;
  existing?: string;
  update?: Fields;
  /** The intent that failed and is ended before another one is made. */
  former?: string;
};
type Fields = { [key: string]: Json };

/** Makes the verb; `ask` keeps time and turns errors into answers. */
export function initializeVerb(ask: Ask): Verb<InitializeRequest> {
  return {
    prepare: prepareInitialize,
    ask: (asking, context) =>
      ask('initialize', asking, context, async (stripe) => {
        const parameters = asking.parameters as InitializeParameters;
        if (parameters.refusal !== undefined) return refusal(parameters.refusal);
        if (parameters.existing !== undefined) return changeOrReplace(stripe, parameters, asking, context);
        if (parameters.former !== undefined) return replaceFormer(stripe, parameters, asking, context);
        return create(stripe, parameters, { key: asking.idempotencyKey }, context);
      }),
  };
}

/** Under which key, and for which customer when there is one already. */
interface Making {
  key: string;
  customer?: string;
}

/** A repeat makes neither a second customer nor a second intent: each has its own key. */
async function create(stripe: Stripe, parameters: InitializeParameters, making: Making, context: Context) {
  const body = parameters.create as unknown as Stripe.PaymentIntentCreateParams;
  const customer = await customerFor(stripe, parameters, making);
  const wanted = customer === undefined ? body : { ...body, customer };
  return initializeAnswer(await stripe.paymentIntents.create(wanted, { idempotencyKey: making.key }), context);
}

async function customerFor(stripe: Stripe, { customer: body }: InitializeParameters, making: Making) {
  if (body === undefined || making.customer !== undefined) return making.customer;
  const idempotencyKey = `${making.key}:customer`;
  return (await stripe.customers.create(body as Stripe.CustomerCreateParams, { idempotencyKey })).id;
}

/**
 * Looks first, because a payment in progress must not change under the customer: an intent that waits for a payment
 * method is changed, one in the middle of 3-D Secure or whose debit came back is canceled and replaced, a paid one is
 * left alone.
 */
async function changeOrReplace(
  stripe: Stripe,
  parameters: InitializeParameters,
  asking: Asking,
  context: Context,
): Promise<Answer> {
  const id = parameters.existing!;
  const seen = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  if (seen.metadata.psp_command_id === asking.operationId) return initializeAnswer(seen, context);
  if (cameBack(seen)) return replace(stripe, parameters, asking, { context, seen });
  switch (seen.status) {
    case 'requires_payment_method':
    case 'requires_confirmation': {
      const body = parameters.update as Stripe.PaymentIntentUpdateParams;
      try {
        const changed = await stripe.paymentIntents.update(id, body, { idempotencyKey: asking.idempotencyKey });
        return initializeAnswer(changed, context);
      } catch (error) {
        if (classify(error).problem.class !== 'already') throw error;
        return paidAlreadyAnswer(await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] }), context);
      }
    }
    case 'canceled':
      // Somebody at Stripe canceled it: that ends the payment. An abandoned one is our own doing, half-way to its next.
      if (seen.cancellation_reason !== 'abandoned') return canceledAlreadyAnswer(seen, context);
      return replace(stripe, parameters, asking, { context, seen });
    case 'requires_action':
      return replace(stripe, parameters, asking, { context, seen });
    default:
      return paidAlreadyAnswer(seen, context);
  }
}

/** Statuses in which the customer has paid, or is paying, an intent that had failed before. */
const PAID: readonly Stripe.PaymentIntent.Status[] = ['succeeded', 'requires_capture', 'processing'];

/** A failed payment may be paid after all until its intent is canceled, so that is looked at and done first. */
async function replaceFormer(
  stripe: Stripe,
  parameters: InitializeParameters,
  asking: Asking,
  context: Context,
): Promise<Answer> {
  const seen = await stripe.paymentIntents.retrieve(parameters.former!, { expand: ['latest_charge'] });
  if (PAID.includes(seen.status)) return paidAlreadyAnswer(seen, context);
  return replace(stripe, parameters, asking, { context, seen });
}

/** Ends the intent that cannot be used any more and makes another one, for the same customer of the order. */
async function replace(
  stripe: Stripe,
  parameters: InitializeParameters,
  { idempotencyKey }: Asking,
  { context, seen }: { context: Context; seen: Stripe.PaymentIntent },
): Promise<Answer> {
  if (seen.status !== 'canceled') {
    const why = { cancellation_reason: 'abandoned' as const };
    try {
      await stripe.paymentIntents.cancel(seen.id, why, { idempotencyKey: `${idempotencyKey}:cancel` });
    } catch (error) {
      if (classify(error).problem.class !== 'already') throw error;
      return paidAlreadyAnswer(await stripe.paymentIntents.retrieve(seen.id, { expand: ['latest_charge'] }), context);
    }
  }
  const customer = idOf(seen.customer);
  const making = { key: `${idempotencyKey}:new`, ...(customer === undefined ? {} : { customer }) };
  return create(stripe, parameters, making, context);
}

function prepareInitialize(request: InitializeRequest, context: Context): Parameters {
  const { order } = request;
  const settings = readSettings(context.tenant.settings);
  const amount = toStripeAmount(order.grandTotal, order.currency);
  if ('refusal' in amount) return { refusal: amount.refusal };
  const own = paymentMetadata({ ...request, orderReference: order.orderReference }, context);
  const shared = {
    amount: amount.amount,
    currency: order.currency.toLowerCase(),
    metadata: metadataOf(own, order.additional, context),
    ...orderFields(order, settings),
    ...groupOf(order, settings, context),
  };
  const allowed = allowedTypes(settings, order.paymentMethod);
  const transfer = offersTransfer(settings, order, allowed);
  const create = { ...shared, ...methodFields(settings, allowed, transfer) };
  const base: InitializeParameters & Parameters = { create };
  if (transfer) base.customer = customerBody(order, own, context);
  const former = request.former?.transactionId;
  if (former !== undefined) return { ...base, former };
  const existing = request.existing?.transactionId;
  return existing === undefined ? base : { ...base, existing, update: shared };
}

function orderFields(order: Order, settings: StripeSettings): Fields {
  const reference = order.orderReference;
  const shipping = order.shipping === undefined ? undefined : shippingOf(order.shipping);
  const suffix = settings.statementDescriptorSuffix;
  return {
    ...(reference === undefined
      ? {}
      : { description: `Order ${reference}`, payment_details: { order_reference: reference } }),
    ...(shipping === undefined ? {} : { shipping }),
    ...(suffix === undefined ? {} : { statement_descriptor_suffix: suffix }),
    ...(settings.receiptEmails && order.customerEmail ? { receipt_email: order.customerEmail } : {}),
  };
}

/** Shares of a marketplace's order are sent in its charge's own group, so that both are found together. */
function groupOf({ orderReference }: Order, { businessModel }: StripeSettings, context: Context): Fields {
  if (businessModel !== 'marketplace' || orderReference === undefined) return {};
  return { transfer_group: transferGroup(orderReference, context) };
}

/** Stripe takes a shipping address only when it is whole. */
function shippingOf(address: Address): Fields | undefined {
  const name = [address.firstName, address.lastName].filter(Boolean).join(' ');
  if (name === '' || !address.address1 || !address.city || !address.country) return undefined;
  const parts = {
    line1: address.address1,
    line2: [address.address2, address.address3].filter(Boolean).join(', '),
    city: address.city,
    state: address.state,
    postal_code: address.zip,
    country: address.country,
  };
  const whole = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined && part !== ''));
  return { name, ...(address.phone ? { phone: address.phone } : {}), address: whole as Fields };
}

/**
 * Which payment methods, and for each whether money is only reserved at first. `manual` for the whole payment would
 * hide every method that has no reservation, so it is said only when all listed types have one; beside others it is
 * said type by type: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
 */
function methodFields(settings: StripeSettings, allowed: string[] | undefined, transfer: boolean): Fields {
  const { denied, types, manual, allManual } = reservation(settings, allowed);
  const express = new Set(settings.expressMethods.map(typeOfExpress));
  const isSaid = (type: string) => allowed !== undefined || MIXED_MANUAL_TYPES.has(type) || express.has(type);
  const options: { [key: string]: Fields } = {};
  if (!allManual) for (const type of manual.filter(isSaid)) options[type] = { capture_method: 'manual' };
  const card = cardOptions(settings);
  if (types.includes('card') && Object.keys(card).length > 0) options.card = { ...options.card, ...card };
  if (transfer) options.customer_balance = transferOptions(settings);
  const excluded = [...denied, ...manual.filter((type) => !isSaid(type))];
  return {
    capture_method: allManual ? 'manual' : 'automatic',
    ...(allowed === undefined
      ? { automatic_payment_methods: { enabled: true, allow_redirects: 'always' } }
      : { allowed_payment_method_types: allowed }),
    ...(excluded.length > 0 ? { excluded_payment_method_types: excluded } : {}),
    ...(settings.paymentMethodConfigurationId === undefined
      ? {}
      : { payment_method_configuration: settings.paymentMethodConfigurationId }),
    ...(Object.keys(options).length === 0 ? {} : { payment_method_options: options }),
  };
}

/** What is said of the whole payment intent of this method: `manual` when each of its types is authorized first. */
export function intentCaptureMethod(settings: StripeSettings, paymentMethod: string): 'manual' | 'automatic' {
  return reservation(settings, allowedTypes(settings, paymentMethod)).allManual ? 'manual' : 'automatic';
}

function reservation(settings: StripeSettings, allowed: string[] | undefined) {
  const { source, list } = settings.paymentMethods;
  const denied = source === 'deny_list' ? list : [];
  const types = (allowed ?? MANUAL_CAPTURE_TYPES).filter((type) => !denied.includes(type));
  const manual = types.filter((type) => captureModeOf(settings, type) === 'manual');
  return { denied, types, manual, allManual: allowed !== undefined && manual.length === types.length };
}

function cardOptions(settings: StripeSettings): Fields {
  const { strategy, extendedAuthorization, overcapture } = settings.capture;
  return {
    ...(strategy === 'multi' ? { request_multicapture: 'if_available' } : {}),
    ...(extendedAuthorization ? { request_extended_authorization: 'if_available' } : {}),
    ...(overcapture ? { request_overcapture: 'if_available' } : {}),
    ...(settings.threeDS === 'automatic' ? {} : { request_three_d_secure: settings.threeDS }),
  };
}
