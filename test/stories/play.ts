/** Plays a plan: makes its moves beat by beat, then heals everything and lets time pass until nothing is left to do. */
import type { ActionName, ControlActions } from '../../src/simulator/stripe/control.js';
import { sentence, type Move } from './plan.js';
import { askStripe, fileOf, note, openWork, reviveIfDead, theProgram, type Stage } from './stage.js';
import type { SentCommand } from './program.js';

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
      // A key must not grow old while its request is under way.
      await rest(stage);
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

function isLongWait(move: Move): boolean {
  return move.do === 'wait' && move.seconds > 3_600;
}

async function make(stage: Stage, move: Move): Promise<void> {
  const { control } = stage.world;
  switch (move.do) {
    case 'initialize':
      return initialize(stage, move);
    case 'pay':
      return pay(stage, move.order, move.card);
    case 'challenge':
      return action(stage, move.order, '3ds', { outcome: move.outcome });
    case 'capture':
    case 'refund':
      return order(stage, move);
    case 'cancel': {
      const sent = commandOf(stage, { kind: 'cancel', orderReference: referenceOf(stage, move.order), itemIds: [] });
      return send(stage, sent, move.times);
    }
    case 'repeat': {
      const known = stage.commands.at(-1 - move.back);
      return known === undefined ? undefined : send(stage, known.sent, 1);
    }
    case 'dashboard':
      return dashboard(stage, move);
    case 'fault':
      await control.addFault({
        match: { method: 'POST', path: move.path },
        effect: move.effect,
        times: move.times,
        delayMs: 300,
      });
      return;
    case 'webhooks':
      await control.addWebhookRule({ effect: move.effect, times: move.times, delaySeconds: move.delaySeconds });
      return;
    case 'crash':
      stage.downFor = move.down;
      theProgram(stage).dieAfter(move.after, move.onTheWay);
      return;
    case 'wait':
      return stage.world.advance(move.seconds);
  }
}

async function initialize(stage: Stage, move: Extract<Move, { do: 'initialize' }>): Promise<void> {
  const known = stage.orders[move.order]!;
  const wanted = move.total === 'same' ? known : { ...known, grandTotal: known.grandTotal + 250 };
  const once = async (): Promise<void> => {
    try {
      await theProgram(stage).initialize(stage.tenantId, wanted);
    } catch (error) {
      note(stage, `  initialize: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await Promise.all(Array.from({ length: move.times }, once));
}

async function pay(stage: Stage, order: number, card: string): Promise<void> {
  const id = await transactionOf(stage, order);
  if (id === undefined) return;
  const answer = await askStripe<{ status?: string; error?: { message: string } }>(
    stage,
    `/v1/payment_intents/${id}/confirm`,
    { payment_method: card, return_url: 'https://shop.example/return' },
  );
  note(stage, `  paid ${id}: ${answer.status ?? answer.error?.message ?? ''}`);
}

async function order(stage: Stage, move: Extract<Move, { do: 'capture' | 'refund' }>): Promise<void> {
  const { lines, orderReference = '' } = stage.orders[move.order]!;
  const chosen = move.items.flatMap((index) => lines[index] ?? []);
  const sum = chosen.reduce((total, { unitPrice }) => total + unitPrice, 0);
  const amount = { items: sum, odd: Math.max(1, Math.floor(sum / 3)), none: undefined }[move.amount];
  const sent = commandOf(stage, {
    kind: move.do,
    orderReference,
    itemIds: chosen.map(({ id }) => id ?? ''),
    currency: 'EUR',
    ...(amount === undefined ? {} : { amount }),
  });
  await send(stage, sent, move.times);
}

function commandOf(stage: Stage, command: SentCommand['command']): SentCommand {
  const number = stage.commands.length + 1;
  const sent = {
    tenantId: stage.tenantId,
    command,
    identity: `${stage.tenantId}:${number}`,
    correlationId: `${stage.tenantId}-${number}`,
  };
  stage.commands.push({ sent, times: 0 });
  return sent;
}

/** A shop keeps a command until it is acknowledged. */
async function send(stage: Stage, sent: SentCommand, times: number): Promise<void> {
  const known = stage.commands.find((other) => other.sent === sent);
  const once = async (): Promise<void> => {
    if (known !== undefined) known.times += 1;
    try {
      await theProgram(stage).command(sent);
    } catch {
      stage.unsent.push(sent);
    }
  };
  await Promise.all(Array.from({ length: times }, once));
}

async function sendAgain(stage: Stage): Promise<void> {
  for (const sent of stage.unsent.splice(0)) await send(stage, sent, 1);
}

async function dashboard(stage: Stage, move: Extract<Move, { do: 'dashboard' }>): Promise<void> {
  const { grandTotal } = stage.orders[move.order]!;
  const part = move.part && move.action !== 'cancel' ? { amount: Math.floor(grandTotal / 4) || 1 } : {};
  await action(stage, move.order, move.action, part);
}

async function action(stage: Stage, order: number, name: ActionName, more: object): Promise<void> {
  const id = await transactionOf(stage, order);
  if (id === undefined) return;
  const parameters = { payment_intent: id, ...more } as ControlActions[ActionName];
  const what = await stage.world.control.action(name, parameters).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  note(stage, `  ${name} at the PSP: ${what ?? 'done'}`);
}

function referenceOf(stage: Stage, order: number): string {
  return stage.orders[order]!.orderReference ?? '';
}

async function transactionOf(stage: Stage, order: number): Promise<string | undefined> {
  return (await fileOf(stage, referenceOf(stage, order)))?.payment.transactionId;
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
  for (let step = 0; step < HEALING_LIMIT; step += 1) {
    await pass(stage, HEALING_STEPS[step] ?? 60);
    await resend(stage);
    const { waiting } = await openWork(stage);
    const deliveries = await control.deliveries({ state: 'pending' });
    if (waiting + deliveries.length === 0) break;
  }
  const deadline = stage.plan.strategy === 'deferred_sum' ? DEADLINE_STEPS : [];
  for (const seconds of [...LATER_STEPS, ...deadline]) await pass(stage, seconds);
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
  await stage.world.advance(seconds);
  await rest(stage);
  if (stage.world.program?.isDead !== true) return;
  // A SIGKILL may take a moment longer than the beat it belongs to.
  await reviveIfDead(stage);
  await sendAgain(stage);
  await rest(stage);
}

/** Stripe sends again what was never accepted; a dropped one only when the plan says so. */
async function resend(stage: Stage): Promise<void> {
  const { control } = stage.world;
  const lost = await control.deliveries({ state: 'failed' });
  const dropped = stage.plan.resends ? await control.deliveries({ state: 'dropped' }) : [];
  for (const { id } of [...lost, ...dropped]) await control.resend({ delivery: id });
}
