/** The buttons of a payment: what a customer, a bank, a card network or a person in the dashboard could do to it. */
import type { ActionName } from '../control/action.js';
import type { ActionParams } from '../control/actions.js';
import type { PaymentRecord } from './console-record.js';

export interface Button<Subject> {
  /** Unique in its list; what the form sends. */
  id: string;
  label: string;
  /** Who does this and what follows, in one sentence. */
  hint: string;
  look?: 'primary' | 'danger';
  /** The action of the control plane it stands for. */
  action: ActionName;
  params(subject: Subject): ActionParams;
  /** Minor units that stand in the field; no field without it. */
  amount?(subject: Subject): number;
  /** A box to tick that adds these parameters. */
  tick?: { label: string; params: ActionParams; offered(subject: Subject): boolean };
  offered(subject: Subject): boolean;
}

type PaymentButton = Button<PaymentRecord>;

const ofIntent = ({ intent }: PaymentRecord): ActionParams => ({ payment_intent: intent.id });
const withOutcome =
  (outcome: string) =>
  (record: PaymentRecord): ActionParams => ({ ...ofIntent(record), outcome });

const isHeld = ({ intent }: PaymentRecord): boolean => intent.status === 'requires_capture';
const waits = ({ challenge }: PaymentRecord): boolean => challenge !== null;
const isCard = ({ method }: PaymentRecord): boolean => method === 'card';
const isDebited = ({ charges, intent }: PaymentRecord): boolean =>
  intent.status === 'processing' && charges[0]?.status === 'pending';
/** Money of it is held or taken, and not given back. */
const isLive = ({ charges, intent, refunded }: PaymentRecord): boolean =>
  charges[0]?.status === 'succeeded' && (intent.amount_capturable > 0 || intent.amount_received > refunded);
const openDispute = ({ disputes }: PaymentRecord) =>
  disputes.find(({ status }) => status !== 'won' && status !== 'lost' && status !== 'warning_closed');

/** What the customer decides on a page of a bank or of a payment method. */
const CUSTOMER: readonly PaymentButton[] = [
  {
    id: 'challenge_passed',
    label: 'Approve 3-D Secure',
    hint: 'The customer passes the bank’s check.',
    look: 'primary',
    action: '3ds',
    params: withOutcome('succeed'),
    offered: (record) => waits(record) && isCard(record),
  },
  {
    id: 'challenge_failed',
    label: 'Fail 3-D Secure',
    hint: 'The customer does not pass the bank’s check.',
    action: '3ds',
    params: withOutcome('fail'),
    offered: (record) => waits(record) && isCard(record),
  },
  {
    id: 'redirect_passed',
    label: 'Confirm the payment',
    hint: 'The customer agrees on the page of the payment method.',
    look: 'primary',
    action: 'redirect',
    params: withOutcome('succeed'),
    offered: (record) => waits(record) && !isCard(record),
  },
  {
    id: 'redirect_failed',
    label: 'Refuse the payment',
    hint: 'The customer does not agree on the page of the payment method.',
    action: 'redirect',
    params: withOutcome('fail'),
    offered: (record) => waits(record) && !isCard(record),
  },
];

/** What banks do with debits and transfers. */
const BANK: readonly PaymentButton[] = [
  {
    id: 'transfer',
    label: 'Money arrives',
    hint: 'The customer sends this much by bank transfer: exactly what is missing, less, or more.',
    look: 'primary',
    action: 'fund_cash_balance',
    params: ofIntent,
    amount: ({ intent, remaining }) => (remaining > 0 ? remaining : intent.amount),
    tick: { label: 'The bank does not say who sent it', params: { sender: 'unknown' }, offered: () => true },
    offered: ({ method, intent }) => method === 'customer_balance' && intent.customer !== null,
  },
  {
    id: 'debit_settled',
    label: 'Settle the debit',
    hint: 'The bank carries out the debit: the money arrives.',
    look: 'primary',
    action: 'settle_debit',
    params: withOutcome('succeed'),
    offered: isDebited,
  },
  {
    id: 'debit_refused',
    label: 'Refuse the debit',
    hint: 'The bank sends the debit back: nothing is paid.',
    look: 'danger',
    action: 'settle_debit',
    params: withOutcome('fail'),
    offered: isDebited,
  },
];

/** What a person in Stripe’s dashboard does. */
const DASHBOARD: readonly PaymentButton[] = [
  {
    id: 'capture',
    label: 'Capture',
    hint: 'Takes the authorized money; what is left is released.',
    look: 'primary',
    action: 'capture',
    params: ofIntent,
    amount: ({ intent }) => intent.amount_capturable,
    tick: {
      label: 'Keep the rest authorized',
      params: { final_capture: false },
      offered: ({ charges }) => charges[0]?.payment_method_details?.card?.multicapture?.status === 'available',
    },
    offered: isHeld,
  },
  {
    id: 'refund',
    label: 'Refund',
    hint: 'Gives captured money back, all or a part.',
    action: 'refund',
    params: ofIntent,
    amount: ({ intent, refunded }) => intent.amount_received - refunded,
    offered: ({ intent, refunded }) => intent.amount_received > refunded,
  },
  {
    id: 'expire',
    label: 'Expire authorization',
    hint: 'The bank’s time is over: the money is released and the payment canceled.',
    action: 'expire_authorization',
    params: ofIntent,
    offered: isHeld,
  },
  {
    id: 'cancel',
    label: 'Cancel payment',
    hint: 'Nothing more is taken; authorized money is released.',
    look: 'danger',
    action: 'cancel',
    params: ofIntent,
    offered: ({ intent }) => !['succeeded', 'canceled', 'processing'].includes(intent.status),
  },
];

/** What makes a payment doubtful: disputes, warnings of card networks, reviews. */
const DOUBT: readonly PaymentButton[] = [
  {
    id: 'dispute_opened',
    label: 'Dispute the payment',
    hint: 'The customer’s bank claims the money back. A SEPA debit is lost at once.',
    look: 'danger',
    action: 'open_dispute',
    params: ofIntent,
    offered: ({ charges, intent, refunded }) => charges[0]?.disputed === false && intent.amount_received > refunded,
  },
  {
    id: 'dispute_won',
    label: 'Win the dispute',
    hint: 'The bank decides for the merchant: the money comes back.',
    look: 'primary',
    action: 'close_dispute',
    params: (record) => ({ dispute: openDispute(record)?.id ?? '', outcome: 'won' }),
    offered: (record) => openDispute(record) !== undefined,
  },
  {
    id: 'dispute_lost',
    label: 'Lose the dispute',
    hint: 'The bank decides for the customer: the money stays away.',
    look: 'danger',
    action: 'close_dispute',
    params: (record) => ({ dispute: openDispute(record)?.id ?? '', outcome: 'lost' }),
    offered: (record) => openDispute(record) !== undefined,
  },
  {
    id: 'fraud_warned',
    label: 'Warn of fraud',
    hint: 'The card network suspects fraud; nothing moves yet.',
    action: 'early_fraud_warning',
    params: ofIntent,
    offered: (record) => isCard(record) && isLive(record),
  },
  {
    id: 'review_opened',
    label: 'Open a review',
    hint: 'A person should look at this payment.',
    action: 'open_review',
    params: ofIntent,
    offered: (record) => isLive(record) && record.review === null,
  },
  {
    id: 'review_closed',
    label: 'Close the review',
    hint: 'Somebody looked at the payment and found it good.',
    action: 'close_review',
    params: ({ review }) => ({ review: review?.id ?? '' }),
    offered: ({ review }) => review !== null,
  },
];

/** What can be done to a payment. Another payment method adds its own here, one entry each. */
export const PAYMENT_BUTTONS: readonly PaymentButton[] = [...CUSTOMER, ...BANK, ...DASHBOARD, ...DOUBT];
