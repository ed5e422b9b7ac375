/** Webhooks from the outside in: whose they may be, whether they are Stripe's, and which event they hold. */
import type { Context, WebhookEvent, WebhookHints, WebhookRequest, WebhookVerdict } from '../../kit/index.js';
import { accountNewsOf } from './account-events.js';
import { verifySignature } from '../../kit/index.js';

/** The parts of an event we read; all of it is unverified until the signature is checked. */
export interface EventBody {
  id: string;
  object?: string;
  type: string;
  created: number | string;
  livemode: boolean;
  api_version?: string | null;
  account?: string;
  data?: { object?: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  related_object?: { id?: string } | null;
}

/** Unverified hints at the tenant: they only choose whose secrets are tried. */
export function identify(request: WebhookRequest): WebhookHints {
  const event = parseEvent(request.body);
  if (event === undefined) return { references: [] };
  const object = event.data?.object ?? {};
  const metadata = object.metadata;
  const hash = isRecord(metadata) ? metadata.psp_tenant : undefined;
  return {
    references: referencesOf(event),
    ...(typeof event.account === 'string' ? { account: event.account } : {}),
    ...(typeof hash === 'string' ? { tenantHash: hash } : {}),
  };
}

/**
 * Checks the signature over the exact bytes with each secret, its age against the given clock (300 s both ways), and
 * that the event's mode is the path's. Source: https://docs.stripe.com/webhooks#verify-manually
 */
export function verify(request: WebhookRequest, secrets: string[], context: Context): WebhookVerdict {
  const verdict = verifySignature(request.body, headerOf(request.headers, 'stripe-signature'), secrets, context.clock);
  if (verdict !== 'valid') return { verified: false, reason: verdict };
  const event = parseEvent(request.body);
  if (event === undefined) return { verified: false, reason: 'unreadable' };
  if (event.livemode !== (request.mode === 'live')) return { verified: false, reason: 'mode' };
  return { verified: true, events: [toldEvent(event)] };
}

/** What is known of an event before it is translated. */
export function toldEvent(event: EventBody): WebhookEvent {
  const paymentReference = paymentReferenceOf(event);
  const known: WebhookEvent = { id: event.id, type: event.type };
  const transfer = transferOf(event)?.id;
  const aboutMerchant = transfer ?? accountNewsOf(event)?.accountId;
  if (aboutMerchant !== undefined) return { ...known, marketplaceReference: aboutMerchant };
  return paymentReference === undefined ? known : { ...known, paymentReference };
}

/** The event in a body; undefined when the body is no event. */
export function parseEvent(body: Uint8Array): EventBody | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  if (!isRecord(parsed) || typeof parsed.id !== 'string' || typeof parsed.type !== 'string') return undefined;
  if (typeof parsed.livemode !== 'boolean' || parsed.id === '') return undefined;
  const { data } = parsed;
  if (data !== undefined && (!isRecord(data) || (data.object !== undefined && !isRecord(data.object))))
    return undefined;
  return parsed as unknown as EventBody;
}

/** The transfer an event is about, and how much of it was taken back so far, in Stripe's units. */
export function transferOf(event: EventBody): { id: string; reversed: number; currency: string } | undefined {
  const { object, id, amount_reversed: reversed, currency } = event.data?.object ?? {};
  if (object !== 'transfer' || typeof id !== 'string' || id === '') return undefined;
  if (typeof reversed !== 'number' || typeof currency !== 'string') return undefined;
  return { id, reversed, currency };
}

/** Stripe's id of the payment the event is about. */
export function paymentReferenceOf(event: EventBody): string | undefined {
  const object = event.data?.object ?? {};
  if (object.object === 'payment_intent') return textOrId(object.id);
  const named = textOrId(object.payment_intent);
  if (named !== undefined) return named;
  const related = event.related_object?.id;
  return (typeof related === 'string' && related.startsWith('pi_') ? related : undefined) ?? moneyOf(object);
}

/** The payment of money in a customer's cash balance: where it went, else the customer, of whom each order has one. */
function moneyOf(object: Record<string, unknown>): string | undefined {
  const { metadata, customer } = object;
  if (object.object === 'refund') {
    const own = isRecord(metadata) ? textOrId(metadata.psp_transaction_id) : undefined;
    return own ?? textOrId(customer);
  }
  if (object.object !== 'customer_cash_balance_transaction' && object.object !== 'cash_balance') return undefined;
  const moves = [object.applied_to_payment, object.unapplied_from_payment];
  const named = moves.map((move) => (isRecord(move) ? textOrId(move.payment_intent) : undefined));
  return named.find((id) => id !== undefined) ?? textOrId(customer);
}

function referencesOf(event: EventBody): string[] {
  const object = event.data?.object ?? {};
  const named = [object.payment_intent, object.id, object.charge, object.latest_charge, object.customer];
  return [
    ...new Set([...named, event.related_object?.id, moneyOf(object)].map(textOrId).filter((id) => id !== undefined)),
  ];
}

function textOrId(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return isRecord(value) && typeof value.id === 'string' ? value.id : undefined;
}

function headerOf(headers: Record<string, string>, name: string): string | undefined {
  const found = Object.keys(headers).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : headers[found];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
