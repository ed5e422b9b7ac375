/** Begin of a transfer or a reversal: what becomes of a group is worked out and stored beside its locked payment. */
import { AppError } from '../domain/errors.js';
import type { Merchant } from '../domain/merchant.js';
import type { Payment, PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { planOf, type TransferStep } from '../domain/transfer-plan.js';
import type { AskedGroup } from '../domain/transfer-request.js';
import type { MarketplaceVerbs } from '../kit/connector.js';
import type { Db } from '../storage/database.js';
import { findMerchant } from '../storage/merchants.js';
import { storeAsking, type Operation } from '../storage/operations.js';
import { readPaymentFile } from '../storage/payments.js';
import { addReversal, addTransfer, listTransfers, lockPayment } from '../storage/transfers.js';
import { contextOf, now, scopeOf, type App } from './app.js';
import { handleOf, newOperation } from './beats.js';
import type { Budget } from './budget.js';
import { marketplaceOf } from './marketplace.js';

/** What the steps of one request share. */
export interface Under {
  app: App;
  tenant: Tenant;
  payment: Payment;
  budget: Budget;
  /** The caller's own name of its request; empty without one. */
  requestKey: string;
}

type Ask = Extract<TransferStep, { then: 'ask' }>;

/**
 * Plans a group and, when something of it has to be asked, stores that in the same commit: the transfer or reversal, and
 * the operation with its key and parameters. Everybody else who wants something of the payment's transfers waits for it.
 */
export async function beginGroup(
  under: Under,
  group: AskedGroup,
): Promise<{ steps: TransferStep[]; begun?: Operation }> {
  const { app, tenant, payment, requestKey } = under;
  const scope = scopeOf(app, tenant.id);
  const verbs = marketplaceOf(await app.connector(payment.connector), tenant);
  if (verbs === undefined) throw new AppError('marketplace_unsupported');
  const merchant = await merchantOf(under, group, verbs);
  const planned = await app.db.transaction().execute(async (tx) => {
    await lockPayment(tx, scope, payment.id);
    const file = await readPaymentFile(tx, scope, { id: payment.id });
    if (file === undefined) throw new Error(`Begin a transfer of payment ${payment.id}: it is gone`);
    const transfers = await listTransfers(tx, scope, { paymentId: payment.id });
    const known = merchant === undefined ? {} : { merchant };
    const steps = planOf(group, { payment: file.payment, transfers, requestKey, ...known });
    const step = steps.find((candidate): candidate is Ask => candidate.then === 'ask');
    if (step === undefined) return { steps };
    return { steps, begun: await store(under, tx, { verbs, file, group, step, accountId: merchant?.accountId ?? '' }) };
  });
  if (planned.begun !== undefined) {
    const { id: operation, kind, amount } = planned.begun;
    const about = { payment: payment.id, order: group.orderReference, merchant: group.merchantReference };
    app.log('operation begun', { tenant: tenant.id, ...about, operation, kind, amount });
  }
  return planned;
}

/**
 * The merchant as the PSP sees it now: what is stored may be older than the webhook that is on its way, so that an account
 * that was not ready is looked at once more.
 */
async function merchantOf(under: Under, group: AskedGroup, verbs: MarketplaceVerbs): Promise<Merchant | undefined> {
  const { app, tenant, payment, budget } = under;
  const merchant = await findMerchant(app.db, scopeOf(app, tenant.id), group.merchantReference);
  const { accountId, state } = merchant ?? {};
  if (group.kind !== 'transfer' || merchant === undefined || accountId === undefined) return merchant;
  if (state?.transfers === 'active' || merchant.connector !== payment.connector) return merchant;
  const context = contextOf(app, { ...tenant, connector: payment.connector });
  const told = await budget.until(verbs.readAccount(accountId, context));
  return told?.state === undefined ? merchant : { ...merchant, state: told.state };
}

interface Wanted {
  verbs: MarketplaceVerbs;
  file: PaymentFile;
  group: AskedGroup;
  step: Ask;
  /** Of the merchant. */
  accountId: string;
}

async function store(under: Under, tx: Db, wanted: Wanted): Promise<Operation> {
  const { app, tenant, requestKey } = under;
  const { group, step, file, accountId } = wanted;
  const scope = scopeOf(app, tenant.id);
  const rowId = app.newId();
  const operation = operationOf(under, wanted, rowId);
  const row = { id: rowId, operationId: operation.id, amount: step.amount, items: step.shares, createdAt: now(app) };
  await storeAsking(tx, scope, operation);
  if (step.transfer !== undefined) await addReversal(tx, scope, step.transfer.id, { ...row, requestKey });
  else {
    const { orderReference, merchantReference } = group;
    const { id: paymentId, currency } = file.payment;
    const about = { paymentId, connector: operation.connector, orderReference, merchantReference, accountId, currency };
    await addTransfer(tx, scope, { ...row, ...about });
  }
  return operation;
}

/** The operation of no payment's own: its row keeps what it is about. Every row is asked for with a key of its own. */
function operationOf(under: Under, wanted: Wanted, rowId: string): Operation {
  const { app, tenant } = under;
  const { verbs, group, step, file, accountId } = wanted;
  const { merchantReference } = group;
  const { amount, shares: items, transfer } = step;
  const connector = file.payment.connector;
  const context = contextOf(app, { ...tenant, connector });
  const operation = newOperation(app, tenant, {
    kind: group.kind,
    amount,
    itemIds: items.map(({ itemReference }) => itemReference),
    commandId: `${group.kind}:${rowId}`,
    prepare: (operationId) => {
      const request = { operationId, payment: handleOf(file), merchantReference, amount, items };
      if (transfer === undefined) return verbs.transfer.prepare({ ...request, accountId }, context);
      return verbs.reverseTransfer.prepare({ ...request, transferId: transfer.transferId ?? '' }, context);
    },
  });
  return { ...operation, connector, merchantReference, transferRow: transfer?.id ?? rowId };
}
