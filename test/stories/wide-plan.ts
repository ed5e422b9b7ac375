/**
 * Plans beyond cards: debits that a bank answers days later, transfers of too little and too much, pages of other
 * methods, money taken at once, and what people and banks do behind everybody's back.
 */
import { diceOf, type Dice } from './dice.js';
import {
  beatsOf,
  cardPayment,
  change,
  crash,
  disturbance,
  mixed,
  type Move,
  type Plan,
  type PlannedOrder,
} from './plan.js';

type Way = 'over' | 'card' | 'sepa' | 'ach' | 'transfer' | 'redirect';

const WAYS: Way[] = ['card', 'sepa', 'sepa', 'ach', 'transfer', 'transfer', 'transfer', 'redirect', 'redirect'];
const SEPA = ['success', 'success', 'failure', 'slow_success', 'slow_failure', 'dispute'].map(
  (id) => `pm_sim_sepa_${id}`,
);
const ACH = ['success', 'success', 'insufficientFunds', 'accountClosed'].map((id) => `pm_usBankAccount_${id}`);
const PAGES = ['pm_sim_paypal', 'pm_sim_klarna', 'pm_sim_ideal'];
const GRACE_DAYS = [1, 7];
const DAY = 86_400;

/** The plan of a seed. */
export function widePlanOf(seed: number, kills = false): Plan {
  const dice = diceOf(seed);
  const drawn = dice.pick(WAYS);
  // Beside the draw, as is the capture that waits: seeds of old failures go on telling what they told.
  const way = seed % 11 === 6 ? 'over' : drawn;
  const orders = Array.from({ length: dice.pick([1, 1, 1, 2]) }, () => ({
    items: Array.from({ length: dice.whole(1, 4) }, () => dice.whole(100, 9_000)),
    currency: way === 'ach' ? 'USD' : 'EUR',
  }));
  const offersTransfer = way === 'transfer' || dice.chance(0.15);
  const plan: Plan = {
    seed,
    settings: {
      capture: {
        mode: dice.pick(['manual', 'manual', 'automatic']),
        strategy: seed % 11 === 5 ? 'deferred_sum' : dice.pick(['single_final', 'multi']),
        overcapture: way === 'over',
      },
      ...(offersTransfer ? { bankTransfer: { country: 'DE', graceDays: dice.pick(GRACE_DAYS) } } : {}),
      ...(dice.chance(0.5) ? { cancel: { captured: 'reverse' } } : {}),
    },
    retries: dice.pick([0, 0, 0, 0, 0, 1]),
    resends: dice.chance(0.6),
    fetches: dice.chance(0.25),
    kills,
    orders,
    beats: [],
  };
  const moves = mixed(
    dice,
    orders.map((order, index) => orderLine(dice, order, { order: index, way, offersTransfer })),
  );
  if (kills && !moves.some((move) => move.do === 'crash')) moves.splice(dice.whole(0, moves.length), 0, crash(dice));
  plan.beats = beatsOf(dice, moves);
  return plan;
}

interface Line {
  order: number;
  way: Way;
  offersTransfer: boolean;
}

function orderLine(dice: Dice, planned: PlannedOrder, line: Line): Move[] {
  const { order, way } = line;
  const moves: Move[] = [];
  const add = (move: Move): void => {
    if (dice.chance(0.25)) moves.push(disturbance(dice));
    moves.push(move);
  };
  add({ do: 'initialize', order, total: 'same', times: dice.pick([1, 1, 1, 2]) });
  for (const move of payment(dice, order, way)) add(move);
  // Some try another way when the first was refused, or pay twice.
  if (dice.chance(0.25)) for (const move of payment(dice, order, dice.pick(WAYS))) add(move);
  if (way === 'over') {
    const items = planned.items.map((_, index) => index);
    add({ do: 'capture', order, items, amount: dice.pick(['over', 'over', 'far over']), times: 1 });
  }
  for (let step = dice.whole(1, 6); step > 0; step -= 1)
    add(dice.chance(0.5) ? change(dice, planned, order) : happening(dice, line));
  return moves;
}

function payment(dice: Dice, order: number, way: Way): Move[] {
  switch (way) {
    case 'card':
      return cardPayment(dice, order);
    case 'over':
      return [{ do: 'pay', order, card: 'pm_sim_overcapture' }];
    case 'sepa':
    case 'ach': {
      const moves: Move[] = [{ do: 'pay', order, card: dice.pick(way === 'sepa' ? SEPA : ACH) }];
      if (dice.chance(0.5)) moves.push({ do: 'wait', seconds: dice.pick([1, 3, 200]) });
      else if (dice.chance(0.5)) moves.push({ do: 'debit', order, outcome: dice.pick(['succeed', 'fail']) });
      return moves;
    }
    case 'transfer': {
      const moves: Move[] = [{ do: 'pay', order, card: 'pm_sim_bank_transfer' }];
      for (let sent = dice.pick([0, 1, 1, 2, 2, 3]); sent > 0; sent -= 1) {
        moves.push(fund(dice, order));
        if (dice.chance(0.3)) moves.push({ do: 'wait', seconds: dice.pick([60, DAY / 2, 2 * DAY, 8 * DAY]) });
      }
      return moves;
    }
    case 'redirect': {
      const moves: Move[] = [{ do: 'pay', order, card: dice.pick(PAGES) }];
      if (dice.chance(0.9))
        moves.push({ do: 'redirect', order, outcome: dice.pick(['succeed', 'succeed', 'succeed', 'fail']) });
      return moves;
    }
  }
}

/** In hundredths of the order; `rest` is what is missing. */
function fund(dice: Dice, order: number): Move {
  const percent = dice.pick([100, 40, 60, 30, 125, 'rest', 'rest'] as const);
  return { do: 'fund', order, percent, sender: dice.pick(['known', 'known', 'unknown']) };
}

/** What nobody commands. */
function happening(dice: Dice, { order, way, offersTransfer }: Line): Move {
  const kind = dice.whole(1, 10);
  if (kind <= 2 && offersTransfer) return fund(dice, order);
  if (kind <= 2) return { do: 'debit', order, outcome: dice.pick(['succeed', 'fail']) };
  if (kind <= 4)
    return {
      do: 'refundEnd',
      order,
      action: dice.pick(['bounce_refund', 'bounce_refund', 'settle_refund', 'expire_refund', 'give_bank_details']),
    };
  if (kind <= 7)
    return {
      do: 'alarm',
      order,
      action: dice.pick(['open_dispute', 'close_dispute', 'early_fraud_warning', 'open_review', 'close_review']),
      outcome: dice.pick(['won', 'lost']),
    };
  if (kind === 8) return { do: 'expire', order };
  if (kind === 9) return { do: 'wait', seconds: dice.pick([3, 3, 200, 3_600, DAY, 8 * DAY]) };
  return way === 'redirect' ? { do: 'redirect', order, outcome: 'succeed' } : fund(dice, order);
}
