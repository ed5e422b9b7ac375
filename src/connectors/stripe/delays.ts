/**
 * Payments whose outcome comes days after the customer has left: debits that a bank has to answer and vouchers that are
 * paid somewhere else. Tells until when the outcome is to be expected, so that nobody gives such an order up too early.
 */
import type Stripe from 'stripe';

/**
 * Business days until a bank has answered for good, the longest that Stripe names:
 * https://docs.stripe.com/payments/sepa-debit, /payments/ach-direct-debit, /payments/payment-methods/bacs-debit,
 * /payments/au-becs-debit, /payments/acss-debit and /payments/nz-bank-account.
 */
const BUSINESS_DAYS: Readonly<Record<string, number>> = {
  acss_debit: 5, au_becs_debit: 6, bacs_debit: 6, nz_bank_account: 6, sepa_debit: 14, us_bank_account: 4,
}; // prettier-ignore

/** The line that says until when the outcome is expected: a date, UTC. */
const EXPECTED = 'expectedSettlementBy';
const VOUCHER = 'Voucher';
const DAY_S = 86_400;

/** A voucher as Stripe shows it, whatever its kind. */
interface Shown {
  expires_at?: number | null;
  expires_after?: number | null;
  hosted_voucher_url?: string | null;
}

/** Whether the customer was handed a voucher, to be paid in a shop or at a bank until it expires. */
export function awaitsVoucher(intent: Stripe.PaymentIntent): boolean {
  return intent.status === 'requires_action' && voucherOf(intent) !== undefined;
}

/** Lines for people about an outcome that takes days: until when it is expected, and where the voucher is. */
export function delayDetails(intent: Stripe.PaymentIntent): Record<string, string> {
  const charge = typeof intent.latest_charge === 'string' ? undefined : (intent.latest_charge ?? undefined);
  const days = BUSINESS_DAYS[charge?.payment_method_details?.type ?? ''];
  if (charge !== undefined && days !== undefined) return { [EXPECTED]: dayAfter(charge.created, days) };
  const voucher = awaitsVoucher(intent) ? voucherOf(intent) : undefined;
  if (voucher === undefined) return {};
  const until = voucher.expires_at ?? voucher.expires_after;
  return {
    [VOUCHER]: voucher.hosted_voucher_url ?? 'handed to the customer',
    ...(typeof until === 'number' ? { [EXPECTED]: dateOf(until) } : {}),
  };
}

function voucherOf({ next_action: next }: Stripe.PaymentIntent): Shown | undefined {
  return (
    next?.multibanco_display_details ??
    next?.boleto_display_details ??
    next?.konbini_display_details ??
    next?.oxxo_display_details ??
    undefined
  );
}

/** The date so many business days later. Holidays are not known here, so it is the earliest last day. */
function dayAfter(seconds: number, businessDays: number): string {
  let at = seconds;
  for (let left = businessDays; left > 0;) {
    at += DAY_S;
    const day = new Date(at * 1000).getUTCDay();
    if (day !== 0 && day !== 6) left -= 1;
  }
  return dateOf(at);
}

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
