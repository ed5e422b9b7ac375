/** Disputes: the buyer's bank claims money back. https://docs.stripe.com/disputes */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, flag, group, map, mergedMetadata, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { bookMovement } from './balance.js';
import { changeCharge } from './charges.js';

/** Minor units, whatever the currency; not given back when the dispute is won. */
const DISPUTE_FEE = 1500;
const ANSWER_SECONDS = 20 * 24 * 60 * 60;

/** The text fields of evidence; files cannot be uploaded here. */
const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_tracking_number',
  'uncategorized_text',
] as const;

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

/** Opens a dispute of what was captured and not refunded, and takes the money. A SEPA debit is lost at once: the
 * buyer's bank takes it back without asking. 400 when nothing is left to dispute or one is open. */
export function openDispute(call: Call, charge: Stripe.Charge, reason?: string): Stripe.Dispute {
  const amount = disputable(call, charge);
  if (amount <= 0) throw invalidParameter('charge', `Charge ${charge.id} has nothing left to dispute.`);
  if (charge.disputed) throw invalidParameter('charge', `Charge ${charge.id} is disputed already.`);
  const type = charge.payment_method_details?.type ?? 'card';
  const final = type === 'sepa_debit';
  const id = newId(call.tx, 'du');
  const dispute = {
    id,
    object: 'dispute',
    amount,
    balance_transactions: [withdrawal(call, charge, id, -amount)],
    charge: charge.id,
    created: call.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: final ? null : call.now + ANSWER_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent as string | null,
    payment_method_details: methodDetails(charge, type),
    reason: reason ?? (final ? 'debit_not_authorized' : 'fraudulent'),
    status: 'needs_response',
  } satisfies Stripe.Dispute;
  call.tx.put('disputes', call.account, dispute);
  changeCharge(call, charge, { disputed: true });
  emit(call, 'charge.dispute.created', dispute);
  emit(call, 'charge.dispute.funds_withdrawn', dispute);
  return final ? closeDispute(call, dispute, 'lost') : dispute;
}

function disputable(call: Call, charge: Stripe.Charge): number {
  const refunded = call.tx
    .all('refunds', call.account)
    .filter((refund) => refund.charge === charge.id && refund.status !== 'failed' && refund.status !== 'canceled')
    .reduce((sum, refund) => sum + refund.amount, 0);
  return charge.amount_captured - refunded;
}

function withdrawal(call: Call, charge: Stripe.Charge, source: string, amount: number): Stripe.BalanceTransaction {
  return bookMovement(call, {
    amount,
    currency: charge.currency,
    type: 'adjustment',
    source,
    description: `Chargeback ${amount < 0 ? 'withdrawal' : 'reversal'} for ${charge.id}`,
    fee: amount < 0 ? DISPUTE_FEE : 0,
  });
}

function methodDetails(charge: Stripe.Charge, type: string): Stripe.Dispute.PaymentMethodDetails {
  const brand = charge.payment_method_details?.card?.brand ?? 'visa';
  if (type === 'card') {
    return { card: { brand, case_type: 'chargeback', network: brand, network_reason_code: '10.4' }, type };
  }
  if (type === 'klarna') return { klarna: { reason_code: 'unauthorized_purchase' }, type };
  if (type === 'paypal') return { paypal: { case_id: `PP-${charge.id.slice(-8)}`, reason_code: 'UNAUTHORISED' }, type };
  return { type };
}

/** The dispute a test card or test account brings. Nothing happens when the money was refunded before. */
export function openScriptedDispute(call: Call, chargeId: string): void {
  const charge = call.tx.get('charges', call.account, chargeId);
  if (charge && !charge.disputed && disputable(call, charge) > 0) openDispute(call, charge);
}

/** The bank decides. Won: the money comes back, the fee does not. 400 when it was decided before. */
export function closeDispute(call: Call, dispute: Stripe.Dispute, outcome: 'won' | 'lost'): Stripe.Dispute {
  if (dispute.status === 'won' || dispute.status === 'lost')
    throw wrongState('dispute_already_closed', `This dispute is already closed as ${dispute.status}.`);
  const charge = call.tx.get('charges', call.account, String(dispute.charge));
  if (!charge) throw missing('charge', String(dispute.charge));
  const back = outcome === 'won' ? [withdrawal(call, charge, dispute.id, dispute.amount)] : [];
  const closed: Stripe.Dispute = {
    ...dispute,
    status: outcome,
    is_charge_refundable: outcome === 'won',
    balance_transactions: [...dispute.balance_transactions, ...back],
  };
  call.tx.put('disputes', call.account, closed);
  emit(call, 'charge.dispute.closed', closed, { status: dispute.status });
  if (outcome === 'won') emit(call, 'charge.dispute.funds_reinstated', closed);
  return closed;
}

/** The dispute with this id, or 404. */
export function findDispute(call: Call, id: string): Stripe.Dispute {
  const dispute = call.tx.get('disputes', call.account, id);
  if (!dispute) throw missing('dispute', id);
  return dispute;
}

interface DisputeChange {
  evidence?: Record<string, string>;
  metadata?: Record<string, string> | null;
  submit?: boolean;
}

function update(call: Call, params: DisputeChange, id: string): Stripe.Dispute {
  const dispute = findDispute(call, id);
  const given = Object.keys(params.evidence ?? {}).length > 0;
  if (given && dispute.status !== 'needs_response')
    throw wrongState('dispute_already_closed', `This dispute no longer takes evidence: it is ${dispute.status}.`);
  const submitted = given && params.submit !== false;
  const details = dispute.evidence_details;
  const next: Stripe.Dispute = {
    ...dispute,
    evidence: { ...dispute.evidence, ...params.evidence },
    evidence_details: {
      ...details,
      has_evidence: details.has_evidence || given,
      submission_count: details.submission_count + (submitted ? 1 : 0),
      submission_method: submitted ? 'manual' : details.submission_method,
    },
    metadata: mergedMetadata(dispute.metadata, params.metadata),
    status: submitted ? 'under_review' : dispute.status,
  };
  call.tx.put('disputes', call.account, next);
  emit(call, 'charge.dispute.updated', next, { status: dispute.status });
  return next;
}

function list(call: Call, params: PageParams & { charge?: string; payment_intent?: string }): object {
  const rows = call.tx
    .all('disputes', call.account)
    .filter((row) => params.charge === undefined || row.charge === params.charge)
    .filter((row) => params.payment_intent === undefined || row.payment_intent === params.payment_intent);
  return pageOf(rows, params, '/v1/disputes');
}

const updateShape = {
  ...expand,
  evidence: group(Object.fromEntries(EVIDENCE.map((name) => [name, text()]))),
  metadata: map,
  submit: flag(),
};

export const disputeRoutes: readonly Route[] = [
  route('GET /v1/disputes', { ...page, created: range, charge: text(), payment_intent: text() }, list),
  route('GET /v1/disputes/:id', expand, (call, _params, id) => findDispute(call, id)),
  route('POST /v1/disputes/:id', updateShape, update),
  route('POST /v1/disputes/:id/close', expand, (call, _params, id) =>
    closeDispute(call, findDispute(call, id), 'lost'),
  ),
];
