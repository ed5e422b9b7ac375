/**
 * Capture, cancel and refund as a shop's order management gives them: written down first, then put on the channel
 * payment-commands, and put there again with the same identity after a crash or while the app is away.
 */
import { randomUUID } from 'node:crypto';
import { isoTime } from '../../domain/clock.js';
import { viewOrder, type Book, type KnownCommand, type OrderView } from './book.js';
import { sumOf, type OrderLine } from './order.js';
import { MAY_ASK, shippingState, type LineState } from './order-state.js';
import { withoutSecrets, type Answer, type Command, type CommandName } from './record.js';
import { pause, type Shop } from './shop.js';

export type CommandVerb = 'capture' | 'cancel' | 'refund';

export const COMMAND_NAMES: Readonly<Record<CommandVerb, CommandName>> = {
  capture: 'CapturePayment',
  cancel: 'CancelPayment',
  refund: 'RefundPayment',
};

/** What somebody wants done. */
export interface Wish {
  /** Only these lines. */
  lineIds?: readonly number[] | undefined;
  /** Minor units instead of the prices of the lines and the shipping. */
  amount?: number | undefined;
  /** Also when the order does not fit or an answer is awaited: for finding out what the app says. */
  isForced?: boolean;
}

/** Why a command does not make sense now. */
export type Obstacle =
  'waiting' | 'underpaid' | 'notAuthorized' | 'notCaptured' | 'captureFailed' | 'alreadyTaken' | 'nothingLeft';

export type Given = { command: Command; isRepeated: boolean } | { problem: string };

const RESEND_MS = 2000;
/** Ids of commands in a call of this program at the moment. */
const underWay = new Set<string>();

/** The lines a command would be about, in an order as it stands; `lineIds` narrows them down. */
export function linesFor(view: OrderView, verb: CommandVerb, lineIds?: readonly number[]): OrderLine[] {
  const accepted = MAY_ASK[COMMAND_NAMES[verb]];
  // What came too late or too little can be let go of.
  const isLetGo = (state: LineState) => verb === 'cancel' && view.arrival === 'underpaid' && state === 'capture_failed';
  return chosenLines(view, lineIds).filter(({ id }) => {
    const state = view.states.get(id);
    return state !== undefined && (accepted.includes(state) || isLetGo(state));
  });
}

/** What keeps the command from making sense; undefined when nothing does. */
export function obstacleTo(view: OrderView, verb: CommandVerb): Obstacle | undefined {
  if (view.waiting.length > 0) return 'waiting';
  if (view.arrival === 'underpaid' && verb === 'capture') return 'underpaid';
  if (linesFor(view, verb).length > 0) return undefined;
  const states = [...view.states.values()];
  const isTaken = states.some((state) => ['captured', 'refunded', 'refund_failed'].includes(state));
  if (verb === 'cancel' && states.includes('capture_failed')) return 'captureFailed';
  if (verb === 'cancel') return isTaken ? 'alreadyTaken' : 'nothingLeft';
  if (verb === 'refund') return isTaken ? 'nothingLeft' : 'notCaptured';
  return states.some((state) => state === 'new' || state === 'authorization_failed') ? 'notAuthorized' : 'nothingLeft';
}

/**
 * Gives a command for the whole order, or for some of its lines. While the same kind of command for one of the lines
 * waits for its answer, that one is returned instead of a second one. Resolves when the command is on disk and was
 * sent once; an unreachable app gets it later.
 */
export async function giveCommand(
  shop: Shop,
  orderReference: string,
  verb: CommandVerb,
  { lineIds, amount, isForced = false }: Wish = {},
): Promise<Given> {
  const view = viewOrder(shop.book, orderReference, shop.clock);
  if (view === undefined) return { problem: 'There is no such order' };
  const lines = isForced ? chosenLines(view, lineIds) : linesFor(view, verb, lineIds);
  if (lines.length === 0) return { problem: `An order that is ${view.status} has nothing to ${verb}` };
  const present = view.waiting.find(({ command }) => isAbout(command, verb, lines));
  if (present !== undefined && !isForced) return { command: present.command, isRepeated: true };
  const command = commandFor(shop, view, verb, { lines, ...(amount === undefined ? {} : { amount }) });
  await shop.book.write({ kind: 'command_written', at: isoTime(shop.clock), command });
  await send(shop, command);
  return { command, isRepeated: false };
}

function chosenLines({ order }: OrderView, lineIds?: readonly number[]): OrderLine[] {
  return order.lines.filter(({ id }) => lineIds === undefined || lineIds.includes(id));
}

/** Sends what was written and has no answer, now and every two seconds, until the shop closes. */
export async function resendCommands(shop: Shop): Promise<void> {
  while (!shop.signal.aborted) {
    for (const { command } of unsent(shop.book)) await send(shop, command);
    await pause(RESEND_MS, shop.signal);
  }
}

function unsent(book: Book): KnownCommand[] {
  return [...book.commands.values()].filter(({ answer }) => answer === undefined || isTemporary(answer));
}

/** No answer, a broken app, or one that does not know our token (yet): worth another try. */
function isTemporary({ status }: Answer): boolean {
  return status === 0 || status >= 500 || status === 401 || status === 429;
}

async function send(shop: Shop, command: Command): Promise<void> {
  if (underWay.has(command.id)) return;
  underWay.add(command.id);
  try {
    await sendOnce(shop, command);
  } finally {
    underWay.delete(command.id);
  }
}

async function sendOnce(shop: Shop, command: Command): Promise<void> {
  const answer = await shop.app.send('payment-commands', command.payload, {
    'Transfer-Name': command.name,
    Event: command.name,
    Name: command.name,
    'Correlation-Id': command.correlationId,
    Timestamp: command.timestamp,
    'Tenant-Identifier': shop.tenantId,
    'Actor-Id': shop.tenantId,
    'Transaction-Id': command.id,
  });
  if (shop.signal.aborted) return;
  const known = shop.book.commands.get(command.id)?.answer;
  // One line per outage, not one per try.
  if (known !== undefined && known.status === answer.status) return;
  const recorded = withoutSecrets(answer) as Answer;
  await shop.book.write({
    kind: 'command_answered',
    at: isoTime(shop.clock),
    commandId: command.id,
    answer: recorded,
  });
}

function isAbout(command: Command, verb: CommandVerb, lines: readonly OrderLine[]): boolean {
  const ids = new Set(command.payload.orderItemIds);
  return command.name === COMMAND_NAMES[verb] && lines.some(({ id }) => ids.has(id));
}

interface About {
  lines: OrderLine[];
  amount?: number;
}

function commandFor(shop: Shop, view: OrderView, verb: CommandVerb, { lines, amount }: About): Command {
  const { orderReference, currency } = view.order;
  // A cancellation is always about the whole payment.
  const about = verb === 'cancel' ? view.order.lines : lines;
  const orderItems = about.map(({ id, sku }) => ({ orderItemId: id, sku }));
  const sum = verb === 'cancel' ? 0 : (amount ?? amountOf(view, verb, lines));
  return {
    id: randomUUID(),
    correlationId: randomUUID(),
    name: COMMAND_NAMES[verb],
    orderReference,
    timestamp: isoTime(shop.clock).replace('Z', '000'),
    payload: {
      orderReference,
      orderItemIds: about.map(({ id }) => id),
      // A refund is negative on the wire.
      amount: verb === 'refund' ? -sum : sum,
      currencyIsoCode: currency,
      ...(verb === 'refund' ? { orderItems } : {}),
    },
  };
}

/** Minor units of the lines; shipping goes with the first capture and with the refund of the last lines. */
function amountOf({ order, states }: OrderView, verb: 'capture' | 'refund', lines: OrderLine[]): number {
  const others = order.lines.filter((line) => !lines.includes(line)).map(({ id }) => states.get(id) ?? 'new');
  const after = shippingState(others);
  const isFirst = after !== 'captured' && after !== 'refunded';
  const isLast = after === 'refunded' || after === 'canceled';
  const takesShipping = verb === 'capture' ? isFirst : isLast;
  return sumOf(lines) + (takesShipping ? order.shippingCost : 0);
}
