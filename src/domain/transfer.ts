/** Transfers: shares of a captured order that are sent to merchants' accounts, and what is taken back of them. */

/** One item of an order and what its merchant gets for it: the commission is deducted already. */
export interface TransferredItem {
  /** The shop's id of an order item or an expense. */
  itemReference: string;
  /** Minor units, positive. */
  amount: number;
}

/** `asked`: nobody knows yet; `paid`: the PSP has moved it; `refused`: the PSP said no, so it may be asked for again. */
export type TransferStatus = 'asked' | 'paid' | 'refused';

export interface Transfer {
  id: string;
  paymentId: string;
  operationId: string;
  orderReference: string;
  merchantReference: string;
  /** The PSP's id of the merchant's account. */
  accountId: string;
  /** The PSP's id of the transfer; absent until it is paid. */
  transferId?: string;
  status: TransferStatus;
  /** Sum of the items in minor units, positive. */
  amount: number;
  /** ISO 4217, upper case. */
  currency: string;
  items: TransferredItem[];
  /** Sent from the tenant's balance, not from the money of this very payment. */
  isUntied: boolean;
  /** Taken back by somebody at the PSP, in minor units. */
  reversedElsewhere: number;
  reversals: Reversal[];
  reason?: string;
  /** ISO text. */
  createdAt: string;
}

/** What is taken back of one transfer by one asking. */
export interface Reversal {
  id: string;
  operationId: string;
  /** The PSP's id; absent until it is done. */
  reversalId?: string;
  status: TransferStatus;
  /** Minor units, positive. */
  amount: number;
  items: TransferredItem[];
  /** The caller's own name of its request, which tells two equal ones apart; empty without one. */
  requestKey: string;
  reason?: string;
  /** ISO text. */
  createdAt: string;
}

/** Taken back of an item so far, in minor units; what is asked and not answered counts as well. */
export function reversedOf({ reversals }: Transfer, itemReference: string): number {
  return reversals
    .filter(({ status }) => status !== 'refused')
    .flatMap(({ items }) => items)
    .reduce((sum, item) => (item.itemReference === itemReference ? sum + item.amount : sum), 0);
}
