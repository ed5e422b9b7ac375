/** The order facts a payment needs: what the customer buys and who the customer is, free of wire names. */

export interface OrderLine {
  /** The shop's id of the order item, as text; absent before the order exists. */
  id?: string;
  sku?: string;
  name: string;
  quantity: number;
  /** Minor units. */
  unitPrice: number;
}

export interface Expense {
  type?: string;
  name: string;
  quantity: number;
  /** Minor units. */
  unitPrice: number;
}

export interface Address {
  salutation?: string;
  firstName?: string;
  lastName?: string;
  address1?: string;
  address2?: string;
  address3?: string;
  zip?: string;
  city?: string;
  state?: string;
  /** ISO 3166 alpha-2. */
  country?: string;
  phone?: string;
}

/** The stored quote of a payment. */
export interface Order {
  /** Absent for a pre-order payment. */
  orderReference?: string;
  /** Minor units: what this payment is for, which may be less than the order's total. */
  grandTotal: number;
  /** ISO 4217, upper case. */
  currency: string;
  /** Normalized: lower case, blanks to hyphens. */
  paymentMethod: string;
  priceMode?: string;
  storeName?: string;
  /** The shop's locale, such as `de_DE`. */
  locale?: string;
  customerReference?: string;
  customerEmail?: string;
  discountTotal?: number;
  taxTotal?: number;
  billing: Address;
  shipping?: Address;
  lines: OrderLine[];
  expenses: Expense[];
  /** The shop's free-form data, passed to the PSP as metadata; keys are never renamed. */
  additional: Record<string, string>;
}

/** The ids of all items of the order, as the shop knows them. */
export function itemIds(order: Order): string[] {
  return order.lines.flatMap((line) => (line.id === undefined ? [] : [line.id]));
}
