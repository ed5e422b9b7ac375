/** What happens in a story, drawn from its seed before anything runs: the same seed always gives the same plan. */
import type { Effect, WebhookEffect } from '../../src/simulator/stripe/control.js';
import type { AccountAction } from '../../src/simulator/stripe/control/action.js';
import { diceOf, type Dice } from './dice.js';

export interface PlannedOrder {
  /** Minor units, one per item; the order's total is their sum. */
  items: number[];
  currency: string;
  /** In marketplaces: who sells each item, as a place among the merchants. */
  sellers?: number[];
}

/** What becomes of the latest refund. */
export type RefundEnd = 'bounce_refund' | 'settle_refund' | 'expire_refund' | 'give_bank_details';
/** What must not move a status. */
export type Alarm = 'open_dispute' | 'close_dispute' | 'early_fraud_warning' | 'open_review' | 'close_review';

/** Of the items, nothing said, a third of it, a tenth more, twice as much. */
export type CommandAmount = 'items' | 'none' | 'odd' | 'over' | 'far over';

/** How much of an item's share is taken back. */
export type SharePart = 'whole' | 'half' | 'most';

export type Move =
  | { do: 'initialize'; order: number; total: 'same' | 'raised'; times: number }
  | { do: 'pay'; order: number; card: string }
  | { do: 'challenge'; order: number; outcome: 'succeed' | 'fail' }
  | { do: 'capture' | 'refund'; order: number; items: number[]; amount: CommandAmount; times: number }
  | { do: 'cancel'; order: number; times: number }
  | { do: 'repeat'; back: number }
  | { do: 'dashboard'; order: number; action: 'capture' | 'refund' | 'cancel'; part: boolean }
  | { do: 'redirect'; order: number; outcome: 'succeed' | 'fail' }
  | { do: 'debit'; order: number; outcome: 'succeed' | 'fail' }
  | { do: 'fund'; order: number; percent: number | 'rest'; sender: 'known' | 'unknown' }
  | { do: 'refundEnd'; order: number; action: RefundEnd }
  | { do: 'alarm'; order: number; action: Alarm; outcome: 'won' | 'lost' }
  | { do: 'expire'; order: number }
  | { do: 'onboard'; merchant: number; times: number }
  | { do: 'account'; merchant: number; outcome: AccountAction }
  | { do: 'payOut'; order: number; items: number[]; times: number }
  | { do: 'takeBack'; order: number; items: number[]; part: SharePart; named: boolean; times: number }
  | { do: 'askAgain'; back: number; times: number }
  | { do: 'reverseAtDesk'; order: number; part: boolean }
  | { do: 'fault'; path: string; effect: Effect; times: number }
  | { do: 'webhooks'; effect: WebhookEffect; times: number; delaySeconds: number }
  | { do: 'crash'; after: number; onTheWay: boolean; down: number }
  | { do: 'wait'; seconds: number };

/** Moves that are made at once; `rests`: what they cause is waited for before the next beat. */
export interface Beat {
  moves: Move[];
  rests: boolean;
}

export interface Plan {
  seed: number;
  /** Laid over the tenant's settings. */
  settings: { capture: { mode: string; strategy: string; overcapture?: boolean } } & Record<string, unknown>;
  /** Repeats by Stripe's SDK itself. */
  retries: number;
  /** Whether the PSP sends dropped webhooks again in the end; otherwise they are fetched. */
  resends: boolean;
  /** Whether the app fetches missed events every hour from the beginning; otherwise at its start, and in the end. */
  fetches: boolean;
  /** The app is a program of its own and is killed with SIGKILL. */
  kills: boolean;
  orders: PlannedOrder[];
  /** How many merchants sell; absent: the shop itself. */
  merchants?: number;
  beats: Beat[];
}

const CARDS = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecureRequiredChargeDeclined',
  'pm_card_pendingRefund',
  'pm_card_refundFail',
  'pm_sim_multicapture_unavailable',
  'pm_sim_short_authorization',
];
const GOOD_CARDS = ['pm_card_visa', 'pm_card_pendingRefund', 'pm_card_refundFail', 'pm_sim_multicapture_unavailable'];
const PATHS = [
  '/v1/payment_intents',
  '/v1/payment_intents/*',
  '/v1/payment_intents/*/capture',
  '/v1/payment_intents/*/capture',
  '/v1/payment_intents/*/cancel',
  '/v1/refunds',
  '/v1/refunds',
  '/v1/webhook_endpoints',
];
const EFFECTS: Effect[] = [
  'drop_before',
  'drop_after',
  'drop_after',
  'error_500',
  'error_500_after',
  'error_503',
  'rate_limit',
  'lock_timeout',
  'conflict',
  'truncated',
  'hang',
  'slow',
];
const WEBHOOK_EFFECTS: WebhookEffect[] = [
  'duplicate',
  'twin',
  'reorder',
  'delay',
  'drop',
  'corrupt_signature',
  'stale',
  'wrong_mode',
  'before_response',
];
const WAITS = [1, 1, 3, 3, 10, 60, 600, 3_600, 10_800, 79_200, 90_000, 691_200];

const FETCH_SALT = 0x5eed;

/** The plan of a seed, of cards only. */
export function cardPlanOf(seed: number, kills = false): Plan {
  const dice = diceOf(seed);
  const orders = Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, () => ({
    items: Array.from({ length: dice.whole(1, 4) }, () => dice.whole(100, 9_000)),
    currency: 'EUR',
  }));
  const drawn = dice.pick(['single_final', 'multi'] as const);
  const plan: Plan = {
    seed,
    // One in five, beside the draw: seeds of old failures go on telling what they told.
    settings: { capture: { mode: 'manual', strategy: seed % 5 === 4 ? 'deferred_sum' : drawn } },
    retries: dice.pick([0, 0, 0, 0, 0, 1]),
    resends: dice.chance(0.6),
    // Thrown by itself, so that the seeds kept keep their plans.
    fetches: diceOf(seed ^ FETCH_SALT).chance(0.25),
    kills,
    orders,
    beats: [],
  };
  const lines = orders.map((order, index) => orderLine(dice, order, index));
  const moves = mixed(dice, lines);
  if (kills && !moves.some((move) => move.do === 'crash')) moves.splice(dice.whole(0, moves.length), 0, crash(dice));
  plan.beats = beatsOf(dice, moves);
  return plan;
}

/** Moves into beats. */
export function beatsOf(dice: Dice, moves: Move[]): Beat[] {
  const beats: Beat[] = [];
  for (let at = 0; at < moves.length;) {
    const size = dice.pick([1, 1, 1, 2, 3]);
    beats.push({ moves: moves.slice(at, at + size), rests: dice.chance(0.7) });
    at += size;
  }
  return beats;
}

/** One order's own life, with disturbances between its steps. */
function orderLine(dice: Dice, planned: PlannedOrder, order: number): Move[] {
  const line: Move[] = [];
  const add = (move: Move): void => {
    if (dice.chance(0.35)) line.push(disturbance(dice));
    line.push(move);
  };
  add({ do: 'initialize', order, total: 'same', times: dice.pick([1, 1, 1, 2, 3]) });
  if (dice.chance(0.2)) add({ do: 'initialize', order, total: dice.pick(['same', 'raised']), times: 1 });
  if (dice.chance(0.92)) for (const move of cardPayment(dice, order)) add(move);
  for (let step = dice.whole(1, 5); step > 0; step -= 1) add(change(dice, planned, order));
  return line;
}

/** A customer with a card, who may need a second try. */
export function cardPayment(dice: Dice, order: number): Move[] {
  const moves: Move[] = [];
  const card = dice.pick(CARDS);
  moves.push({ do: 'pay', order, card });
  if (card.startsWith('pm_card_threeD') && dice.chance(0.85))
    moves.push({ do: 'challenge', order, outcome: dice.pick(['succeed', 'succeed', 'fail']) });
  if (!GOOD_CARDS.includes(card) && dice.chance(0.7)) moves.push({ do: 'pay', order, card: dice.pick(GOOD_CARDS) });
  return moves;
}

export function change(dice: Dice, { items }: PlannedOrder, order: number): Move {
  const some = items.map((_, index) => index).filter(() => dice.chance(0.5));
  const chosen = dice.chance(0.5) || some.length === 0 ? items.map((_, index) => index) : some;
  const times = dice.pick([1, 1, 1, 1, 2]);
  const amount = dice.pick(['items', 'items', 'items', 'none', 'odd'] as const);
  const kind = dice.whole(1, 20);
  if (kind <= 7) return { do: 'capture', order, items: chosen, amount, times };
  if (kind <= 12) return { do: 'refund', order, items: chosen, amount, times };
  if (kind <= 14) return { do: 'cancel', order, times };
  if (kind <= 16) return { do: 'repeat', back: dice.whole(0, 3) };
  if (kind === 17) return { do: 'initialize', order, total: dice.pick(['same', 'raised']), times: 1 };
  return {
    do: 'dashboard',
    order,
    action: dice.pick(['capture', 'refund', 'refund', 'cancel']),
    part: dice.chance(0.5),
  };
}

export function disturbance(dice: Dice): Move {
  const kind = dice.whole(1, 10);
  if (kind <= 3)
    return { do: 'fault', path: dice.pick(PATHS), effect: dice.pick(EFFECTS), times: dice.pick([1, 1, 2, 3]) };
  if (kind <= 6)
    return {
      do: 'webhooks',
      effect: dice.pick(WEBHOOK_EFFECTS),
      times: dice.whole(1, 3),
      delaySeconds: dice.pick([2, 30, 900]),
    };
  if (kind <= 8) return crash(dice);
  return { do: 'wait', seconds: dice.pick(WAITS) };
}

export function crash(dice: Dice): Move {
  return { do: 'crash', after: dice.whole(1, 25), onTheWay: dice.chance(0.5), down: dice.pick([0, 1, 5, 60, 900]) };
}

/** Several lines into one, each in its own order. */
export function mixed(dice: Dice, lines: Move[][]): Move[] {
  const left = lines.map((line) => [...line]);
  const all: Move[] = [];
  while (left.some((line) => line.length > 0)) {
    const line = dice.pick(left.filter(({ length }) => length > 0));
    const move = line.shift();
    if (move !== undefined) all.push(move);
  }
  return all;
}

/** A move in one line, for people. */
export function sentence(move: Move): string {
  const { do: verb, ...rest } = move;
  return `${verb} ${Object.entries(rest)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join()}]` : value}`)
    .join(' ')}`;
}
