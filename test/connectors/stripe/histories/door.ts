/**
 * A history played with the whole app: the shop's commands go in by their channel, what Stripe tells by signed webhooks,
 * some of it late, turned round or told again. Stripe delivers nothing by itself; the door's porter does.
 */
import Stripe from 'stripe';
import { lookAt } from '../../../../src/flows/look.js';
import type { PaymentFile } from '../../../../src/domain/payment.js';
import type { ControlPlane } from '../../../../src/simulator/stripe/index.js';
import { signatureHeader } from '../../../../src/simulator/stripe/webhooks/signature.js';
import type { Received, TestApp } from '../../../support/app.js';
import { applied, eventually, fileOf, ITEMS, type MovableClock } from '../../../flows/heart.js';
import type { History, Player } from './record.js';
import { MANDATE, unlessDeclined } from './record.js';

const SECRET = 'whsec_of_the_histories';

export interface Place {
  app: TestApp;
  clock: MovableClock;
  control: ControlPlane;
  simulatorPort: number;
}

/** How it ended: the payment, and every message about the order's money. */
export interface Ended {
  file: PaymentFile;
  told: string[];
}

/** Plays a history with one new order of a new tenant. `dice` gives numbers from 0 to 1. */
export async function playByDoor(place: Place, history: History, dice: () => number): Promise<Ended> {
  const { app, clock, control } = place;
  const shop = app.shop();
  const account = shop.tenantId.replaceAll('-', '');
  const settings = {
    mode: 'test',
    secretKey: `sk_test_${account}`,
    publishableKey: `pk_test_${account}`,
    webhook: { mode: 'manual', secret: SECRET },
    ...history.settings,
  };
  const { status, body: configured } = await shop.configure(settings);
  if (status !== 200) throw new Error(`not configured: ${JSON.stringify(configured)}`);
  const stripe = new Stripe(settings.secretKey, { host: '127.0.0.1', port: place.simulatorPort, protocol: 'http' });
  const { body, orderReference } = await shop.initialize();
  const { transactionId } = body as { transactionId: string };
  const file = (): Promise<PaymentFile> => fileOf(app, shop, orderReference);
  const porter = createPorter(place, stripe, dice);
  const received: Received[] = [];
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    clock.advance(60);
    const result = await work();
    await porter.some();
    return result;
  };
  /** Sends a command and waits until Stripe has answered it. */
  const command = (name: string, fields: object): Promise<void> =>
    step(async () => {
      const { length } = (await file()).operations;
      await shop.command(name, { orderReference, ...ITEMS, ...fields });
      await eventually(`${name} is answered`, async () => {
        const { operations } = await file();
        return operations.length > length && operations.every(({ status: state }) => state !== 'asked');
      });
    });
  const player: Player = {
    payment: undefined as never,
    pays: (method = 'pm_card_visa') =>
      step(async () => {
        const confirm = { payment_method: method, return_url: 'https://shop.example/return', ...MANDATE };
        await stripe.paymentIntents.confirm(transactionId, confirm).catch(unlessDeclined);
      }),
    happens: (name, params) =>
      step(() => {
        const isNamed = params !== undefined && ('refund' in params || 'dispute' in params);
        return control.action(name, { ...(isNamed ? {} : { payment_intent: transactionId }), ...params } as never);
      }),
    looks: async () => lookAt(app.app, { tenantId: shop.tenantId, paymentId: (await file()).payment.id } as never),
    captures: async (amount) => command('CapturePayment', await part(await file(), amount)),
    cancels: () => command('CancelPayment', { amount: 0 }),
    refunds: async (amount) => {
      const { orderItemIds } = await part(await file(), amount);
      await command('RefundPayment', { amount: -amount, orderItemIds });
      return (await file()).refunds.at(-1)?.refundId ?? '';
    },
    waits: async (days) => {
      clock.advance(days * 86_400);
      received.push(...(await shop.until('PaymentUnderpaid', orderReference)));
    },
  };
  await history.play(player);
  await porter.all();
  await applied(app, shop);
  received.push(...(await shop.poll()));
  return { file: await file(), told: received.flatMap((message) => textOf(message, orderReference)) };
}

/** The whole order, or the first item for the first part, and so on. */
async function part({ payment, operations }: PaymentFile, amount = payment.amount) {
  const ids = [101, 102];
  const before = operations.filter(({ kind }) => kind === 'refund' || kind === 'capture').length;
  return { amount, orderItemIds: amount >= payment.amount ? ids : [ids[before % ids.length]!] };
}

function textOf({ name, payload }: Received, orderReference: string): string[] {
  if (payload.orderReference !== orderReference) return [];
  const kind = name.replace(/[A-Z]/g, (letter, place) => `${place === 0 ? '' : '_'}${letter.toLowerCase()}`);
  return [`${kind} ${payload.amount} of ${payload.orderItemIds.join(' ')}`];
}

/** Carries what Stripe tells to the door. */
function createPorter({ app }: Place, stripe: Stripe, dice: () => number) {
  const events = async () => (await stripe.events.list({ limit: 100 })).data.reverse();
  const carry = async (event: Stripe.Event): Promise<void> => {
    const body = JSON.stringify(event);
    const signature = signatureHeader(body, Math.floor(app.app.clock.now() / 1000), [SECRET]);
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    const { status } = await fetch(`${app.url}/webhooks/test`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`webhook ${event.type}: ${status}`);
  };
  const carryShuffled = async (chosen: Stripe.Event[]): Promise<void> => {
    const order = chosen.map((event) => ({ event, by: dice() })).sort((a, b) => a.by - b.by);
    for (const { event } of order) await carry(event);
  };
  return {
    /** About a third of everything told so far, in any order; perhaps not for the first time. */
    some: async () => carryShuffled((await events()).filter(() => dice() < 0.35)),
    /** Everything, and a part of it again. */
    all: async () => {
      const told = await events();
      await carryShuffled([...told, ...told.filter(() => dice() < 0.3)]);
    },
  };
}
