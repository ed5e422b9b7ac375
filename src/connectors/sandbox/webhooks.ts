/** Webhooks of the sandbox: signed JSON that anybody with the tenant's secret may post to make something happen. */
import type {
  Context, Fact, RefundStatus, Reference, WebhookTranslation, WebhookVerbs,
} from '../../kit/index.js'; // prettier-ignore
import { isoTime, verifySignature } from '../../kit/index.js';
import { accountNews } from './accounts.js';
import { amountOfRefund, realIdOf } from './ids.js';

/** Where the signature may stand; the second is for tools that only know Stripe's. */
export const SIGNATURE_HEADERS = ['sandbox-signature', 'stripe-signature'] as const;

/** The body of a webhook, after it was found to be readable. */
interface Told {
  id: string;
  type: string;
  transactionId?: string;
  refundId?: string;
  merchantReference?: string;
  status: string;
  /** False: the sandbox plays a PSP that has nothing to say yet. */
  handled?: boolean;
  amount?: number;
  /** ISO text. */
  at?: string;
  reason?: string;
}

type PaymentFact = (money: { amount: number; whole: number; at: string; reason: string }) => Fact;

/** What each status of a payment means. */
export const PAYMENT_STATUSES: Readonly<Record<string, PaymentFact>> = {
  authorized: ({ amount, at }) => ({ kind: 'authorized', amount, at }),
  authorization_failed: ({ reason, at }) => ({ kind: 'authorization_failed', reason, at }),
  processing: ({ at }) => ({ kind: 'processing', at }),
  capture_requested: ({ at }) => ({ kind: 'processing', at }),
  captured: ({ amount, whole, at }) => ({ kind: 'captured', amount, final: amount >= whole, at }),
  capture_failed: ({ reason, at }) => ({ kind: 'capture_failed', reason, at }),
  canceled: ({ reason, at }) => ({ kind: 'canceled', cause: 'external', reason, at }),
  cancellation_failed: ({ reason, at }) => ({ kind: 'cancel_failed', reason, at }),
  overpaid: ({ amount, at }) => ({ kind: 'overpaid', amount, at }),
  underpaid: ({ amount, at }) => ({ kind: 'underpaid', amount, at }),
};

/** Statuses whose fact says an amount. */
const WITH_AMOUNT: readonly string[] = ['authorized', 'captured', 'overpaid', 'underpaid'];

export const REFUND_STATUSES: readonly RefundStatus[] = ['pending', 'processing', 'succeeded', 'failed', 'canceled'];

export const webhooks: WebhookVerbs = {
  identify(request) {
    const told = read(request.body);
    const references = [told?.transactionId, told?.refundId].filter((id) => id !== undefined);
    return { references, ...(told?.merchantReference === undefined ? {} : { account: told.merchantReference }) };
  },

  verify(request, secrets, context) {
    const verdict = verifySignature(request.body, signatureOf(request.headers), secrets, context.clock);
    if (verdict !== 'valid') return { verified: false, reason: verdict };
    const told = read(request.body);
    if (told === undefined) return { verified: false, reason: 'unreadable' };
    if (request.mode !== 'test') return { verified: false, reason: 'mode' };
    const { id, type, transactionId, merchantReference } = told;
    const about =
      type === 'account'
        ? { ...(merchantReference === undefined ? {} : { marketplaceReference: merchantReference }) }
        : { ...(transactionId === undefined ? {} : { paymentReference: transactionId }) };
    return { verified: true, events: [{ id, type, ...about }] };
  },

  translate(body, event, context) {
    const told = read(body);
    if (told === undefined) return ignored('the body is unreadable');
    if (told.handled === false) return ignored('handled is false');
    const translator = entry(TRANSLATORS, event.type);
    return translator === undefined ? ignored(`type "${event.type}" is not known`) : translator(told, context);
  },
};

const TRANSLATORS: Readonly<Record<string, (told: Told, context: Context) => WebhookTranslation>> = {
  payment: translatePayment,
  refund: translateRefund,
  account: translateAccount,
};

function translatePayment(told: Told, context: Context): WebhookTranslation {
  const fact = entry(PAYMENT_STATUSES, told.status);
  if (fact === undefined) return ignored(`status "${told.status}" of a payment is not known`);
  if (told.transactionId === undefined) return ignored('transactionId is missing');
  const whole = context.payment?.amount;
  const amount = told.amount ?? whole;
  if (amount === undefined && WITH_AMOUNT.includes(told.status)) {
    return ignored('amount is missing and the payment is not known');
  }
  const reason = told.reason ?? `webhook ${told.status}`;
  const facts = [
    fact({ amount: amount ?? 0, whole: whole ?? amount ?? 0, reason, at: told.at ?? isoTime(context.clock) }),
  ];
  return { facts, references: [{ kind: 'payment', id: realIdOf(told.transactionId) }] };
}

function translateRefund(told: Told, context: Context): WebhookTranslation {
  const status = REFUND_STATUSES.find((known) => known === told.status);
  if (status === undefined) return ignored(`status "${told.status}" of a refund is not known`);
  if (told.refundId === undefined) return ignored('refundId is missing');
  const amount = told.amount ?? amountOfRefund(told.refundId) ?? context.payment?.amount;
  if (amount === undefined) return ignored('amount is missing and neither the refund nor the payment is known');
  const at = told.at ?? isoTime(context.clock);
  const why = told.reason === undefined ? {} : { reason: told.reason };
  const parent = told.transactionId === undefined ? {} : { parent: realIdOf(told.transactionId) };
  const reference: Reference = { kind: 'refund', id: told.refundId, ...parent };
  return { facts: [{ kind: 'refund', refundId: told.refundId, status, amount, at, ...why }], references: [reference] };
}

function translateAccount({ status, merchantReference }: Told): WebhookTranslation {
  const news = accountNews(status, merchantReference);
  if (news === undefined) return ignored(`status "${status}" of an account is not known`);
  return { facts: [], references: [], account: news };
}

/** Only its own entries: every object also has a `toString`. */
function entry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function ignored(why: string): WebhookTranslation {
  return { facts: [], references: [], ignored: why };
}

function signatureOf(headers: Record<string, string>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (SIGNATURE_HEADERS.some((known) => known === name.toLowerCase())) return value;
  }
  return undefined;
}

/** The body when it is a webhook of the sandbox; fields that are not of their type count as absent. */
function read(body: Uint8Array): Told | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const fields = json as Record<string, unknown>;
  const [id, type, status] = [text(fields['id']), text(fields['type']), text(fields['status'])];
  if (id === undefined || type === undefined || status === undefined) return undefined;
  const told: Told = { id, type, status };
  for (const name of ['transactionId', 'refundId', 'merchantReference', 'reason'] as const) {
    const value = text(fields[name]);
    if (value !== undefined) told[name] = value;
  }
  const { amount, at, handled } = fields;
  if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0) told.amount = amount;
  if (typeof at === 'string' && !Number.isNaN(Date.parse(at))) told.at = new Date(Date.parse(at)).toISOString();
  if (typeof handled === 'boolean') told.handled = handled;
  return told;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 255 ? value : undefined;
}
