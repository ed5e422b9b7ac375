/** What a shop, its front-end and a customer do with a payment before its order, at the simulated Stripe. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { PaymentFile } from '../../src/domain/payment.js';
import { readPaymentFile } from '../../src/storage/payments.js';
import { sampleOrder, type Answered, type Received } from '../support/app.js';
import type { StripeObject, StripeShop, StripeWorld } from '../support/stripe.js';

export interface PreOrderShop extends StripeShop {
  /** Begins a payment of 120.00 without an order, or changes the named one; returns its transaction id. */
  begun(changes?: Record<string, unknown>, transactionId?: string): Promise<string>;
  /** The customer pays in the shop's own front-end; Stripe's webhooks are delivered and looked at. */
  pays(transactionId: string, method?: string): Promise<StripeObject>;
  confirm(transactionId: string, orderReference: string, changes?: Record<string, unknown>): Promise<Answered>;
  giveUp(transactionId: string): Promise<Answered>;
  intent(transactionId: string): Promise<StripeObject>;
  fileOf(transactionId: string): Promise<PaymentFile>;
  /** Everything told about this payment so far, in order: the name, and the order it is about. */
  told(transactionId: string): Promise<{ name: string; order: string | undefined }[]>;
  /** States of its inbox rows, oldest first, with what became of them. */
  inbox(): Promise<{ state: string; result: string | null; type: string }[]>;
}

export const newOrder = (): string => `DE--${randomUUID().slice(0, 8)}`;

/** A connected tenant with a Stripe account of its own. */
export async function preOrderShop(world: StripeWorld, settings?: Record<string, unknown>): Promise<PreOrderShop> {
  const shop = await world.shop(settings);
  const { app } = world;
  const call = (name: string, body: object) => shop.call(`/private/${name}`, body, { endpoint: name });
  const fileOf: PreOrderShop['fileOf'] = async (transactionId) => {
    const scope = { appId: app.app.appId, tenantId: shop.tenantId };
    const file = await readPaymentFile(app.app.db, scope, { transactionId });
    if (file === undefined) throw new Error(`no payment ${transactionId}`);
    return file;
  };
  return {
    ...shop,
    fileOf,
    intent: (transactionId) => shop.stripe(`/v1/payment_intents/${transactionId}`),
    begun: async (changes = {}, transactionId) => {
      const orderData = { currencyCode: 'EUR', grandTotal: 12_000, paymentMethod: 'Credit Card', ...changes };
      const preOrderPaymentData = transactionId === undefined ? [] : { transactionId };
      const { status, body } = await call('pre-order-payment', { orderData, preOrderPaymentData });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return (body as { transactionId: string }).transactionId;
    },
    pays: async (transactionId, method = 'pm_card_visa') => {
      const fields = { payment_method: method, return_url: 'https://shop.example/return' };
      const paid: unknown = await shop.stripe(`/v1/payment_intents/${transactionId}/confirm`, fields);
      await shop.rest();
      return paid;
    },
    confirm: (transactionId, orderReference, changes = {}) => {
      const orderData = { ...sampleOrder(orderReference), orderReference: null, localeName: null, ...changes };
      return call('confirm-pre-order-payment', {
        orderReference,
        orderData,
        preOrderPaymentData: { transactionId },
        localeName: 'de_DE',
      });
    },
    giveUp: (transactionId) => call('cancel-pre-order-payment', { preOrderPaymentData: { transactionId } }),
    told: async (transactionId) => {
      const { payment } = await fileOf(transactionId);
      const { rows } = await sql<{ name: string; payload: Received['payload'] }>`
        select name, payload from outbox where tenant_id = ${shop.tenantId} and payment_id = ${payment.id}
        order by id`.execute(app.app.db);
      return rows.map(({ name, payload }) => ({ name, order: payload.orderReference ?? payload.entityReference }));
    },
    inbox: async () => {
      const { rows } = await sql<{ state: string; result: string | null; type: string }>`
        select state, result, type from inbox where tenant_id = ${shop.tenantId} and source = 'webhook'
        order by id`.execute(app.app.db);
      return rows;
    },
  };
}
