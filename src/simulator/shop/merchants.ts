/**
 * The merchants of the demo shop's marketplace: who they are, what they sell, and what they get of a price. Only a shop
 * that is configured as a marketplace has them; otherwise everything is its own.
 */
import type { OrderLine } from './order.js';

export interface ShopMerchant {
  /** The shop's number of the merchant. */
  reference: string;
  name: string;
  /** Products the merchant sells; everything else is the shop's own. */
  skus: readonly string[];
}

export const MERCHANTS: readonly ShopMerchant[] = [
  { reference: 'MER000001', name: 'Deichweberei Jansen', skus: ['blanket', 'raincoat'] },
  { reference: 'MER000002', name: 'Leuchtturm-Werkstatt', skus: ['lantern', 'print'] },
];

/** What the shop keeps of a price. */
export const COMMISSION_PERCENT = 10;

/** The merchant with that number; undefined for any other. */
export function findMerchant(reference: unknown): ShopMerchant | undefined {
  return MERCHANTS.find((merchant) => merchant.reference === reference);
}

/** Who sells a product on the marketplace; undefined when the shop itself does. */
export function sellerOf(sku: string): ShopMerchant | undefined {
  return MERCHANTS.find(({ skus }) => skus.includes(sku));
}

/** The lines with their sellers, as an order of a marketplace keeps them: a product may change hands later. */
export function withSellers(lines: readonly OrderLine[]): OrderLine[] {
  return lines.map((line) => {
    const seller = sellerOf(line.sku);
    return seller === undefined ? line : { ...line, merchantReference: seller.reference };
  });
}

export interface Split {
  /** Minor units the shop keeps; half a unit is rounded up. */
  commission: number;
  /** Minor units the merchant gets. */
  payout: number;
}

/** A price, split into two whole numbers that make it up again. */
export function splitOf(price: number): Split {
  const commission = Math.floor((price * COMMISSION_PERCENT + 50) / 100);
  return { commission, payout: price - commission };
}
