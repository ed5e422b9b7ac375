/** Whatever is sent and taken back in whatever order: no money is made or lost between a platform and its merchants. */
import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bench } from './support/bench.js';
import { startBench } from './support/bench.js';
import { chargeOf, moneyOf, openAccount } from './support/merchants.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ seed: 28 });
  await bench.control.freeze();
});
afterAll(() => bench.close());

const amount = fc.oneof(fc.integer({ min: 50, max: 900 }), fc.integer({ min: 50, max: 5000 }));
const which = fc.nat({ max: 2 });
const step = fc.oneof(
  fc.record({ verb: fc.constant('charge' as const), amount, available: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constant('send' as const), amount, which, from: fc.option(which, { nil: null }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant('reverse' as const),
      which: fc.nat({ max: 5 }),
      amount: fc.option(amount, { nil: null }),
      atDesk: fc.boolean(),
    }),
  },
  fc.record({ verb: fc.constant('refund' as const), which, amount }),
  fc.record({ verb: fc.constant('payout' as const), which }),
  fc.record({ verb: fc.constant('forbid' as const), which, forbidden: fc.boolean() }),
  fc.record({ verb: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface World {
  stripe: Stripe;
  merchants: string[];
  charges: string[];
  transfers: string[];
  /** What has to be on all accounts together. */
  expected: number;
}

const pick = <T>(rows: readonly T[], index: number): T | undefined => rows[index % Math.max(rows.length, 1)];

/** Does one step and says by how much the money of all accounts together changed. */
async function perform(world: World, step: Step): Promise<number> {
  const { stripe, merchants, charges, transfers } = world;
  switch (step.verb) {
    case 'charge':
      charges.push(await chargeOf(stripe, step.amount, { available: step.available }));
      return step.amount - Math.min(step.amount, Math.round(step.amount * 0.015) + 25);
    case 'send':
      transfers.push(await send(world, step));
      return 0;
    case 'reverse': {
      const transfer = pick(transfers, step.which) ?? 'tr_none';
      const part = step.amount === null ? {} : { amount: step.amount };
      if (step.atDesk) await bench.control.action('transfer-reverse', { transfer, ...part });
      else await stripe.transfers.createReversal(transfer, part);
      return 0;
    }
    case 'refund':
      await stripe.refunds.create({ charge: pick(charges, step.which) ?? 'ch_none', amount: step.amount });
      return -step.amount;
    case 'payout':
      return (await bench.control.action('account_payout', { account: merchants[step.which] ?? '' })).amount as number;
    case 'forbid':
      await bench.control.settings({ account: merchants[step.which] ?? '', refuse_negative_balances: step.forbidden });
      return 0;
    case 'wait':
      await bench.control.advance(step.hours * 3600);
      return 0;
  }
}

async function send({ stripe, merchants, charges }: World, step: Extract<Step, { verb: 'send' }>): Promise<string> {
  const charge = step.from === null ? undefined : (pick(charges, step.from) ?? 'ch_none');
  const { id } = await stripe.transfers.create({
    amount: step.amount,
    currency: 'eur',
    destination: merchants[step.which] ?? '',
    ...(charge === undefined ? {} : { source_transaction: charge }),
  });
  if (charge === undefined) expect((await moneyOf(stripe)).available).toBeGreaterThanOrEqual(0);
  return id;
}

/** Every account's balance is the sum of its movements; all of them together hold what came in and did not go out. */
async function checkBalances({ stripe, merchants, expected }: World): Promise<void> {
  let all = 0;
  for (const account of [undefined, ...merchants]) {
    const options = account === undefined ? {} : { stripeAccount: account };
    const moves = await stripe.balanceTransactions.list({ limit: 100 }, options).autoPagingToArray({ limit: 1000 });
    const { available, pending } = await moneyOf(stripe, account);
    expect(available + pending).toBe(moves.reduce((sum, move) => sum + move.net, 0));
    all += available + pending;
  }
  expect(all).toBe(expected);
}

/** Nothing is sent or taken back twice: not more than the charge, not more than the transfer. */
async function checkTransfers({ stripe, charges }: World): Promise<void> {
  const transfers = await stripe.transfers.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  for (const transfer of transfers) {
    const back = await stripe.transfers.listReversals(transfer.id, { limit: 100 }).autoPagingToArray({ limit: 1000 });
    expect(transfer.amount_reversed).toBe(back.reduce((sum, reversal) => sum + reversal.amount, 0));
    expect(transfer.amount_reversed).toBeLessThanOrEqual(transfer.amount);
    expect(transfer.reversed).toBe(transfer.amount_reversed === transfer.amount);
  }
  for (const id of charges) {
    const sent = transfers
      .filter((transfer) => transfer.source_transaction === id)
      .reduce((sum, transfer) => sum + transfer.amount - transfer.amount_reversed, 0);
    expect(sent).toBeLessThanOrEqual((await stripe.charges.retrieve(id)).amount_captured);
  }
}

it('random transfers and reversals keep every balance', async () => {
  let run = 0;
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
      const stripe = bench.sdk(`ledger${(run += 1)}`);
      const merchants = [];
      for (const country of ['DE', 'AT', 'FR']) merchants.push(await openAccount(stripe, bench.control, { country }));
      const world: World = { stripe, merchants, charges: [], transfers: [], expected: 0 };
      for (const next of [{ verb: 'charge', amount: 3000, available: true } as const, ...steps]) {
        try {
          world.expected += await perform(world, next);
        } catch (error) {
          if (error instanceof Error && 'statusCode' in error) expect(error.statusCode).toBeLessThan(500);
          else if (error instanceof Error) expect(error.message).toMatch(/ 40\d /);
        }
      }
      sent += world.transfers.length;
      await checkBalances(world);
      await checkTransfers(world);
    }),
    { numRuns: 60 },
  );
  expect(sent).toBeGreaterThan(50);
}, 120_000);
