/** When everything is at rest the shop asks again for all it has asked: now every answer is final, and has to be true. */
import type Stripe from 'stripe';
import type { TransferTold } from '../../src/flows/transfer.js';
import { transfersOf } from './evidence.js';
import { requestOnce, rowText } from './make-market.js';
import { liveTransfers } from './market-invariants.js';
import { rest } from './play.js';
import { fileOf, note, type SentShares, type Stage } from './stage.js';

const TRIES = 4;
/** How a row says that nobody knows yet. */
const OPEN = /repeat the request/;

/** What is not true of the answers, one line per fault. */
export async function repeatShares(stage: Stage): Promise<string[]> {
  const faults: string[] = [];
  note(stage, '- repeat every request for shares');
  for (const sent of [...stage.shares]) faults.push(...(await repeat(stage, sent)));
  await rest(stage);
  return faults;
}

async function repeat(stage: Stage, sent: SentShares): Promise<string[]> {
  // Refused as a whole: the order has no payment.
  for (const { orderReference } of sent.wish.items) if ((await fileOf(stage, orderReference)) === undefined) return [];
  for (let left = TRIES; left > 0; left -= 1) {
    const told = await requestOnce(stage, sent);
    if (told === undefined || told.some(({ message = '' }) => OPEN.test(message))) continue;
    const { ours, theirs } = await transfersOf(stage);
    const live: Live = (item, order) =>
      liveTransfers(
        ours.filter(({ orderReference }) => orderReference === order),
        theirs.filter(({ metadata }) => metadata.order_reference === order),
        item,
      );
    return told.flatMap((row) => falseIn(row, theirs, live).map((fault) => `answered "${rowText(row)}": ${fault}`));
  }
  return ['a request for shares at rest has no answer'];
}

type Live = (itemReference: string, orderReference: string) => string[];

function falseIn(row: TransferTold, theirs: readonly Stripe.Transfer[], live: Live): string[] {
  const [first] = row.items;
  if (first === undefined) return ['no items'];
  if (first.transferId !== undefined) return row.isSuccessful ? falseReversal(row, theirs) : [];
  if (row.isSuccessful) return falsePayment(row, theirs);
  return row.items
    .flatMap(({ itemReference, orderReference }) => live(itemReference, orderReference))
    .map((id) => `there is ${id}`);
}

function falsePayment(row: TransferTold, theirs: readonly Stripe.Transfer[]): string[] {
  const { transferId, amount = 0, items } = row;
  if (amount === 0) return [];
  const transfer = theirs.find(({ id }) => id === transferId);
  if (transfer === undefined) return ['the PSP has no such transfer'];
  const faults: string[] = [];
  const { order_reference: order, merchant_reference: merchant, order_item_refs: refs = '' } = transfer.metadata;
  const paid = refs.split(',');
  if (items.some(({ itemReference }) => !paid.includes(itemReference))) faults.push(`it pays ${refs}`);
  if (items.some((item) => item.orderReference !== order || item.merchantReference !== merchant))
    faults.push(`it is of ${order ?? ''} for ${merchant ?? ''}`);
  if (amount > transfer.amount || (items.length === paid.length && amount !== transfer.amount))
    faults.push(`it is one of ${transfer.amount}`);
  if (transfer.reversed) faults.push('it was wholly taken back');
  return faults;
}

function falseReversal({ transferId, amount = 0, items }: TransferTold, theirs: readonly Stripe.Transfer[]): string[] {
  if (amount === 0) return [];
  const transfer = theirs.find(({ id }) => id === items[0]?.transferId);
  const reversal = transfer?.reversals.data.find(({ id }) => id === transferId);
  if (reversal === undefined) return ['the PSP has no such reversal of this transfer'];
  return -amount > reversal.amount ? [`it is one of ${reversal.amount}`] : [];
}
