/**
 * What a shop asks for when it pays merchants or takes back: its items, gathered into the transfers and reversals they
 * make. What is wrong with an item by itself is found here; what its payment says to it, in transfer-plan.ts.
 */

/** One item as the shop asks for it. */
export interface AskedItem {
  /** Place in the request. */
  index: number;
  orderReference: string;
  /** The shop's id of an order item or an expense. */
  itemReference: string;
  /** Absent: the shop did not say who gets it. */
  merchantReference?: string;
  /** Minor units: above zero to the merchant, below zero back from it. Absent: what came is no such amount. */
  amount?: number;
  /** The PSP's id of the transfer to take back from, or of a former reversal of it. */
  transferId?: string;
  isExpense: boolean;
}

/** Items that are sent, or taken back, in one. */
export interface AskedGroup {
  kind: 'transfer' | 'reverse_transfer';
  orderReference: string;
  merchantReference: string;
  /** Reversals only. */
  transferId?: string;
  /** At least one; all have amounts. */
  items: AskedItem[];
}

/** Items that cannot be done, and why: for people. */
export interface RefusedItems {
  items: AskedItem[];
  message: string;
}

/**
 * Gathers items: new ones by order and merchant, each expense by itself, reversals by transfer, order and merchant; in
 * the order in which the first of each came. A shop finds an expense that is paid by its own id alone, so that it must
 * not share a transfer. Pure.
 */
export function groupsOf(items: AskedItem[]): { groups: AskedGroup[]; refused: RefusedItems[] } {
  const groups = new Map<string, AskedGroup>();
  const refused: RefusedItems[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const { orderReference, itemReference, merchantReference, transferId } = item;
    const identity = JSON.stringify([orderReference, transferId, itemReference]);
    const fault = seen.has(identity)
      ? `The item "${itemReference}" stands in the request before: only the first one counts`
      : faultOf(item);
    seen.add(identity);
    if (fault !== undefined || merchantReference === undefined) {
      refused.push({ items: [item], message: fault ?? '' });
      continue;
    }
    const alone = transferId === undefined && item.isExpense ? itemReference : undefined;
    const key = JSON.stringify([orderReference, merchantReference, transferId, alone]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, newGroup(item, merchantReference));
    else group.items.push(item);
  }
  return { groups: [...groups.values()], refused };
}

/** The sum of the items, in minor units; undefined when one of them has no amount. */
export function amountOf(items: AskedItem[]): number | undefined {
  if (items.some(({ amount }) => amount === undefined)) return undefined;
  return items.reduce((sum, { amount = 0 }) => sum + amount, 0);
}

function newGroup(item: AskedItem, merchantReference: string): AskedGroup {
  const { orderReference, transferId } = item;
  if (transferId === undefined) return { kind: 'transfer', orderReference, merchantReference, items: [item] };
  return { kind: 'reverse_transfer', orderReference, merchantReference, transferId, items: [item] };
}

function faultOf({ itemReference, merchantReference, amount, transferId }: AskedItem): string | undefined {
  const item = `The item "${itemReference}"`;
  if (merchantReference === undefined) return `${item} has no merchant reference`;
  if (amount === undefined) return `${item} has no amount, or one that is not an integer in minor units`;
  if (transferId === undefined && amount < 0)
    return `${item} has a negative amount, but no id of the transfer to take it back from`;
  if (transferId !== undefined && amount > 0)
    return `${item} has the id of a transfer, so that its amount has to be negative: it is taken back`;
  return undefined;
}
