/** What happens in a story, drawn from its seed before anything runs: the same seed always gives the same plan. */
import type { Effect, WebhookEffect } from '../../src/simulator/stripe/control.js';
import { diceOf, type Dice } from './dice.js';

export interface PlannedOrder {
  /** Minor units, one per item; the order's total is their sum. */
  items: number[];
}

export type Move =
  | { do: 'initialize'; order: number; total: 'same' | 'raised'; times: number }
  | { do: 'pay'; order: number; card: string }
  | { do: 'challenge'; order: number; outcome: 'succeed' | 'fail' }
  | { do: 'capture' | 'refund'; order: number; items: number[]; amount: 'items' | 'none' | 'odd'; times: number }
  | { do: 'cancel'; order: number; times: number }
  | { do: 'repeat'; back: number }
  | { do: 'dashboard'; order: number; action: 'capture' | 'refund' | 'cancel'; part: boolean }
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
  strategy: 'single_final' | 'multi' | 'deferred_sum';
  /** Repeats by Stripe's SDK itself. */
  retries: number;
  /** Whether the PSP sends dropped webhooks again in the end; otherwise only looking tells. */
  resends: boolean;
  /** Whether the app fetches missed events every hour; otherwise at its start only. */
  fetches: boolean;
  /** The app is a program of its own and is killed with SIGKILL. */
  kills: boolean;
  orders: PlannedOrder[];
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

/** The plan of a seed. */
export function planOf(seed: number, kills = false): Plan {
  const dice = diceOf(seed);
  const orders = Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, () => ({
    items: Array.from({ length: dice.whole(1, 4) }, () => dice.whole(100, 9_000)),
  }));
  const drawn = dice.pick(['single_final', 'multi'] as const);
  const plan: Plan = {
    seed,
    // One in five, beside the draw: seeds of old failures go on telling what they told.
    strategy: seed % 5 === 4 ? 'deferred_sum' : drawn,
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
  for (let at = 0; at < moves.length;) {
    const size = dice.pick([1, 1, 1, 2, 3]);
    plan.beats.push({ moves: moves.slice(at, at + size), rests: dice.chance(0.7) });
    at += size;
  }
  return plan;
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
  if (dice.chance(0.92)) for (const move of payment(dice, order)) add(move);
  for (let step = dice.whole(1, 5); step > 0; step -= 1) add(change(dice, planned, order));
  return line;
}

function payment(dice: Dice, order: number): Move[] {
  const moves: Move[] = [];
  const card = dice.pick(CARDS);
  moves.push({ do: 'pay', order, card });
  if (card.startsWith('pm_card_threeD') && dice.chance(0.85))
    moves.push({ do: 'challenge', order, outcome: dice.pick(['succeed', 'succeed', 'fail']) });
  if (!GOOD_CARDS.includes(card) && dice.chance(0.7)) moves.push({ do: 'pay', order, card: dice.pick(GOOD_CARDS) });
  return moves;
}

function change(dice: Dice, { items }: PlannedOrder, order: number): Move {
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

function disturbance(dice: Dice): Move {
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

function crash(dice: Dice): Move {
  return { do: 'crash', after: dice.whole(1, 25), onTheWay: dice.chance(0.5), down: dice.pick([0, 1, 5, 60, 900]) };
}

/** Several lines into one, each in its own order. */
function mixed(dice: Dice, lines: Move[][]): Move[] {
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
