/**
 * Transfers to merchants' accounts and their reversals: charges stay the shop's own, and shares are sent on afterwards.
 * Source: https://docs.stripe.com/connect/separate-charges-and-transfers
 */
import type Stripe from 'stripe';
import type {
  Asking, Context, Json, MarketplaceVerbs, Parameters, PaymentHandle, Problem, ReverseTransferRequest, TransferAnswer,
  TransferRequest,
} from '../../kit/index.js'; // prettier-ignore
import { problem } from '../../kit/index.js';
import { amountText, toStripeAmount } from './amounts.js';
import type { Reach } from './client.js';
import { idOf } from './facts.js';
import { metadataOf, transferGroup } from './metadata.js';
import { readSettings } from './settings.js';
import { isMismatch, transferFailure } from './transfer-errors.js';

type Fields = { [key: string]: Json };

/** What is stored of a transfer: the exact body. */
export type TransferParameters = {
  refusal?: string;
  /** Whose charge the money comes from, when that is not known yet. */
  intent: string;
  /** Refused when the money cannot come from this very payment. */
  tiedOnly: boolean;
  body: Fields & { amount: number; currency: string; transfer_group: string; source_transaction?: string };
};
/** What is stored of a reversal. */
export type ReversalParameters = { refusal?: string; transfer: string; body: Fields };

/** Pages of a hundred transfers or reversals that are looked through. */
const PAGES = 10;

/** The verbs for transfers; those for accounts stand beside them. */
export function transferVerbs(
  reach: Reach,
): Pick<MarketplaceVerbs, 'transfer' | 'reverseTransfer'> & Required<Pick<MarketplaceVerbs, 'readTransfer'>> {
  const ask = createAsk(reach);
  return {
    transfer: {
      prepare: prepareTransfer,
      ask: (asking, context) => ask('transfer', asking, context, (stripe) => send(stripe, asking, context)),
    },
    reverseTransfer: {
      prepare: prepareReversal,
      ask: (asking, context) => ask('reverse_transfer', asking, context, (stripe) => takeBack(stripe, asking)),
    },
    readTransfer: (asking, context) => {
      const { kind, parameters, operationId } = asking;
      return ask(kind, asking, context, async (stripe) => {
        if (typeof parameters.refusal === 'string') return { answer: 'unknown', absent: true };
        return kind === 'transfer'
          ? findTransfer(stripe, parameters as TransferParameters, operationId)
          : findReversal(stripe, parameters as ReversalParameters, operationId);
      });
    },
  };
}

type Told = TransferAnswer & { absent?: boolean };
type AskTransfer = (
  verb: string,
  asking: Asking,
  context: Context,
  work: (stripe: Stripe) => Promise<Told>,
) => Promise<Told>;

/** The frame around every asking: never throws, and a failed one leaves one line with Stripe's request id. */
function createAsk(reach: Reach): AskTransfer {
  return async (verb, { operationId }, context, work) => {
    try {
      return await reach.within(reach.client(context).then(work));
    } catch (error) {
      const { answer, problem: why, keySpent, requestId } = transferFailure(error);
      context.log('stripe.refused', { verb, operationId, class: why.class, code: why.code, requestId });
      return { answer, problem: why, ...(keySpent ? { keySpent } : {}) };
    }
  };
}

async function send(stripe: Stripe, asking: Asking, context: Context): Promise<TransferAnswer> {
  const wanted = asking.parameters as TransferParameters;
  if (wanted.refusal !== undefined) return refused(problem('rejected', wanted.refusal));
  const { idempotencyKey, operationId } = asking;
  const source = wanted.body.source_transaction ?? (await chargeOf(stripe, wanted.intent));
  const body = wanted.body as unknown as Stripe.TransferCreateParams;
  try {
    const tied = source === undefined ? body : { ...body, source_transaction: source };
    const { id } = await stripe.transfers.create(tied, { idempotencyKey });
    return { answer: 'completed', id };
  } catch (error) {
    if (!isMismatch(error)) throw error;
    if (wanted.tiedOnly) return refused(NOT_TIED);
  }
  context.log('stripe.transfer_untied', { operationId });
  return sendUntied(stripe, wanted, asking);
}

/**
 * The payment was booked in another currency, so that its own money cannot be sent: the tenant's balance in the payment's
 * currency pays. When it holds too little, an earlier asking may be the reason: then that is the answer.
 */
async function sendUntied(stripe: Stripe, wanted: TransferParameters, asking: Asking): Promise<TransferAnswer> {
  const { source_transaction: _charge, ...body } = wanted.body;
  const available = await availableIn(stripe, body.currency);
  if (available < body.amount) {
    const made = await findTransfer(stripe, wanted, asking.operationId);
    if (made.answer === 'completed') return made;
    const [has, needs] = [amountText(available, body.currency), amountText(body.amount, body.currency)];
    const text = `The payment was booked in another currency, and the balance at Stripe has ${has} of the ${needs} needed.`;
    return refused(problem('rejected', text, 'balance_insufficient'));
  }
  const untied = body as unknown as Stripe.TransferCreateParams;
  const { id } = await stripe.transfers.create(untied, { idempotencyKey: `${asking.idempotencyKey}:untied` });
  return { answer: 'completed', id, isUntied: true };
}

async function takeBack(stripe: Stripe, asking: Asking): Promise<TransferAnswer> {
  const { refusal, transfer, body } = asking.parameters as ReversalParameters;
  if (refusal !== undefined) return refused(problem('rejected', refusal));
  const { idempotencyKey } = asking;
  const { id } = await stripe.transfers.createReversal(transfer, body as Stripe.TransferCreateReversalParams, {
    idempotencyKey,
  });
  return { answer: 'completed', id };
}

/** Whether a transfer happened: found in its order's group by the operation's id. */
async function findTransfer(stripe: Stripe, { body }: TransferParameters, operationId: string): Promise<Told> {
  let after: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const from = after === undefined ? {} : { starting_after: after };
    const page = await stripe.transfers.list({ transfer_group: body.transfer_group, limit: 100, ...from });
    const found = page.data.find(({ metadata }) => metadata.psp_command_id === operationId);
    if (found !== undefined) {
      return { answer: 'completed', id: found.id, ...(found.source_transaction === null ? { isUntied: true } : {}) };
    }
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return ABSENT;
  }
  return { answer: 'unknown', problem: problem('ambiguous', 'The order has too many transfers to look through.') };
}

async function findReversal(stripe: Stripe, { transfer }: ReversalParameters, operationId: string): Promise<Told> {
  let after: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const from = after === undefined ? {} : { starting_after: after };
    const page = await stripe.transfers.listReversals(transfer, { limit: 100, ...from });
    const found = page.data.find(({ metadata }) => metadata?.psp_command_id === operationId);
    if (found !== undefined) return { answer: 'completed', id: found.id };
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return ABSENT;
  }
  return { answer: 'unknown', problem: problem('ambiguous', 'The transfer has too many reversals to look through.') };
}

const ABSENT: Told = {
  answer: 'unknown',
  absent: true,
  problem: { class: 'not_found', message: 'Stripe knows nothing of this operation.' },
};

const NOT_TIED: Problem = {
  class: 'rejected',
  code: 'transfer_source_balance_parameters_mismatch',
  message: 'The payment was booked in another currency, so that its money cannot be sent (transfers.requireSourceTransaction).',
}; // prettier-ignore

function refused(why: Problem): TransferAnswer {
  return { answer: 'rejected', problem: why };
}

async function chargeOf(stripe: Stripe, intentId: string): Promise<string | undefined> {
  return idOf((await stripe.paymentIntents.retrieve(intentId)).latest_charge);
}

async function availableIn(stripe: Stripe, currency: string): Promise<number> {
  const { available } = await stripe.balance.retrieve();
  return available.find((funds) => funds.currency === currency)?.amount ?? 0;
}

function prepareTransfer(request: TransferRequest, context: Context): Parameters {
  const { payment, merchantReference, accountId, operationId } = request;
  const toSend = toStripeAmount(request.amount, payment.currency);
  if ('refusal' in toSend) return { refusal: toSend.refusal };
  const charge = capturedCharge(payment);
  return {
    intent: payment.transactionId,
    tiedOnly: readSettings(context.tenant.settings).transfers.requireSourceTransaction,
    body: {
      amount: toSend.amount,
      currency: payment.currency.toLowerCase(),
      destination: accountId,
      ...(charge === undefined ? {} : { source_transaction: charge }),
      transfer_group: transferGroup(payment.orderReference ?? '', context),
      description: `Order ${payment.orderReference ?? ''}, merchant ${merchantReference}`,
      metadata: metadataOfShare({ ...request, operationId }, context),
    },
  };
}

function prepareReversal(request: ReverseTransferRequest, context: Context): Parameters {
  const { payment, transferId } = request;
  const toTake = toStripeAmount(request.amount, payment.currency);
  if ('refusal' in toTake) return { refusal: toTake.refusal };
  return { transfer: transferId, body: { amount: toTake.amount, metadata: metadataOfShare(request, context) } };
}

/** The latest charge of the intent as it is now: earlier ones failed. */
function capturedCharge({ references, transactionId }: PaymentHandle): string | undefined {
  return references.filter(({ kind, parent }) => kind === 'charge' && parent === transactionId).at(-1)?.id;
}

function metadataOfShare(
  { payment, merchantReference, operationId, items }: Omit<ReverseTransferRequest, 'transferId'>,
  context: Context,
): Record<string, string> {
  const own = {
    psp_tenant: context.tenant.hash,
    psp_command_id: operationId,
    order_reference: payment.orderReference,
    merchant_reference: merchantReference,
    order_item_refs: items.map(({ itemReference }) => itemReference).join(','),
  };
  return metadataOf(own, {}, context);
}
