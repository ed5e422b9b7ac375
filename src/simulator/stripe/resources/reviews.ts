/** Reviews: a payment a person should look at. https://docs.stripe.com/radar/reviews */
import type Stripe from 'stripe';
import { newId } from '../core/call.js';
import type { Call } from '../core/call.js';
import { invalidParameter, missing, wrongState } from '../core/errors.js';
import { pageOf } from '../core/lists.js';
import type { PageParams } from '../core/lists.js';
import { expand, page, range } from '../core/params.js';
import { route } from '../core/route.js';
import type { Route } from '../core/route.js';
import { emit } from '../webhooks/emit.js';
import { changeCharge } from './charges.js';
import { change, latestChargeOf } from './intents.js';
import type { Intent } from './intents.js';

/** Opens a review of this payment. 400 when one is open or nothing was charged. */
export function openReview(call: Call, intent: Intent): Stripe.Review {
  const charge = latestChargeOf(call, intent);
  if (!charge) throw invalidParameter('payment_intent', `${intent.id} has no charge to review.`);
  if (charge.review !== null && charge.review !== undefined) {
    const before = call.tx.get('reviews', call.account, String(charge.review));
    if (before?.open) throw invalidParameter('payment_intent', `${intent.id} is in review already.`);
  }
  const review = {
    id: newId(call.tx, 'prv'),
    object: 'review',
    billing_zip: charge.billing_details.address?.postal_code ?? null,
    charge: charge.id,
    closed_reason: null,
    created: call.now,
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: true,
    opened_reason: 'manual',
    payment_intent: intent.id,
    reason: 'manual',
    session: null,
  } satisfies Stripe.Review;
  call.tx.put('reviews', call.account, review);
  changeCharge(call, charge, { review: review.id });
  change(call, intent, { review: review.id });
  emit(call, 'review.opened', review);
  return review;
}

/** Closes it for this reason. 400 when it was closed before. */
export function closeReview(call: Call, id: string, reason: Stripe.Review.ClosedReason): Stripe.Review {
  const review = findReview(call, id);
  if (!review.open) throw wrongState('review_already_closed', `Review ${id} is closed already: ${review.reason}.`);
  const closed: Stripe.Review = { ...review, open: false, closed_reason: reason, reason };
  call.tx.put('reviews', call.account, closed);
  emit(call, 'review.closed', closed);
  return closed;
}

function findReview(call: Call, id: string): Stripe.Review {
  const review = call.tx.get('reviews', call.account, id);
  if (!review) throw missing('review', id);
  return review;
}

const listOpen = (call: Call, params: PageParams): object =>
  pageOf(
    call.tx.all('reviews', call.account).filter((review) => review.open),
    params,
    '/v1/reviews',
  );

export const reviewRoutes: readonly Route[] = [
  route('GET /v1/reviews', { ...page, created: range }, listOpen),
  route('GET /v1/reviews/:id', expand, (call, _params, id) => findReview(call, id)),
  route('POST /v1/reviews/:id/approve', expand, (call, _params, id) => closeReview(call, id, 'approved')),
];
