/** The metadata we stamp on Stripe's objects, so that each can be found again and told apart. */
import { createHash } from 'node:crypto';
import type { Context } from '../../kit/index.js';
import { APP_VERSION } from './api.js';

/** Limits of Stripe: https://docs.stripe.com/api/metadata */
const KEY_LIMIT = 50;
const KEY_LENGTH_LIMIT = 40;
const VALUE_LENGTH_LIMIT = 500;
/** Keys the shop's own values never take; `psp_` as a beginning neither. */
const OURS: ReadonlySet<string> = new Set(['order_reference', 'item_ids']);

/** Our own keys; absent values are left out and long ones cut. */
export type OwnMetadata = Record<string, string | undefined>;

/** The keys every object of a payment carries. */
export function paymentMetadata(
  ids: { paymentId: string; operationId: string; orderReference?: string },
  context: Context,
): OwnMetadata {
  return {
    psp_tenant: context.tenant.hash,
    psp_payment_id: ids.paymentId,
    psp_command_id: ids.operationId,
    psp_app_version: APP_VERSION,
    order_reference: ids.orderReference,
  };
}

/** What an order's charge and its transfers share at Stripe. Several tenants may use one account and number alike. */
export function transferGroup(orderReference: string, context: Context): string {
  const digest = createHash('sha256').update(JSON.stringify([context.tenant.hash, orderReference]));
  return `order_${digest.digest('hex').slice(0, 32)}`;
}

/**
 * Joins our keys and the shop's within Stripe's limits. Ours come first and are never overwritten; the shop's keys
 * that do not fit are dropped, the last first. A place is kept for an order reference that is not known yet.
 */
export function metadataOf(
  own: OwnMetadata,
  additional: Record<string, string>,
  context: Context,
): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(own)) {
    if (value !== undefined && value !== '') metadata[key] = value.slice(0, VALUE_LENGTH_LIMIT);
  }
  const room = KEY_LIMIT - ('order_reference' in metadata ? 0 : 1);
  let dropped = 0;
  for (const [key, value] of Object.entries(additional)) {
    const fits = isShopKey(key) && Object.keys(metadata).length < room && !Object.hasOwn(metadata, key);
    if (fits) metadata[key] = String(value).slice(0, VALUE_LENGTH_LIMIT);
    else dropped += 1;
  }
  if (dropped > 0) context.log('stripe.metadata_dropped', { dropped });
  return metadata;
}

function isShopKey(key: string): boolean {
  if (key === '' || key.length > KEY_LENGTH_LIMIT || /[[\]]/.test(key) || key === '__proto__') return false;
  return !key.startsWith('psp_') && !OURS.has(key);
}
