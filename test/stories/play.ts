/** Plays a plan: makes its moves beat by beat, then heals everything and lets time pass until nothing is left to do. */
import type Stripe from 'stripe';
import { make, sendAgain } from './make.js';
import { sentence, type Move } from './plan.js';
import { askStripe, note, openWork, reviveIfDead, type Stage } from './stage.js';

const LOOK_MS = 8;
/** Real time after which a world that does not come to rest is a failure: a minute at least. */
const PATIENCE_LOOKS = 7_500;
/** Rests as long as every worker but the one that fetches missed events. */
const WORKERS_REST_MS = 2_000;
/** Seconds of virtual time: first to the next askings, then past pages, leases and looks. */
const HEALING_STEPS = [1, 2, 5, 10, 20, 60, 60, 120, 600, 600, 3_600];
const HEALING_LIMIT = 60;
/** More statements than any story makes. */
const NEVER = 1e9;
const LATER_STEPS = [7_300, 25_000, 90_000];
/** Captures that wait are taken a day before their authorization ends. */
const DEADLINE_STEPS = [400_000, 60, 60];

/** Plays all of it. Throws when the world does not come to rest. */
export async function play(stage: Stage): Promise<void> {
  for (const { moves, rests } of stage.plan.beats) {
    const lines = moves.map((move) => sentence(move));
    note(stage, `- ${lines.join(' | ')}`);
    for (const move of moves.filter(isLongWait)) {
      await rest(stage);
      await silence(stage);
      await make(stage, move);
    }
    await Promise.all(moves.filter((move) => !isLongWait(move)).map((move) => make(stage, move)));
    if (rests) await rest(stage);
    await reviveIfDead(stage);
    await sendAgain(stage);
  }
  note(stage, '- heal');
  await heal(stage);
}

/**
 * A key must not grow old while its request is under way: what a dead run had on the wire ends before time leaps, as it
 * would with a process that is gone.
 */
async function silence({ world, dead }: Stage): Promise<void> {
  const runs = [...dead, ...(world.program === undefined ? [] : [world.program])];
  for (let look = 0; look < PATIENCE_LOOKS && runs.some((run) => run.onTheWire() > 0); look += 1)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function isLongWait(move: Move): boolean {
  return move.do === 'wait' && move.seconds > 3_600;
}

/** Waits until nothing is due: in the app's memory, at the PSP and in the app's tables. A dead app rests. */
export async function rest(stage: Stage): Promise<void> {
  const { world } = stage;
  // A program of its own shows less of what it does.
  const enough = stage.plan.kills ? 5 : 2;
  let calm = 0;
  let pulse = -1;
  let last = '';
  for (let look = 0; look < PATIENCE_LOOKS; look += 1) {
    const { program } = world;
    if (program === undefined || program.isDead) return;
    const busy = program.inFlight() + (await dueDeliveries(world));
    const isBeating = program.pulse() !== pulse;
    pulse = program.pulse();
    if (busy > 0 || isBeating) {
      calm = 0;
      last = `${busy} askings and deliveries`;
    } else if ((calm += 1) >= enough) {
      const { due } = await openWork(stage);
      if (due === 0 && program.pulse() === pulse && program.inFlight() === 0) return;
      last = `${due} rows due`;
      calm = 0;
      if (due > 0) program.passed(WORKERS_REST_MS);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`the world does not come to rest: ${last}`);
}

async function dueDeliveries({ control, clock }: Stage['world']): Promise<number> {
  const pending = await control.deliveries({ state: 'pending' });
  return pending.filter(({ dueAt }) => dueAt <= clock.now()).length;
}

async function heal(stage: Stage): Promise<void> {
  const { control } = stage.world;
  stage.downFor = 0;
  await control.clearFaults();
  await control.clearWebhookRules();
  await theLastDeath(stage);
  await reviveIfDead(stage);
  await sendAgain(stage);
  // What is not sent again is fetched.
  stage.world.fetches ||= !stage.plan.resends;
  await untilNothingWaits(stage);
  const deadline = stage.plan.settings.capture.strategy === 'deferred_sum' ? DEADLINE_STEPS : [];
  for (const seconds of [...LATER_STEPS, ...deadline]) await pass(stage, seconds);
  // What only time has caused (money given back after a cancel) may have to be answered as well.
  await untilNothingWaits(stage);
}

async function untilNothingWaits(stage: Stage): Promise<void> {
  for (let step = 0; step < HEALING_LIMIT; step += 1) {
    await pass(stage, HEALING_STEPS[step] ?? 60);
    await resend(stage);
    await endRefunds(stage);
    const { waiting } = await openWork(stage);
    const deliveries = await stage.world.control.deliveries({ state: 'pending' });
    if (waiting + deliveries.length === 0) return;
  }
}

/** A death that was laid and not reached is taken away; a program that has to be killed is killed here at the latest. */
async function theLastDeath({ plan, crashes, world }: Stage): Promise<void> {
  const { program } = world;
  if (program === undefined || program.isDead) return;
  if (!plan.kills || crashes > 0) return program.dieAfter(NEVER, false);
  program.die();
  await program.end();
}

async function pass(stage: Stage, seconds: number): Promise<void> {
  await silence(stage);
  await stage.world.advance(seconds);
  await rest(stage);
  if (stage.world.program?.isDead !== true) return;
  // A SIGKILL may take a moment longer than the beat it belongs to.
  await reviveIfDead(stage);
  await sendAgain(stage);
  await rest(stage);
}

/** Customers answer where their money should go, or never do; half of them each. */
async function endRefunds(stage: Stage): Promise<void> {
  const { data } = await askStripe<{ data: Stripe.Refund[] }>(stage, '/v1/refunds?limit=100');
  for (const [index, { id, status }] of data.entries()) {
    if (status !== 'requires_action') continue;
    const answers = (stage.plan.seed + index) % 2 === 0;
    await stage.world.control.action(answers ? 'give_bank_details' : 'expire_refund', { refund: id });
  }
}

/** Stripe sends again what was never accepted; a dropped one only when the plan says so. */
async function resend(stage: Stage): Promise<void> {
  const { control } = stage.world;
  const lost = await control.deliveries({ state: 'failed' });
  const dropped = stage.plan.resends ? await control.deliveries({ state: 'dropped' }) : [];
  for (const { id } of [...lost, ...dropped]) await control.resend({ delivery: id });
}
