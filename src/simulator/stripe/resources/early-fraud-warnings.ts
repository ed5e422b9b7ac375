/** Early fraud warnings: a card network suspects fraud before anybody disputes. https://docs.stripe.com/api/radar/early_fraud_warnings */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { missing } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, page, range, text } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';

/** The network warns about this charge. */
export function warnOfFraud(call: Call, charge: Stripe.Charge, fraudType?: string): Stripe.Radar.EarlyFraudWarning {
  const warning = {
    id: newId(call.tx, 'issfr'),
    object: 'radar.early_fraud_warning',
    actionable: !charge.refunded && !charge.disputed,
    charge: charge.id,
    created: call.now,
    fraud_type: fraudType ?? 'unauthorized_use_of_card',
    livemode: false,
    ...(typeof charge.payment_intent === 'string' ? { payment_intent: charge.payment_intent } : {}),
  } satisfies Stripe.Radar.EarlyFraudWarning;
  call.tx.put('early_fraud_warnings', call.account, warning);
  emit(call, 'radar.early_fraud_warning.created', warning);
  return warning;
}

function find(call: Call, id: string): Stripe.Radar.EarlyFraudWarning {
  const warning = call.tx.get('early_fraud_warnings', call.account, id);
  if (!warning) throw missing('early fraud warning', id);
  return warning;
}

function list(call: Call, params: PageParams & { charge?: string; payment_intent?: string }): object {
  const rows = call.tx
    .all('early_fraud_warnings', call.account)
    .filter((row) => params.charge === undefined || row.charge === params.charge)
    .filter((row) => params.payment_intent === undefined || row.payment_intent === params.payment_intent);
  return pageOf(rows, params, '/v1/radar/early_fraud_warnings');
}

const listShape = { ...page, created: range, charge: text(), payment_intent: text() };

export const earlyFraudWarningRoutes: readonly Route[] = [
  route('GET /v1/radar/early_fraud_warnings', listShape, list),
  route('GET /v1/radar/early_fraud_warnings/:id', expand, (call, _params, id) => find(call, id)),
];
