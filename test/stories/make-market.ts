/** Makes the moves of a marketplace: as a merchant, as the shop that pays them, or as a person in the dashboard. */
import type Stripe from 'stripe';
import type { AskedItem } from '../../src/domain/transfer-request.js';
import type { TransferTold } from '../../src/flows/transfer.js';
import type { Move, SharePart } from './plan.js';
import { askStripe, note, theProgram, type SentShares, type Stage } from './stage.js';

/** Hundredths of an item's price that its merchant gets. */
const SHARE = 90;

export const merchantReference = (merchant: number): string => `MER${merchant + 1}`;

/** A merchant sets out, perhaps in several tabs at once. */
export async function onboard(stage: Stage, { merchant, times }: Extract<Move, { do: 'onboard' }>): Promise<void> {
  const reference = merchantReference(merchant);
  const once = async (): Promise<void> => {
    try {
      await theProgram(stage).onboard(stage.tenantId, reference);
      note(stage, `  ${reference} has a link`);
    } catch (error) {
      note(stage, `  ${reference}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await Promise.all(Array.from({ length: times }, once));
}

/** The merchant has filled in the forms, or Stripe decides about its account; nothing while there is none. */
export async function decideAccount(stage: Stage, move: Extract<Move, { do: 'account' }>): Promise<void> {
  const account = (await accountsOf(stage)).get(merchantReference(move.merchant))?.at(-1);
  if (account === undefined) return;
  const what = await stage.world.control.action('account', { account, outcome: move.outcome }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  note(stage, `  ${account} at the PSP: ${move.outcome}, ${what}`);
}

/** Ids of the accounts that were made at the PSP for each merchant, oldest first. */
export async function accountsOf(stage: Stage): Promise<Map<string, string[]>> {
  const views = (await stage.world.control.accounts()).filter(({ platform }) => platform === stage.account);
  const found = new Map<string, string[]>();
  for (const { id } of views.reverse()) {
    const { metadata } = await askStripe<Stripe.Account>(stage, `/v1/accounts/${id}`);
    const reference = metadata?.merchant_reference ?? '';
    found.set(reference, [...(found.get(reference) ?? []), id]);
  }
  return found;
}

/** The shop pays the merchants of these items their shares. */
export async function payOut(stage: Stage, move: Extract<Move, { do: 'payOut' }>): Promise<void> {
  const items = move.items.map((item, index): AskedItem => ({ ...shareOf(stage, move.order, item), index }));
  await request(stage, { wish: { items, requestKey: '' }, answers: [] }, move.times);
}

/** The shop takes back what was paid for these items; nothing when it knows of no payment. */
export async function takeBack(stage: Stage, move: Extract<Move, { do: 'takeBack' }>): Promise<void> {
  const items = move.items.flatMap((item): AskedItem[] => {
    const share = shareOf(stage, move.order, item);
    const transferId = knownTransfer(stage, share);
    if (transferId === undefined) return [];
    return [{ ...share, index: 0, transferId, amount: -partOf(share.amount ?? 0, move.part) }];
  });
  if (items.length === 0) return;
  const requestKey = move.named ? `key-${stage.shares.length}` : '';
  const wish = { items: items.map((item, index) => ({ ...item, index })), requestKey };
  await request(stage, { wish, answers: [] }, move.times);
}

const partOf = (amount: number, part: SharePart): number =>
  Math.max(1, Math.floor(amount * { whole: 1, half: 0.5, most: 0.7 }[part]));

function shareOf(stage: Stage, order: number, item: number): Omit<AskedItem, 'index'> {
  const { lines, orderReference = '' } = stage.orders[order]!;
  const seller = stage.plan.orders[order]?.sellers?.[item] ?? 0;
  return {
    orderReference,
    itemReference: lines[item]?.id ?? '',
    merchantReference: merchantReference(seller),
    amount: Math.floor(((lines[item]?.unitPrice ?? 0) * SHARE) / 100),
    isExpense: false,
  };
}

/** The id under which the shop has the latest payment of an item. */
function knownTransfer(stage: Stage, wanted: Omit<AskedItem, 'index'>): string | undefined {
  const isOf = (item: AskedItem): boolean =>
    item.orderReference === wanted.orderReference && item.itemReference === wanted.itemReference;
  return stage.shares
    .flatMap(({ answers }) => answers.flat())
    .findLast(({ isSuccessful, amount = 0, items }) => isSuccessful && amount > 0 && items.some(isOf))?.transferId;
}

/** The shop asks again for what it has asked before. */
export async function askAgain(stage: Stage, move: Extract<Move, { do: 'askAgain' }>): Promise<void> {
  const known = stage.shares.at(-1 - move.back);
  if (known !== undefined) await request(stage, known, move.times);
}

async function request(stage: Stage, sent: SentShares, times: number): Promise<void> {
  if (!stage.shares.includes(sent)) stage.shares.push(sent);
  await Promise.all(Array.from({ length: times }, () => requestOnce(stage, sent)));
}

/** One request; what is answered is kept. Undefined when nobody answered. */
export async function requestOnce(stage: Stage, sent: SentShares): Promise<TransferTold[] | undefined> {
  try {
    const told = await theProgram(stage).transfer(stage.tenantId, sent.wish);
    sent.answers.push(told);
    for (const row of told) note(stage, `  ${rowText(row)}`);
    return told;
  } catch (error) {
    note(stage, `  shares: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A row of an answer in one line, for people. */
export function rowText({ items, isSuccessful, transferId = 'no id', amount, message = '' }: TransferTold): string {
  const [first] = items;
  const of = items.map(({ itemReference }) => itemReference).join();
  return `${isSuccessful ? 'paid' : 'not paid'}: ${amount ?? '?'} for ${of} of ${first?.orderReference ?? ''}, ${transferId} ${message}`;
}

/** Somebody takes the latest transfer of an order back in Stripe's dashboard, or a part of it. */
export async function reverseAtDesk(stage: Stage, move: Extract<Move, { do: 'reverseAtDesk' }>): Promise<void> {
  const { orderReference = '' } = stage.orders[move.order]!;
  const { data } = await askStripe<{ data: Stripe.Transfer[] }>(stage, '/v1/transfers?limit=100');
  const transfer = data.find((one) => one.metadata.order_reference === orderReference && !one.reversed);
  if (transfer === undefined) return;
  const left = transfer.amount - transfer.amount_reversed;
  const part = move.part && left > 1 ? { amount: Math.floor(left / 2) } : {};
  const what = await stage.world.control.action('transfer-reverse', { transfer: transfer.id, ...part }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  note(stage, `  ${transfer.id} reversed at the PSP: ${JSON.stringify(part)} ${what}`);
}
