/** What a tenant's order management tells us to do with the money of an order. */

export interface Command {
  kind: 'capture' | 'cancel' | 'refund';
  orderReference: string;
  /** Minor units, never negative. Absent: whatever there is to capture or cancel. A refund always has one. */
  amount?: number;
  /** The shop's ids of the items it is about; empty means the whole order. */
  itemIds: string[];
  /** ISO 4217, upper case. */
  currency?: string;
}
