/**
 * Where the money of an order is: from the customer to the shop's balance at the PSP, and from there to the merchants.
 * Minor units throughout; pure.
 */
import type { OrderView } from './book.js';
import { findMerchant } from './merchants.js';
import { shippingState, type LineState } from './order-state.js';
import { sharesOf, type Share } from './payout.js';
import type { AppRecord } from './shop.js';

/** What one merchant gets. */
export interface MerchantFlow {
  reference: string;
  name: string;
  /** With the merchant now. */
  has: number;
  /** Owed and not sent yet. */
  open: number;
  /** Sent and taken back, as often as it happened. */
  back: number;
}

export interface MoneyWay {
  /** How sure the customer's money is. */
  stage: 'planned' | 'reserved' | 'paid';
  /** What the customer gives, before anything is given back. */
  given: number;
  givenBack: number;
  /** What the PSP keeps; 0 while it is not known. */
  fee: number;
  merchants: MerchantFlow[];
  /** What stays with the shop once every merchant has its share: own goods, shipping and commission, less the fee. */
  kept: number;
  commission: number;
  /** What lies in the shop's balance at the PSP now. */
  balance: number;
}

/** Undefined for an order without merchants, and for one that came to nothing. */
export function moneyWay(view: OrderView, inside?: AppRecord): MoneyWay | undefined {
  const shares = sharesOf(view);
  if (shares.length === 0) return undefined;
  const stage = stageOf(view);
  const { given, givenBack } = customerSide(view, stage, inside);
  if (given === 0) return undefined;
  const fee = sumBy(ledgerOf(inside), ({ debit, amount }) => (debit === 'fees' ? amount : 0));
  const merchants = [...new Set(shares.map(({ merchantReference }) => merchantReference))].map((reference) =>
    merchantFlow(
      view,
      reference,
      shares.filter(({ merchantReference }) => merchantReference === reference),
    ),
  );
  const has = sumBy(merchants, (merchant) => merchant.has);
  const open = sumBy(merchants, (merchant) => merchant.open);
  const balance = (stage === 'paid' ? given : 0) - givenBack - fee - has;
  return {
    stage,
    given,
    givenBack,
    fee,
    merchants,
    kept: given - givenBack - fee - has - open,
    commission: sumBy(shares, (share) => (isDue(view, share) || share.transferId !== undefined ? share.commission : 0)),
    balance,
  };
}

/** Whether the merchant has a claim for it: the customer has neither canceled it nor had the money back. */
function isDue({ states }: OrderView, { line }: Share): boolean {
  const state = states.get(line.id);
  return state !== 'canceled' && state !== 'refunded';
}

function merchantFlow(view: OrderView, reference: string, shares: readonly Share[]): MerchantFlow {
  const isOpen = (share: Share) => share.transferId === undefined && isDue(view, share);
  return {
    reference,
    name: findMerchant(reference)?.name ?? reference,
    has: sumBy(shares, ({ sent, back }) => sent - back),
    open: sumBy(shares, (share) => (isOpen(share) ? share.payout : 0)),
    back: sumBy(shares, ({ back }) => back),
  };
}

const TAKEN: readonly LineState[] = ['captured', 'refunded', 'refund_failed'];

function stageOf({ states }: OrderView): MoneyWay['stage'] {
  const known = [...states.values()];
  if (known.some((state) => TAKEN.includes(state))) return 'paid';
  return known.some((state) => state === 'authorized' || state === 'capture_failed') ? 'reserved' : 'planned';
}

/** By the app's ledger where there is one; else as far as the states of the lines tell. */
function customerSide(view: OrderView, stage: MoneyWay['stage'], inside: AppRecord | undefined) {
  const ledger = ledgerOf(inside);
  const given = sumBy(ledger, ({ credit, amount }) => (credit === 'customer' ? amount : 0));
  const givenBack = sumBy(ledger, ({ debit, amount }) => (debit === 'customer' ? amount : 0));
  if (given > 0) return { given, givenBack };
  const { order, states } = view;
  const sum = (counts: (state: LineState) => boolean) =>
    sumBy(order.lines, ({ id, price }) => (counts(states.get(id) ?? 'new') ? price : 0)) +
    (counts(shippingState([...states.values()])) ? order.shippingCost : 0);
  if (stage !== 'paid') return { given: sum((state) => state !== 'canceled'), givenBack: 0 };
  return { given: sum((state) => TAKEN.includes(state)), givenBack: sum((state) => state === 'refunded') };
}

function ledgerOf(inside: AppRecord | undefined): AppRecord['ledger']['entries'] {
  return inside?.ledger.entries ?? [];
}

function sumBy<T>(list: readonly T[], amountOf: (entry: T) => number): number {
  return list.reduce((sum, entry) => sum + amountOf(entry), 0);
}
