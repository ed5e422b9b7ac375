/**
 * Transfers: a shop pays merchants their share of an order, or takes it back. The items are gathered, the plan is worked
 * out and stored beside the locked payment, then asked, settled, and answered from what is stored. No item is paid twice,
 * whoever asks how often at once; what has no answer yet is told so, and the next repeat tells the truth.
 */
import { AppError } from '../domain/errors.js';
import type { Payment } from '../domain/payment.js';
import type { TransferStep } from '../domain/transfer-plan.js';
import { amountOf, groupsOf, type AskedGroup, type AskedItem } from '../domain/transfer-request.js';
import type { Operation } from '../storage/operations.js';
import { findPayment } from '../storage/payments.js';
import { getTenant, scopeOf, type App } from './app.js';
import { startBudget } from './budget.js';
import { getMarketplace } from './marketplace.js';
import { askTransferWithin, awaitTransfer, readOutcome } from './transfer-asking.js';
import { beginGroup, type Under } from './transfer-begin.js';

export interface TransferWish {
  items: AskedItem[];
  /** The caller's own name of this request, which tells two equal reversals apart; empty without one. */
  requestKey: string;
}

/** What became of some of the items: all of one merchant, sent or taken back in one. */
export interface TransferTold {
  items: AskedItem[];
  isSuccessful: boolean;
  /** The PSP's id of the transfer or the reversal; the caller's own when a reversal failed. */
  transferId?: string;
  /** Minor units, negative when taken back; absent when it cannot be said. */
  amount?: number;
  /** Why not, for people. */
  message?: string;
  /** Refused before anything was asked: told last. */
  isEarly?: true;
}

const NOT_TRIED = 'There was no time left to ask for this: repeat the request';
const UNANSWERED = 'The payment service provider has not answered yet: repeat the request to learn what became of it';

/**
 * Carries out what a shop asks for, and tells what became of each item. Throws `tenant_unknown`, `tenant_disconnected`,
 * `marketplace_unsupported`, and `order_unknown` when one of the orders has no payment: then nothing is done. Safe to
 * repeat, also at once and by several.
 */
export async function transferMoney(app: App, tenantId: string, wish: TransferWish): Promise<TransferTold[]> {
  const tenant = await getTenant(app, tenantId);
  await getMarketplace(app, tenant);
  const payments = await paymentsOf(app, tenantId, wish.items);
  const { groups, refused } = groupsOf(wish.items);
  const budget = startBudget(app);
  try {
    const told = await Promise.all(
      payments.map(async ({ orderReference, payment }) => {
        const under = { app, tenant, payment, budget, requestKey: wish.requestKey };
        const ofOrder: TransferTold[] = [];
        for (const group of groups.filter((candidate) => candidate.orderReference === orderReference))
          ofOrder.push(...(await carryOut(under, group)));
        return ofOrder;
      }),
    );
    return inOrder([...told.flat(), ...refused.map(({ items, message }) => early(items, message))]);
  } finally {
    budget.end();
  }
}

/** The payment of each order. */
async function paymentsOf(
  app: App,
  tenantId: string,
  items: AskedItem[],
): Promise<{ orderReference: string; payment: Payment }[]> {
  const orders = [...new Set(items.map(({ orderReference }) => orderReference))];
  const found: { orderReference: string; payment: Payment }[] = [];
  for (const orderReference of orders) {
    const payment = await findPayment(app.db, scopeOf(app, tenantId), { orderReference });
    if (payment === undefined) throw new AppError('order_unknown', { values: { tenantId, orderReference } });
    found.push({ orderReference, payment });
  }
  return found;
}

/** Plans, asks and waits until something can be told of every item. What was refused meanwhile is planned anew. */
async function carryOut(under: Under, group: AskedGroup): Promise<TransferTold[]> {
  const { app, tenant, budget } = under;
  const told: TransferTold[] = [];
  let items = group.items;
  while (items.length > 0) {
    if (budget.isOver()) return [...told, early(items, NOT_TRIED)];
    const { steps, begun } = await beginGroup(under, { ...group, items });
    items = [];
    for (const step of steps) {
      if (step.then === 'refuse') told.push(early(step.items, step.message, step.amount ?? null));
      else if (step.then === 'tell') told.push(done(step.items, step.amount, step.transferId));
      else if (step.then === 'ask') told.push(await askFor(under, step, begun));
      else if (await awaitTransfer(app, tenant, step.operationId, budget)) items.push(...step.items);
      else told.push(failed(step.items, UNANSWERED));
    }
  }
  return told;
}

/** Asks what was begun, and tells what is stored of it then. */
async function askFor(
  { app, tenant, budget }: Under,
  { items }: TransferStep,
  begun: Operation | undefined,
): Promise<TransferTold> {
  if (begun === undefined) throw new Error('Ask for a transfer that was not begun');
  await askTransferWithin(app, tenant, begun.id, budget);
  const outcome = await readOutcome(app, tenant, begun);
  if (outcome?.status === 'paid') return done(items, amountOf(items) ?? 0, outcome.pspId);
  if (outcome?.status !== 'refused') return failed(items, UNANSWERED);
  return failed(items, outcome.reason ?? 'The payment service provider refused it');
}

function done(items: AskedItem[], amount: number, transferId: string | undefined): TransferTold {
  return { items, isSuccessful: true, amount, ...(transferId === undefined ? {} : { transferId }) };
}

/** A failed transfer has no id, so that the shop tries it again; a failed reversal has the one it was asked with. */
function failed(
  items: AskedItem[],
  message: string,
  amount: number | null | undefined = amountOf(items),
): TransferTold {
  const transferId = items[0]?.transferId;
  return {
    items,
    isSuccessful: false,
    message,
    ...(amount === undefined || amount === null ? {} : { amount }),
    ...(transferId === undefined ? {} : { transferId }),
  };
}

function early(items: AskedItem[], message: string, amount?: number | null): TransferTold {
  return { ...failed(items, message, amount), isEarly: true };
}

/** As the request has them, and after them what was never asked. */
function inOrder(told: TransferTold[]): TransferTold[] {
  const place = ({ items, isEarly }: TransferTold) => [isEarly === true ? 1 : 0, items[0]?.index ?? 0] as const;
  return [...told].sort((a, b) => {
    const [[lateA, indexA], [lateB, indexB]] = [place(a), place(b)];
    return lateA - lateB || indexA - indexB;
  });
}
