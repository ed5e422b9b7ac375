/**
 * Plays the life of one payment against the simulated Stripe and writes down everything that reaches us of it: each
 * event as it is delivered, each answer to what we asked, and what a read-back would have said after each step.
 */
import { newsOf } from '../../../../src/flows/beats.js';
import type { News } from '../../../../src/domain/settlement.js';
import type { PaymentStatus } from '../../../../src/domain/payment.js';
import type { OperationKind } from '../../../../src/domain/operation.js';
import { ENABLED_EVENTS } from '../../../../src/connectors/stripe/events.js';
import { createStripeConnector } from '../../../../src/connectors/stripe/index.js';
import { parseEvent, toldEvent } from '../../../../src/connectors/stripe/webhooks.js';
import type { ControlActions, ActionName } from '../../../../src/simulator/stripe/index.js';
import type { Operation } from '../../../../src/storage/operations.js';
import type { Answer, PaymentHandle, Settings, WebhookEvent } from '../../../../src/kit/index.js';
import { SETTINGS } from '../given.js';
import { asked, begin, simulated } from '../simulated.js';

export const connector = createStripeConnector();

/** Something that reaches us. `step`: what had happened at Stripe by then. */
export type Heard = { step: number } & (
  | { kind: 'event'; type: string; body: Uint8Array; event: WebhookEvent; enabled: boolean }
  /** We look at Stripe by ourselves, because the customer comes back. */
  | { kind: 'look' }
  /** A command of the shop is stored and asked. Everything after it at Stripe can only be heard after it. */
  | { kind: 'begun'; operation: BegunOperation }
  | { kind: 'answered'; news: News }
  /** Nobody waits any longer for what is missing. */
  | { kind: 'waited'; at: string }
);

export interface BegunOperation {
  id: string;
  kind: OperationKind;
  amount: number;
}

export interface Recording {
  payment: PaymentHandle;
  settings: Settings;
  heard: Heard[];
  /** What reading back says after each step. */
  truths: { answer: Answer; at: string }[];
}

/** What may happen to a payment, told as a person would. Every call is one step, a minute after the one before. */
export interface Player {
  payment: PaymentHandle;
  pays(method?: string): Promise<void>;
  /** Something happens at Stripe without us. */
  happens<Name extends ActionName>(
    name: Name,
    params?: Omit<ControlActions[Name], 'payment_intent'>,
  ): Promise<{ id: string }>;
  looks(): Promise<void>;
  captures(amount?: number): Promise<void>;
  cancels(): Promise<void>;
  /** Returns Stripe's id of the refund. */
  refunds(amount: number): Promise<string>;
  /** Time goes by; `waited` is heard. */
  waits(days: number): Promise<void>;
}

export interface History {
  name: string;
  settings?: Settings;
  play(player: Player): Promise<void>;
  /** Amounts that are not given are zero. `told`: every message about the order's money, in order. */
  ends: { status: PaymentStatus; captured?: number; refunded?: number; told: string[] };
}

/** Records one history on a simulator of its own. With `standing` everything happens within one second. */
export async function record(history: History, standing = false): Promise<Recording> {
  const sim = await simulated();
  try {
    if (standing) await sim.control.freeze();
    const settings = { ...SETTINGS, ...history.settings };
    const context = sim.context(settings, () => now);
    let { now } = await sim.control.clock();
    const { payment: begun, answer } = await begin(connector, context);
    const payment: PaymentHandle = { ...begun, references: [...answer.references] };
    const recording: Recording = { payment, settings, heard: [], truths: [] };
    const seen = new Set<string>();
    const learn = async (): Promise<void> => {
      const step = recording.truths.length;
      const page = await sim.stripe.events.list({ limit: 100 });
      for (const event of page.data.reverse()) {
        if (seen.has(event.id)) continue;
        seen.add(event.id);
        const body = new TextEncoder().encode(JSON.stringify(event));
        const enabled = (ENABLED_EVENTS as readonly string[]).includes(event.type);
        const told = toldEvent(parseEvent(body)!);
        recording.heard.push({ kind: 'event', step, type: event.type, body, event: told, enabled });
      }
      const read = await connector.readBack!({ payment }, context);
      if (read.answer !== 'completed') throw new Error(`${history.name}: no truth: ${read.problem?.message}`);
      payment.references.push(...read.references);
      recording.truths.push({ answer: read, at: new Date(now).toISOString() });
    };
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (!standing) await sim.control.advance(60);
      ({ now } = await sim.control.clock());
      const result = await work();
      await learn();
      return result;
    };
    const ask = (verb: 'capture' | 'cancel' | 'refund', amount: number): Promise<Answer> =>
      step(async () => {
        const { asking, ask: send } = asked(connector, verb, payment, { context, amount });
        const operation = { id: asking.operationId, kind: verb, amount };
        recording.heard.push({ kind: 'begun', step: recording.truths.length - 1, operation });
        const got = await send();
        payment.references.push(...got.references);
        const news = newsOf(operation as unknown as Operation, got);
        recording.heard.push({ kind: 'answered', step: recording.truths.length, news });
        return got;
      });
    await learn();
    await history.play({
      payment,
      pays: (method) =>
        step(async () => {
          const confirm = {
            payment_method: method ?? 'pm_card_visa',
            return_url: 'https://shop.example/return',
            ...MANDATE,
          };
          await sim.stripe.paymentIntents.confirm(payment.transactionId, confirm).catch(unlessDeclined);
        }),
      happens: (name, params) =>
        step(() => {
          const named = params !== undefined && ('refund' in params || 'dispute' in params) ? {} : intentOf(payment);
          return sim.control.action(name, { ...named, ...params } as never);
        }),
      looks: async () => void recording.heard.push({ kind: 'look', step: recording.truths.length - 1 }),
      captures: async (amount = payment.amount) => {
        const got = await ask('capture', amount);
        if (got.answer === 'completed') payment.captured += amount;
      },
      cancels: async () => void (await ask('cancel', 0)),
      refunds: async (amount) => (await ask('refund', amount)).refundId ?? '',
      waits: async (days) => {
        await sim.control.advance(days * 86_400);
        ({ now } = await sim.control.clock());
        const at = new Date(now).toISOString();
        recording.heard.push({ kind: 'waited', step: recording.truths.length - 1, at });
      },
    });
    return recording;
  } finally {
    await sim.close();
  }
}

/** A debit needs one; others have no use for it. */
export const MANDATE = { mandate_data: { customer_acceptance: { type: 'offline' as const, offline: {} } } };
const intentOf = ({ transactionId }: PaymentHandle) => ({ payment_intent: transactionId });

export function unlessDeclined(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 402) throw error;
}
