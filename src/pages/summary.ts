/** The order as rows of money for the page: lines, what is added and taken off, and the total that is paid. */
import { formatMoney } from '../domain/money.js';
import type { Payment } from '../domain/payment.js';
import type { PageLocale } from './locale.js';
import { WORDS } from './texts.js';

export interface SummaryLine {
  name: string;
  /** `2 × €4.00`; absent for a single piece. */
  each?: string;
  amount: string;
}

export interface Summary {
  reference?: string;
  lines: SummaryLine[];
  /** Between lines and total: subtotal, shipping, discount, tax. `quiet` rows are no part of the sum. */
  rows: { label: string; amount: string; quiet?: boolean }[];
  total: string;
}

/** Lines shown at most; an order of thousands of lines would not be read. */
const LINES = 200;

/** Formats the stored order. The total is the payment's own amount. */
export function summaryOf(payment: Payment, locale: PageLocale): Summary {
  const { order, amount, currency } = payment;
  const words = WORDS[locale.language];
  const money = (minor: number): string => formatMoney({ minor, currency }, locale.tag);
  const lines = order.lines.slice(0, LINES).map((line): SummaryLine => ({
    name: line.name,
    ...(line.quantity === 1
      ? {}
      : { each: words.each.replace('{quantity}', String(line.quantity)).replace('{price}', money(line.unitPrice)) }),
    amount: money(line.unitPrice * line.quantity),
  }));
  const reference = payment.orderReference;
  return {
    ...(reference === undefined ? {} : { reference }),
    lines,
    rows: rowsOf(payment, { money, words }),
    total: money(amount),
  };
}

function rowsOf(
  payment: Payment,
  { money, words }: { money: (minor: number) => string; words: (typeof WORDS)['en'] },
): Summary['rows'] {
  const { order, amount } = payment;
  const subtotal = order.lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);
  const expenses = order.expenses.map(({ name, type, unitPrice, quantity }) => ({
    label: name || (type ?? ''),
    minor: unitPrice * quantity,
  }));
  const isNet = order.priceMode?.toUpperCase().startsWith('NET') === true;
  const tax = order.taxTotal ?? 0;
  const discount = order.discountTotal ?? 0;
  const added = expenses.filter(({ minor }) => minor !== 0);
  const parts = [
    ...added,
    ...(discount === 0 ? [] : [{ label: words.discount, minor: -Math.abs(discount) }]),
    ...(isNet && tax !== 0 ? [{ label: words.taxAdded, minor: tax }] : []),
  ];
  const rest = amount - subtotal - parts.reduce((sum, { minor }) => sum + minor, 0);
  // A gift card or a split payment: the rows must add up to what is paid.
  if (rest !== 0 && subtotal !== 0) parts.push({ label: words.adjustment, minor: rest });
  const rows = parts.map(({ label, minor }) => ({ label, amount: money(minor) }));
  const included = !isNet && tax !== 0 ? [{ label: words.taxIncluded, amount: money(tax), quiet: true }] : [];
  const first = rows.length > 0 && subtotal !== 0 ? [{ label: words.subtotal, amount: money(subtotal) }] : [];
  return [...first, ...rows, ...included];
}
