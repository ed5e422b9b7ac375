/** Charges: made by attempts, read and given metadata over the API. */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, map, mergedMetadata, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { methodDetails, outcomeOf } from './charge-details.js';
import type { ChargeOptions } from './charge-details.js';
import type { Intent } from './intents.js';

/** Stores the charge of one attempt: authorized and not captured, pending at a bank, or failed. */
export function createCharge(
  call: Call,
  intent: Intent,
  method: Stripe.PaymentMethod,
  options: ChargeOptions,
): Stripe.Charge {
  const { decline, pending = false } = options;
  const charge = {
    id: newId(call.tx, method.type === 'card' ? 'ch' : 'py'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: 'QUITTANCE SIMULATOR',
    captured: false,
    created: call.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(call, method, decline),
    paid: !decline && !pending,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(call, intent, method, options),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping as Stripe.Charge.Shipping | null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : pending ? 'pending' : 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  } satisfies Stripe.Charge;
  call.tx.put('charges', call.account, charge);
  return charge;
}

/** The charge with this id, or 404. */
export function findCharge(call: Call, id: string): Stripe.Charge {
  const charge = call.tx.get('charges', call.account, id);
  if (!charge) throw missing('charge', id, 'id');
  return charge;
}

/** Stores changed fields and answers the charge as it is now. */
export function changeCharge(call: Call, charge: Stripe.Charge, fields: Partial<Stripe.Charge>): Stripe.Charge {
  const next: Stripe.Charge = { ...charge, ...fields };
  call.tx.put('charges', call.account, next);
  return next;
}

interface ChargeChange {
  metadata?: Record<string, string> | null;
  description?: string | null;
}

function update(call: Call, params: ChargeChange, id: string): Stripe.Charge {
  const charge = findCharge(call, id);
  const next = changeCharge(call, charge, {
    metadata: mergedMetadata(charge.metadata, params.metadata),
    description: params.description === undefined ? charge.description : params.description,
  });
  emit(call, 'charge.updated', next, { metadata: charge.metadata });
  return next;
}

interface ListParams extends PageParams {
  payment_intent?: string;
  customer?: string;
  transfer_group?: string;
}

function list(call: Call, params: ListParams): object {
  const rows = call.tx
    .all('charges', call.account)
    .filter((row) => params.payment_intent === undefined || row.payment_intent === params.payment_intent)
    .filter((row) => params.customer === undefined || row.customer === params.customer)
    .filter((row) => params.transfer_group === undefined || row.transfer_group === params.transfer_group);
  return pageOf(rows, params, '/v1/charges');
}

const listShape = { ...page, created: range, payment_intent: text(), customer: text(), transfer_group: text() };

export const chargeRoutes: readonly Route[] = [
  route('GET /v1/charges', listShape, list),
  route('GET /v1/charges/:id', expand, (call, _params, id) => findCharge(call, id)),
  route('POST /v1/charges/:id', { ...expand, metadata: map, description: text() }, update),
];
