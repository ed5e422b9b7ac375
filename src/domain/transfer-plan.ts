/**
 * What becomes of a group of items, as its payment is now: what is done already, what somebody has asked for and nobody
 * knows yet, what cannot be, and what is left to be asked. Pure, so that it is worked out beside the locked rows.
 *
 * A transfer is known by its order and item, so that no item is paid twice before it is wholly taken back. A reversal is
 * known by its transfer, item and amount: equal ones are the same one, unless the caller's own key tells them apart.
 */
import { onboardingStatusOf, type Merchant } from './merchant.js';
import type { PaymentStatus } from './payment.js';
import { amountOf, type AskedGroup, type AskedItem } from './transfer-request.js';
import { reversedOf, type Reversal, type Transfer, type TransferredItem } from './transfer.js';

/** What the plan of a group depends on. */
export interface TransferState {
  payment: { status: PaymentStatus; captured: number; currency: string; connector: string };
  /** All of the payment. */
  transfers: Transfer[];
  /** Of the group; absent when the tenant has none of that name. */
  merchant?: Merchant;
  /** The caller's own name of its request; empty without one. */
  requestKey: string;
}

export type TransferStep =
  /** Done already, or nothing to do: then there is no id. */
  | { then: 'tell'; items: AskedItem[]; transferId?: string; amount: number }
  /** Asked for by somebody, and the operation has no answer yet. */
  | { then: 'wait'; items: AskedItem[]; operationId: string }
  /** `amount` is positive; `transfer` is what a reversal takes from. */
  | { then: 'ask'; items: AskedItem[]; amount: number; shares: TransferredItem[]; transfer?: Transfer }
  /** `amount` is absent when it says nothing. */
  | { then: 'refuse'; items: AskedItem[]; message: string; amount?: number };

/** The steps of a group, every item in exactly one of them. At most one of them asks. */
export function planOf(group: AskedGroup, state: TransferState): TransferStep[] {
  return group.kind === 'transfer' ? planTransfer(group, state) : planReversal(group, state);
}

/** True while an item of a transfer may not be paid once more: it is asked for, or paid and not wholly taken back. */
export function isLive(transfer: Transfer, itemReference: string): boolean {
  if (transfer.status !== 'paid') return transfer.status === 'asked';
  if (takenBack(transfer) >= transfer.amount) return false;
  const paid = shareOf(transfer, itemReference);
  return paid === 0 || takenBack(transfer, itemReference) < paid;
}

/** What merchants have of a payment, in minor units: unanswered transfers count, unanswered reversals do not. */
export function transferredOf(transfers: Transfer[]): number {
  return transfers
    .filter(({ status }) => status !== 'refused')
    .reduce((sum, transfer) => sum + transfer.amount - takenBack(transfer), 0);
}

function planTransfer(group: AskedGroup, state: TransferState): TransferStep[] {
  const { steps, rest } = sorted(group.items, (item) => knownTransfer(group, state, item));
  if (rest.length === 0) return steps;
  const amount = amountOf(rest) ?? 0;
  const message = transferFault(group, state, amount);
  if (message !== undefined) return [...steps, { then: 'refuse', items: rest, message, amount }];
  if (amount === 0) return [...steps, { then: 'tell', items: rest, amount }];
  return [...steps, { then: 'ask', items: rest, amount, shares: sharesOf(rest) }];
}

/** What is so with an item that was asked for before; undefined when it may be paid. */
function knownTransfer(group: AskedGroup, { transfers }: TransferState, item: AskedItem): TransferStep | undefined {
  const { itemReference } = item;
  const transfer = transfers.find((known) => hasItem(known, itemReference) && isLive(known, itemReference));
  if (transfer === undefined) return undefined;
  const { merchantReference, transferId, status, operationId } = transfer;
  const items = [item];
  if (merchantReference !== group.merchantReference) {
    const message = `The item "${itemReference}" was paid to the merchant "${merchantReference}" before`;
    return { then: 'refuse', items, message, amount: item.amount ?? 0 };
  }
  const open = transfer.reversals.find((known) => known.status === 'asked' && shared(known.items, itemReference));
  if (status === 'asked') return { then: 'wait', items, operationId };
  if (open !== undefined) return { then: 'wait', items, operationId: open.operationId };
  const amount = shareOf(transfer, itemReference);
  return { then: 'tell', items, amount, ...(transferId === undefined ? {} : { transferId }) };
}

/** Why money may not be sent to the merchant, in words for people. */
function transferFault(group: AskedGroup, state: TransferState, amount: number): string | undefined {
  const { payment, transfers } = state;
  const { captured, currency, status } = payment;
  const merchantFault = faultOfMerchant(group.merchantReference, state);
  if (merchantFault !== undefined || amount === 0) return merchantFault;
  const order = `the payment of order "${group.orderReference}"`;
  if (captured === 0) return `Nothing can be transferred: ${order} is not captured (its status is "${status}")`;
  const before = transferredOf(transfers);
  if (before + amount <= captured) return undefined;
  return (
    `${amount} ${currency} cannot be transferred: ${captured} ${currency} of ${order} are captured and ` +
    `${before} ${currency} are with merchants already (minor units)`
  );
}

function faultOfMerchant(reference: string, { merchant, payment }: TransferState): string | undefined {
  if (merchant === undefined) return `Merchant with reference "${reference}" not found.`;
  const { accountId, state, wasActive, status } = merchant;
  const cannot = `Merchant "${reference}" cannot receive transfers`;
  if (accountId === undefined || merchant.connector !== payment.connector)
    return `${cannot}: it has no account at the payment service provider yet (onboarding status "${status}")`;
  if (state?.transfers === 'active') return undefined;
  const now = state === undefined ? status : onboardingStatusOf(state, wasActive);
  return `${cannot}: its onboarding status is "${now}"`;
}

function planReversal(group: AskedGroup, state: TransferState): TransferStep[] {
  const { transferId = '', merchantReference, items } = group;
  const transfer = state.transfers.find(
    (known) => known.transferId === transferId || known.reversals.some(({ reversalId }) => reversalId === transferId),
  );
  if (transfer === undefined) {
    const message = `Could not find a payment transfer with the transfer id "${transferId}"`;
    return [{ then: 'refuse', items, message }];
  }
  if (transfer.merchantReference !== merchantReference) {
    const other = `The transfer "${transferId}" went to the merchant "${transfer.merchantReference}"`;
    const message = state.merchant === undefined ? `Merchant with reference "${merchantReference}" not found.` : other;
    return [{ then: 'refuse', items, message, amount: amountOf(items) ?? 0 }];
  }
  const { steps, rest } = sorted(items, (item) => knownReversal(transfer, transferId, state.requestKey, item));
  if (rest.length === 0) return steps;
  const amount = amountOf(rest) ?? 0;
  if (amount === 0) return [...steps, { then: 'tell', items: rest, amount, transferId }];
  const left = transfer.amount - askedBack(transfer);
  if (-amount > left) {
    const message = `${-amount} ${transfer.currency} cannot be taken back: ${left} ${transfer.currency} are left of the transfer "${transferId}" (minor units)`;
    return [...steps, { then: 'refuse', items: rest, message, amount }];
  }
  return [...steps, { then: 'ask', items: rest, amount: -amount, shares: sharesOf(rest), transfer }];
}

/** What is so with an item that was taken back before, or cannot be; undefined when it may be taken back. */
function knownReversal(
  transfer: Transfer,
  transferId: string,
  requestKey: string,
  item: AskedItem,
): TransferStep | undefined {
  const { itemReference, amount = 0 } = item;
  const items = [item];
  if (!hasItem(transfer, itemReference)) {
    const message = `The item "${itemReference}" is not part of the transfer "${transferId}"`;
    return { then: 'refuse', items, message, amount };
  }
  if (amount === 0) return undefined;
  const same = transfer.reversals.find((known) => isSame(known, requestKey, { itemReference, amount: -amount }));
  if (same?.status === 'asked') return { then: 'wait', items, operationId: same.operationId };
  if (same !== undefined) return { then: 'tell', items, amount, transferId: same.reversalId ?? transferId };
  const left = shareOf(transfer, itemReference) - reversedOf(transfer, itemReference);
  if (-amount <= left) return undefined;
  const { currency } = transfer;
  const message = `${-amount} ${currency} of the item "${itemReference}" cannot be taken back: ${left} ${currency} are left of it (minor units)`;
  return { then: 'refuse', items, message, amount };
}

function isSame({ status, requestKey, items }: Reversal, key: string, wanted: TransferredItem): boolean {
  if (status === 'refused' || (key !== '' && key !== requestKey)) return false;
  return items.some(({ itemReference, amount }) => itemReference === wanted.itemReference && amount === wanted.amount);
}

/** Steps for what is known, joined where they say the same of several items, and the items nothing is known of. */
function sorted(
  items: AskedItem[],
  known: (item: AskedItem) => TransferStep | undefined,
): { steps: TransferStep[]; rest: AskedItem[] } {
  const steps = new Map<string, TransferStep>();
  const rest: AskedItem[] = [];
  for (const item of items) {
    const step = known(item);
    if (step === undefined) {
      rest.push(item);
      continue;
    }
    const key = step.then === 'refuse' ? `${item.index}` : `${step.then} ${idOf(step)}`;
    const other = steps.get(key);
    if (other === undefined) steps.set(key, step);
    else steps.set(key, joined(other, step));
  }
  return { steps: [...steps.values()], rest };
}

function idOf(step: TransferStep): string {
  if (step.then === 'wait') return step.operationId;
  return step.then === 'tell' ? (step.transferId ?? '') : '';
}

function joined(first: TransferStep, second: TransferStep): TransferStep {
  const items = [...first.items, ...second.items];
  if (first.then !== 'tell' || second.then !== 'tell') return { ...first, items };
  return { ...first, items, amount: first.amount + second.amount };
}

function sharesOf(items: AskedItem[]): TransferredItem[] {
  return items.map(({ itemReference, amount = 0 }) => ({ itemReference, amount: Math.abs(amount) }));
}

/** Really taken back, by us or at the PSP: of one item, or of all. What somebody did at the PSP belongs to no item. */
function takenBack(transfer: Transfer, itemReference?: string): number {
  const paid = transfer.reversals.filter(({ status }) => status === 'paid');
  if (itemReference !== undefined) return reversedOf({ ...transfer, reversals: paid }, itemReference);
  return paid.reduce((sum, { amount }) => sum + amount, transfer.reversedElsewhere);
}

/** Taken back, and asked back without an answer. */
function askedBack({ reversals, reversedElsewhere }: Transfer): number {
  const open = reversals.filter(({ status }) => status !== 'refused');
  return open.reduce((sum, { amount }) => sum + amount, reversedElsewhere);
}

function hasItem({ items }: Transfer, itemReference: string): boolean {
  return shared(items, itemReference);
}

function shared(items: TransferredItem[], wanted: string): boolean {
  return items.some(({ itemReference }) => itemReference === wanted);
}

function shareOf({ items }: Transfer, wanted: string): number {
  return items.find(({ itemReference }) => itemReference === wanted)?.amount ?? 0;
}
