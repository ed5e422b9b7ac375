/** What must hold of a marketplace at the end of a story: shares at both sides, and how far each merchant has come. */
import type Stripe from 'stripe';
import { ledgerOf } from '../../src/domain/ledger.js';
import type { PaymentFile } from '../../src/domain/payment.js';
import type { Reversal, Transfer } from '../../src/domain/transfer.js';
import type { Evidence } from './evidence.js';
import { merchantReference } from './make-market.js';
import type { Stage } from './stage.js';

export function marketFaults(stage: Stage, evidence: Evidence): string[] {
  return [
    ...evidence.files.flatMap((file) => shareFaults(file, evidence)),
    ...strangeTransfers(evidence),
    ...answerFaults(stage, evidence),
    ...Array.from({ length: stage.plan.merchants ?? 0 }, (_, merchant) => merchantReference(merchant)).flatMap(
      (reference) => merchantFaults(reference, evidence),
    ),
  ];
}

function shareFaults(file: PaymentFile, evidence: Evidence): string[] {
  const name = file.payment.orderReference ?? file.payment.id;
  const ours = evidence.transfers.filter(({ paymentId }) => paymentId === file.payment.id);
  const theirs = evidence.stripeTransfers.filter(({ metadata }) => metadata.order_reference === name);
  const faults = ledgerOf(file, ours).faults.map((fault) => `ledger with shares: ${fault}`);
  for (const transfer of ours) faults.push(...transferFaults(transfer, theirs));
  const sent = theirs.reduce((sum, { amount, amount_reversed: back }) => sum + amount - back, 0);
  if (sent > file.payment.captured) faults.push(`merchants have ${sent} of ${file.payment.captured} captured`);
  for (const { id = '' } of file.payment.order.lines) {
    const live = liveTransfers(ours, theirs, id);
    if (live.length > 1) faults.push(`item ${id} is paid ${live.length} times: ${live.join()}`);
  }
  return faults.map((fault) => `${name}: ${fault}`);
}

/** What we know of a transfer and what the PSP has. */
function transferFaults(transfer: Transfer, theirs: readonly Stripe.Transfer[]): string[] {
  const { operationId, status, transferId, amount, accountId, reversals, reversedElsewhere } = transfer;
  const found = theirs.filter(({ metadata }) => metadata.psp_command_id === operationId);
  const [one] = found;
  if (status === 'asked') return [`transfer ${operationId} has no answer`];
  if (status === 'refused') return found.map(({ id }) => `transfer ${operationId} was refused, and there is ${id}`);
  if (one === undefined || found.length > 1) return [`transfer ${operationId} was made ${found.length} times`];
  const faults: string[] = [];
  const differ = (what: string, our: unknown, their: unknown): void => {
    if (our !== their) faults.push(`${what} of ${one.id}: we know ${String(our)}, the PSP has ${String(their)}`);
  };
  differ('id', transferId, one.id);
  differ('amount', amount, one.amount);
  differ('destination', accountId, one.destination);
  for (const reversal of reversals) faults.push(...reversalFaults(reversal, one));
  const back = reversals.reduce((sum, reversal) => sum + (reversal.status === 'paid' ? reversal.amount : 0), 0);
  differ('taken back', back + reversedElsewhere, one.amount_reversed);
  return faults;
}

function reversalFaults({ operationId, status, reversalId, amount }: Reversal, one: Stripe.Transfer): string[] {
  const found = one.reversals.data.filter(({ metadata }) => metadata?.psp_command_id === operationId);
  if (status === 'asked') return [`reversal ${operationId} has no answer`];
  if (status === 'refused') return found.map(({ id }) => `reversal ${operationId} was refused, and there is ${id}`);
  const [made] = found;
  if (made === undefined || found.length > 1) return [`reversal ${operationId} was made ${found.length} times`];
  return made.id === reversalId && made.amount === amount
    ? []
    : [`reversal ${reversalId ?? ''} of ${amount} is ${made.id} of ${made.amount} at the PSP`];
}

/** Ids of the PSP's transfers that pay this item and were not wholly taken back, as a whole or for the item. */
export function liveTransfers(
  ours: readonly Transfer[],
  theirs: readonly Stripe.Transfer[],
  itemReference: string,
): string[] {
  const isOf = (item: { itemReference: string }): boolean => item.itemReference === itemReference;
  return theirs.flatMap((transfer) => {
    const known = ours.find(({ operationId }) => operationId === transfer.metadata.psp_command_id);
    const share = known?.items.find(isOf)?.amount ?? 0;
    if (known === undefined || share === 0 || transfer.reversed) return [];
    const back = transfer.reversals.data
      .flatMap(({ metadata }) => known.reversals.filter(({ operationId }) => operationId === metadata?.psp_command_id))
      .flatMap(({ items }) => items.filter(isOf))
      .reduce((sum, { amount }) => sum + amount, 0);
    return back < share ? [transfer.id] : [];
  });
}

/** Nobody but the app makes transfers here. */
function strangeTransfers({ stripeTransfers, transfers }: Evidence): string[] {
  return stripeTransfers
    .filter(({ metadata }) => !transfers.some(({ operationId }) => operationId === metadata.psp_command_id))
    .map(({ id }) => `nobody knows of the transfer ${id}`);
}

/** What the shop was told is done can be found at the PSP, whenever it was told. */
function answerFaults({ shares }: Stage, { stripeTransfers }: Evidence): string[] {
  const ids = new Set(stripeTransfers.flatMap(({ id, reversals }) => [id, ...reversals.data.map((back) => back.id)]));
  return shares
    .flatMap(({ answers }) => answers.flat())
    .filter(({ isSuccessful, transferId, amount }) => isSuccessful && amount !== 0 && !ids.has(transferId ?? ''))
    .map(
      ({ transferId, amount }) => `told that ${amount ?? '?'} is ${transferId ?? 'done'}, which the PSP does not have`,
    );
}

/** What the shop should know of a merchant whose account ended like this. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  fresh: ['incomplete'],
  complete: ['completed'],
  more_later: ['restricted soon', 'restricted'],
  eventually: ['enabled'],
  pending: ['pending'],
  restricted: ['restricted', 'pending'],
  past_due: ['restricted'],
  rejected: ['rejected'],
};

function merchantFaults(reference: string, { merchants, accounts, told }: Evidence): string[] {
  const merchant = merchants.find((one) => one.merchantReference === reference);
  if (merchant?.accountId === undefined) return [];
  const account = accounts.find(({ id }) => id === merchant.accountId);
  if (account === undefined) return [`${reference} has an account the PSP does not know: ${merchant.accountId}`];
  const faults: string[] = [];
  const expected = STATUSES[account.outcome] ?? [];
  if (!expected.includes(merchant.status)) faults.push(`is "${merchant.status}", its account is "${account.outcome}"`);
  const last = told
    .filter(({ name, payload }) => name === STATUS_MESSAGE && payload.merchantReference === reference)
    .at(-1)?.payload.status;
  if ((last ?? 'incomplete') !== merchant.status) faults.push(`is "${merchant.status}", and "${last ?? ''}" was told`);
  return faults.map((fault) => `${reference}: ${fault}`);
}

const STATUS_MESSAGE = 'MerchantAppOnboardingStatusChanged';
