/** Makes a move: as the shop, the customer, a person in the dashboard, a bank, the network or the machine. */
import type { ActionName, ControlActions } from '../../src/simulator/stripe/control.js';
import { askAgain, decideAccount, onboard, payOut, reverseAtDesk, takeBack } from './make-market.js';
import type { Move, RefundEnd } from './plan.js';
import type { SentCommand } from './program.js';
import { askStripe, fileOf, note, theProgram, type Stage } from './stage.js';

/** Makes it. Never throws for what an app, a shop or a PSP may refuse. */
export async function make(stage: Stage, move: Move): Promise<void> {
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
    case 'redirect':
      return action(stage, move.order, 'redirect', { outcome: move.outcome });
    case 'debit':
      return action(stage, move.order, 'settle_debit', { outcome: move.outcome });
    case 'fund':
      return fund(stage, move);
    case 'refundEnd':
      return endRefund(stage, move.order, move.action);
    case 'alarm':
      return action(stage, move.order, move.action, move.action === 'close_dispute' ? { outcome: move.outcome } : {});
    case 'expire':
      return action(stage, move.order, 'expire_authorization', {});
    case 'onboard':
      return onboard(stage, move);
    case 'account':
      return decideAccount(stage, move);
    case 'payOut':
      return payOut(stage, move);
    case 'takeBack':
      return takeBack(stage, move);
    case 'askAgain':
      return askAgain(stage, move);
    case 'reverseAtDesk':
      return reverseAtDesk(stage, move);
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
    {
      payment_method: card,
      return_url: 'https://shop.example/return',
      ...(isDebit(card) ? { 'mandate_data[customer_acceptance][type]': 'offline' } : {}),
    },
  );
  note(stage, `  paid ${id}: ${answer.status ?? answer.error?.message ?? ''}`);
}

function isDebit(card: string): boolean {
  return card.startsWith('pm_sim_sepa') || card.startsWith('pm_usBankAccount');
}

/** The customer sends money by bank transfer. */
async function fund(stage: Stage, { order, percent, sender }: Extract<Move, { do: 'fund' }>): Promise<void> {
  const total = stage.orders[order]!.grandTotal;
  const amount = percent === 'rest' ? {} : { amount: Math.max(1, Math.floor((total * percent) / 100)) };
  await action(stage, order, 'fund_cash_balance', { ...amount, sender });
}

/** The bank decides about the latest refund of the order. */
async function endRefund(stage: Stage, order: number, name: RefundEnd): Promise<void> {
  const file = await fileOf(stage, referenceOf(stage, order));
  const refund = file?.refunds.findLast(({ refundId }) => refundId !== undefined)?.refundId;
  if (refund !== undefined) await act(stage, name, { refund });
}

async function order(stage: Stage, move: Extract<Move, { do: 'capture' | 'refund' }>): Promise<void> {
  const { lines, currency, orderReference = '' } = stage.orders[move.order]!;
  const chosen = move.items.flatMap((index) => lines[index] ?? []);
  const sum = chosen.reduce((total, { unitPrice }) => total + unitPrice, 0);
  const amount = {
    items: sum,
    odd: Math.max(1, Math.floor(sum / 3)),
    none: undefined,
    over: Math.floor(sum * 1.1),
    'far over': sum * 2,
  }[move.amount];
  const sent = commandOf(stage, {
    kind: move.do,
    orderReference,
    itemIds: chosen.map(({ id }) => id ?? ''),
    currency,
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

/** Sends what nobody has acknowledged. */
export async function sendAgain(stage: Stage): Promise<void> {
  for (const sent of stage.unsent.splice(0)) await send(stage, sent, 1);
}

async function dashboard(stage: Stage, move: Extract<Move, { do: 'dashboard' }>): Promise<void> {
  const { grandTotal } = stage.orders[move.order]!;
  const part = move.part && move.action !== 'cancel' ? { amount: Math.floor(grandTotal / 4) || 1 } : {};
  await action(stage, move.order, move.action, part);
}

async function action(stage: Stage, order: number, name: ActionName, more: object): Promise<void> {
  const id = await transactionOf(stage, order);
  if (id !== undefined) await act(stage, name, { payment_intent: id, ...more });
}

async function act(stage: Stage, name: ActionName, parameters: object): Promise<void> {
  const what = await stage.world.control.action(name, parameters as ControlActions[ActionName]).then(
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
