/**
 * Who gets what of an order, and the two commands about it as a shop's order management gives them: pay out what is
 * captured, and take a payout back. The shop believes what it was answered: an item with a transfer id is paid.
 */
import { createHash, randomUUID } from 'node:crypto';
import { isoTime } from '../../domain/clock.js';
import { errorText } from './app-client.js';
import { paymentMethods, viewOrder, type Entry, type OrderView } from './book.js';
import { askAtEither } from './checkout.js';
import { splitOf, type Split } from './merchants.js';
import { isRecord, type Order, type OrderLine } from './order.js';
import { withoutSecrets, type Answer, type TransferItem, type TransferKind } from './record.js';
import type { Shop } from './shop.js';

/** What a merchant gets for one line of an order, and how far that has come. Minor units. */
export interface Share extends Split {
  line: OrderLine;
  merchantReference: string;
  itemReference: string;
  /** The PSP's id of the transfer that has paid it; absent while it is not paid, and after it was taken back. */
  transferId?: string;
  /** Everything that was ever sent for it, and ever taken back. */
  sent: number;
  back: number;
  /** Why the last thing asked for did not happen; absent when it did. */
  failure?: string;
}

const TRANSFERS_PATH = '/private/payments/transfers';
/** Lines in these states have money that can be passed on. */
const TAKEN = ['captured', 'refund_failed'];

/** The shares of an order in the order of its lines; none in an order that has no merchants. */
export function sharesOf({ order, timeline }: Pick<OrderView, 'order' | 'timeline'>): Share[] {
  const shares = order.lines.flatMap((line): Share[] => {
    const { merchantReference } = line;
    if (merchantReference === undefined) return [];
    const itemReference = itemReferenceOf(order, line);
    return [{ line, merchantReference, itemReference, ...splitOf(line.price), sent: 0, back: 0 }];
  });
  const asked = new Map(timeline.flatMap((entry) => (entry.kind === 'transfers_asked' ? [[entry.id, entry]] : [])));
  const seen = new Set<string>();
  for (const entry of timeline) {
    const asking = entry.kind === 'transfers_answered' ? asked.get(entry.id) : undefined;
    if (entry.kind === 'transfers_answered' && asking !== undefined) learn(shares, asking, entry.answer, seen);
  }
  return shares;
}

/** A name for the line that no other order has, in the form shops give: a UUID made of what does not change. */
export function itemReferenceOf({ orderReference, placedAt }: Order, { id }: OrderLine): string {
  const hash = createHash('sha256').update(`${orderReference} ${placedAt} ${id}`).digest('hex');
  const [a, b, c, d, e] = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(13, 16),
    hash.slice(17, 20),
    hash.slice(20, 32),
  ];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}

type Asking = Entry<'transfers_asked'>;

function learn(shares: Share[], { verb, items }: Asking, answer: Answer, seen: Set<string>): void {
  const told = transfersIn(answer);
  for (const { item_reference: reference, amount } of items) {
    const share = shares.find(({ itemReference }) => itemReference === reference);
    const transfer = told.find(({ itemReferences }) => itemReferences.includes(reference));
    if (share === undefined) continue;
    delete share.failure;
    if (transfer?.isSuccessful !== true || transfer.transferId === undefined) {
      share.failure = transfer?.failureMessage ?? errorText(answer);
      continue;
    }
    // A repeated command is answered with what has happened before.
    const key = `${verb} ${transfer.transferId} ${reference}`;
    if (!seen.has(key)) share[verb === 'payout' ? 'sent' : 'back'] += Math.abs(Number(amount));
    seen.add(key);
    if (verb === 'payout') share.transferId = transfer.transferId;
    else delete share.transferId;
  }
}

/** One transfer as the app answers it. */
export interface ToldTransfer {
  isSuccessful: boolean;
  /** Only null and absence mean that nothing was paid. */
  transferId?: string;
  failureMessage?: string;
  itemReferences: string[];
}

/** The transfers of an answer. A shop looks for them in the body, whatever the status code is. */
export function transfersIn({ body }: Answer): ToldTransfer[] {
  const transfers = isRecord(body) && Array.isArray(body['transfers']) ? body['transfers'].filter(isRecord) : [];
  return transfers.map((transfer) => {
    const { transferId, failureMessage } = transfer;
    const items = transfer['paymentTransmissionItems'] ?? transfer['orderItems'];
    return {
      isSuccessful: transfer['isSuccessful'] === true,
      ...(typeof transferId === 'string' && { transferId }),
      ...(typeof failureMessage === 'string' && failureMessage !== '' && { failureMessage }),
      itemReferences: (Array.isArray(items) ? items.filter(isRecord) : []).map((item) => String(item['itemReference'])),
    };
  });
}

/** What can be paid out now: captured, and not paid or taken back again. */
export function payable(view: OrderView): Share[] {
  return sharesOf(view).filter(({ line, transferId }) => {
    const state = view.states.get(line.id);
    return transferId === undefined && state !== undefined && TAKEN.includes(state);
  });
}

/** What can be taken back now. */
export function reversible(view: OrderView): (Share & { transferId: string })[] {
  return sharesOf(view).flatMap((share) =>
    share.transferId === undefined ? [] : [{ ...share, transferId: share.transferId }],
  );
}

/** Why nothing was asked for; undefined when everything was, whatever came of it. */
export type Problem = string | undefined;

/**
 * Pays out what can be, in one request for the whole order. Safe to repeat: an item that is paid is not sent again, and
 * the app answers for one that it paid already with the same transfer.
 */
export async function payOut(shop: Shop, orderReference: string): Promise<Problem> {
  const view = viewOrder(shop.book, orderReference, shop.clock);
  const shares = view === undefined ? [] : payable(view);
  if (shares.length === 0) return 'There is nothing to pay out';
  await ask(
    shop,
    orderReference,
    'payout',
    shares.map((share) => itemOf(orderReference, share, null)),
  );
  return undefined;
}

/** Takes payouts back, all of the order or those of some lines: one request for each transfer. Safe to repeat. */
export async function reversePayout(shop: Shop, orderReference: string, lineIds?: readonly number[]): Promise<Problem> {
  const view = viewOrder(shop.book, orderReference, shop.clock);
  const shares = (view === undefined ? [] : reversible(view)).filter(
    ({ line }) => lineIds === undefined || lineIds.includes(line.id),
  );
  if (shares.length === 0) return 'There is no payout to take back';
  for (const id of new Set(shares.map(({ transferId }) => transferId))) {
    const items = shares.filter(({ transferId }) => transferId === id);
    await ask(
      shop,
      orderReference,
      'reversal',
      items.map((share) => itemOf(orderReference, share, id)),
    );
  }
  return undefined;
}

function itemOf(orderReference: string, share: Share, transferId: string | null): TransferItem {
  return {
    transfer_id: transferId,
    type: 'order-item',
    merchant_reference: share.merchantReference,
    order_reference: orderReference,
    item_reference: share.itemReference,
    // What is taken back is negative on the wire.
    amount: String(transferId === null ? share.payout : -share.payout),
    is_successful: null,
    failure_message: null,
  };
}

/** Written down, asked, written down. The same list travels twice, under its old and its new name. */
async function ask(shop: Shop, orderReference: string, verb: TransferKind, items: TransferItem[]): Promise<void> {
  const id = randomUUID();
  const known = paymentMethods(shop.book).find(({ transferUrl }) => transferUrl !== undefined)?.transferUrl;
  const url = known ?? TRANSFERS_PATH;
  await shop.book.write({ kind: 'transfers_asked', at: isoTime(shop.clock), id, orderReference, verb, url, items });
  const answer = await askAtEither(shop, url, { orderItems: items, paymentTransmissionItems: items });
  const recorded = withoutSecrets(answer) as Answer;
  await shop.book.write({ kind: 'transfers_answered', at: isoTime(shop.clock), id, orderReference, answer: recorded });
}
