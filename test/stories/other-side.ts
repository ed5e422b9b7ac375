/** What is so at the PSP at the end of a story, and which of our statuses say the same. */
import type Stripe from 'stripe';
import type { PaymentFile, PaymentStatus } from '../../src/domain/payment.js';
import type { Arrived } from './evidence.js';
import type { Plan } from './plan.js';

export interface OtherSide {
  intent: Stripe.PaymentIntent;
  refunds: Stripe.Refund[];
  /** What came by bank transfer. */
  arrived: Arrived | undefined;
  endedAt: number;
}

const DAY_MS = 86_400_000;
const gone = ({ status }: Stripe.Refund): boolean => status === 'failed' || status === 'canceled';

/** What refunds took away, in minor units. */
export function givenBack(refunds: readonly Stripe.Refund[]): number {
  return refunds.filter((refund) => !gone(refund)).reduce((sum, { amount }) => sum + amount, 0);
}

/** What was sent beyond the payment, in minor units; 0 unless it is paid. */
export function surplusOf({ intent, arrived }: OtherSide): number {
  if (intent.status !== 'succeeded' || arrived === undefined) return 0;
  const charge = intent.latest_charge as Stripe.Charge | null;
  const paidByTransfer = charge?.payment_method_details?.type === 'customer_balance';
  return paidByTransfer ? arrived.total - intent.amount_received : arrived.total;
}

/** Everything the tenant has got, in minor units. */
export function takenOf(side: OtherSide): number {
  return side.intent.amount_received + surplusOf(side);
}

/** The statuses that say what is so. */
export function expectedStatuses(plan: Plan, file: PaymentFile, side: OtherSide): PaymentStatus[] {
  const { intent } = side;
  const cancelWasRefused = file.operations.some(
    ({ kind, status }) => kind === 'cancel' && (status === 'declined' || status === 'failed'),
  );
  const failed: PaymentStatus[] = ['authorization_failed', ...(cancelWasRefused ? (['canceled'] as const) : [])];
  // A reservation that is heard of only when it is gone was never news.
  const wasHeld = file.history.some(({ toStatus }) => toStatus === 'authorized');
  // Too little in time, and the rest came when the PSP took none any more.
  const told = file.history.some(({ toStatus }) => toStatus === 'underpaid') ? (['underpaid'] as const) : [];
  switch (intent.status) {
    case 'canceled':
      // A person closed what had failed already, perhaps after a debit came back: what was told first stays.
      if (intent.cancellation_reason !== 'abandoned')
        return intent.latest_charge !== null && intent.amount_received === 0 && !wasHeld
          ? ['canceled', 'authorization_failed']
          : ['canceled'];
      // Given up while the customer paid: what was told first stays.
      return intent.latest_charge === null ? failed : ['authorization_failed', 'canceled'];
    case 'requires_capture':
      return ['authorized', 'capture_failed', 'cancellation_failed'];
    case 'succeeded':
      return [paidStatus(file, side)];
    case 'requires_action':
      return isUnderpaid(plan, side) && (side.arrived?.total ?? 0) < intent.amount
        ? ['underpaid']
        : ['new', 'cancellation_failed', ...told];
    case 'requires_payment_method':
      // Money was sent, and then another way was tried in vain: nothing takes it, and enough is not too little.
      if (isUnderpaid(plan, side) && (side.arrived?.total ?? 0) < intent.amount) return ['underpaid', ...failed];
      // A debit that came back is over; anything else may be tried again.
      return intent.latest_charge === null
        ? ['new', ...failed, ...told]
        : ['new', ...failed, ...told, 'capture_failed', 'cancellation_failed'];
    default:
      return ['new', 'authorization_failed', 'capture_failed', 'cancellation_failed'];
  }
}

function paidStatus(file: PaymentFile, side: OtherSide): PaymentStatus {
  const given = givenBack(side.refunds);
  if (given === 0) return surplusOf(side) > 0 ? 'overpaid' : 'captured';
  const ids = new Set(
    file.refunds
      .filter(({ status }) => status !== 'failed' && status !== 'canceled')
      .flatMap((refund) => refund.itemIds),
  );
  const isEveryItem = file.payment.order.lines.every(({ id = '' }) => ids.has(id));
  return given >= takenOf(side) || isEveryItem ? 'refunded' : 'partially refunded';
}

function isUnderpaid({ settings }: Plan, { arrived, endedAt }: OtherSide): boolean {
  const { graceDays = 7 } = (settings['bankTransfer'] ?? {}) as { graceDays?: number };
  return arrived !== undefined && arrived.lastAt + graceDays * DAY_MS <= endedAt;
}
