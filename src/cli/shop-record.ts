/** Lets the demo shop look at the app's own record of a payment. The shop speaks HTTP only and knows no storage. */
import { ledgerOf } from '../domain/ledger.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Transfer } from '../domain/transfer.js';
import type { AppRecord, ReadAppRecord } from '../simulator/shop/index.js';
import type { Db } from '../storage/database.js';
import { readPaymentRecord, type PaymentRecord } from '../storage/payment-record.js';
import { readPaymentFile } from '../storage/payments.js';
import { listTransfers } from '../storage/transfers.js';

/** How the inbox names a command that said its transaction id. */
const COMMAND_PREFIX = 'transaction:';

/** A reader for this app's payments of one tenant at a time; undefined for orders it has no payment of. */
export function appRecordReader(db: Db, appId: string): ReadAppRecord {
  return async (tenantId, orderReference) => {
    const scope = { appId, tenantId };
    const file = await readPaymentFile(db, scope, { orderReference });
    if (file === undefined) return undefined;
    const references = file.references.map(({ reference }) => reference);
    const { id } = file.payment;
    const transfers = await listTransfers(db, scope, { paymentId: id });
    return recordOf(file, transfers, await readPaymentRecord(db, scope, { id, orderReference, references }));
  };
}

function recordOf(file: PaymentFile, transfers: Transfer[], { received, operations }: PaymentRecord): AppRecord {
  const { status, details } = file.payment;
  return {
    status,
    details,
    ledger: ledgerOf(file, transfers),
    isProcessing: file.facts.some(({ kind }) => kind === 'processing' || kind === 'received'),
    commands: received
      .filter(({ source, identity }) => source === 'command' && identity.startsWith(COMMAND_PREFIX))
      .map(({ identity, result }) => ({
        id: identity.slice(COMMAND_PREFIX.length),
        result: operations.findLast((other) => other.commandId === identity)?.reason ?? result ?? '',
      })),
  };
}
