/**
 * Plans of marketplaces: merchants who onboard, each in their own way, shares of orders that are sent to them and taken
 * back, and what people and machines do in between.
 */
import type { Effect } from '../../src/simulator/stripe/control.js';
import { diceOf, type Dice } from './dice.js';
import { beatsOf, change, crash, disturbance, mixed, type Move, type Plan, type PlannedOrder } from './plan.js';

/** How onboarding ends; most merchants may be paid. */
const OUTCOMES = [
  'complete',
  'complete',
  'complete',
  'complete',
  'complete',
  'more_later',
  'eventually',
  'pending',
  'restricted',
  'rejected',
] as const;
const LATER_OUTCOMES = ['complete', 'complete', 'restricted', 'past_due', 'pending', 'rejected'] as const;
const CARDS = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_bypassPending', 'pm_card_pendingRefund'];
/** Where a move leads at the PSP. */
const WAY_OF: Partial<Record<Move['do'], string>> = {
  payOut: '/v1/transfers',
  takeBack: '/v1/transfers/*/reversals',
};
const PATHS = [
  '/v1/transfers',
  '/v1/transfers',
  '/v1/transfers',
  '/v1/transfers/*/reversals',
  '/v1/transfers/*/reversals',
  '/v2/core/accounts',
  '/v2/core/account_links',
];
const EFFECTS: Effect[] = [
  'drop_before',
  'drop_after',
  'drop_after',
  'error_500',
  'error_500_after',
  'error_500_after',
  'rate_limit',
  'lock_timeout',
  'slow',
];

/** The plan of a seed. */
export function marketPlanOf(seed: number, kills = false): Plan {
  const dice = diceOf(seed);
  const merchants = dice.whole(1, 3);
  const orders = Array.from({ length: dice.pick([1, 1, 2]) }, () => orderOf(dice, merchants));
  const plan: Plan = {
    seed,
    settings: {
      businessModel: 'marketplace',
      capture: {
        mode: dice.pick(['manual', 'automatic']),
        strategy: dice.pick(['single_final', 'single_final', 'deferred_sum']),
      },
    },
    retries: dice.pick([0, 0, 0, 0, 0, 1]),
    resends: dice.chance(0.6),
    fetches: dice.chance(0.25),
    kills,
    orders,
    merchants,
    beats: [],
  };
  const arrivals = Array.from({ length: merchants }, (_, merchant) => arrival(dice, merchant));
  const lines = orders.map((order, index) => orderLine(dice, order, { order: index, merchants }));
  // Mostly the merchants are there before their orders.
  const moves = dice.chance(0.75)
    ? [...mixed(dice, arrivals), ...mixed(dice, lines)]
    : mixed(dice, [...arrivals, ...lines]);
  if (kills && !moves.some((move) => move.do === 'crash')) moves.splice(dice.whole(0, moves.length), 0, crash(dice));
  plan.beats = beatsOf(dice, moves);
  return plan;
}

function orderOf(dice: Dice, merchants: number): PlannedOrder {
  const items = Array.from({ length: dice.whole(1, 4) }, () => dice.whole(100, 9_000));
  return { items, currency: 'EUR', sellers: items.map(() => dice.whole(0, merchants - 1)) };
}

function arrival(dice: Dice, merchant: number): Move[] {
  const moves: Move[] = [];
  if (dice.chance(0.3)) moves.push(trouble(dice));
  moves.push({ do: 'onboard', merchant, times: dice.pick([1, 1, 1, 2]) });
  if (dice.chance(0.15)) moves.push({ do: 'onboard', merchant, times: 1 });
  moves.push({ do: 'account', merchant, outcome: dice.pick(OUTCOMES) });
  return moves;
}

function orderLine(dice: Dice, planned: PlannedOrder, place: { order: number; merchants: number }): Move[] {
  const { order } = place;
  const everything = planned.items.map((_, index) => index);
  const moves: Move[] = [];
  const add = (move: Move): void => {
    const path = WAY_OF[move.do];
    if (path !== undefined && dice.chance(0.3)) moves.push(trouble(dice, path));
    else if (dice.chance(0.25)) moves.push(dice.chance(0.4) ? trouble(dice) : disturbance(dice));
    moves.push(move);
  };
  add({ do: 'initialize', order, total: 'same', times: 1 });
  add({ do: 'pay', order, card: dice.pick(CARDS) });
  add({ do: 'capture', order, items: everything, amount: dice.pick(['items', 'items', 'items', 'odd']), times: 1 });
  for (let step = dice.whole(2, 9); step > 0; step -= 1) add(marketMove(dice, planned, place));
  return moves;
}

function marketMove(
  dice: Dice,
  planned: PlannedOrder,
  { order, merchants }: { order: number; merchants: number },
): Move {
  const all = planned.items.map((_, index) => index);
  const some = all.filter(() => dice.chance(0.5));
  const items = dice.chance(0.5) || some.length === 0 ? all : some;
  const times = dice.pick([1, 1, 1, 2, 3]);
  const kind = dice.whole(1, 20);
  if (kind <= 7) return { do: 'payOut', order, items, times };
  if (kind <= 10) {
    const part = dice.pick(['whole', 'whole', 'half', 'most'] as const);
    return { do: 'takeBack', order, items, part, named: dice.chance(0.3), times };
  }
  if (kind <= 12) return { do: 'askAgain', back: dice.whole(0, 3), times };
  if (kind === 13) return { do: 'reverseAtDesk', order, part: dice.chance(0.5) };
  if (kind === 14) return { do: 'account', merchant: dice.whole(0, merchants - 1), outcome: dice.pick(LATER_OUTCOMES) };
  if (kind === 15) return { do: 'wait', seconds: dice.pick([1, 3, 60, 3_600, 90_000]) };
  return change(dice, planned, order);
}

/** Something goes wrong where shares and accounts are asked for, or on this very way. */
function trouble(dice: Dice, path?: string): Move {
  if (dice.chance(0.2)) return crash(dice);
  return { do: 'fault', path: path ?? dice.pick(PATHS), effect: dice.pick(EFFECTS), times: dice.pick([1, 1, 2, 3]) };
}
