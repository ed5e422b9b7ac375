/** `quittance payment show`: everything that happened to one payment, for whoever is on call at 3 a.m. */
import type { Command } from 'commander';
import { formatMoney } from '../domain/money.js';
import { ledgerOf, type Ledger } from '../domain/ledger.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Transfer } from '../domain/transfer.js';
import { readPaymentRecord, type PaymentRecord } from '../storage/payment-record.js';
import { readPaymentFile, type Scope } from '../storage/payments.js';
import { listTransfers } from '../storage/transfers.js';
import { listTenants } from '../storage/tenants.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';
import { table } from './table.js';

/** Adds the command. */
export function registerPaymentCommands(program: Command, open: OpenCli): void {
  commandGroup(program, 'payment', 'payments and what happened to them')
    .command('show')
    .argument('<reference>', 'order reference or transaction id')
    .option('--tenant <id>', 'of this tenant; without it every tenant is searched')
    .description('show a payment with its history, operations, events, messages, transfers and ledger')
    .action((reference: string, { tenant }: { tenant?: string }) =>
      withContext(open, (context) => show(context, reference, tenant)),
    );
}

async function show(context: CliContext, reference: string, tenant: string | undefined): Promise<void> {
  const { db, config, print } = context;
  const tenantIds =
    tenant === undefined ? (await listTenants(db, config.appId)).map(({ tenantId }) => tenantId) : [tenant];
  const found: string[] = [];
  for (const tenantId of tenantIds) {
    const scope = { appId: config.appId, tenantId };
    const file = await find(context, scope, reference);
    if (file === undefined) continue;
    const { payment, references } = file;
    const order = payment.orderReference === undefined ? {} : { orderReference: payment.orderReference };
    const ids = references.map((other) => other.reference);
    const record = await readPaymentRecord(db, scope, { id: payment.id, ...order, references: ids });
    found.push(report(file, record, await listTransfers(db, scope, { paymentId: payment.id })));
  }
  if (found.length === 0) throw new Error(`Show a payment: there is none with ${JSON.stringify(reference)}`);
  print(found.join('\n\n'));
}

async function find({ db }: CliContext, scope: Scope, reference: string): Promise<PaymentFile | undefined> {
  return (
    (await readPaymentFile(db, scope, { orderReference: reference })) ??
    (await readPaymentFile(db, scope, { transactionId: reference }))
  );
}

/** The whole record as text. */
export function report(file: PaymentFile, record: PaymentRecord, transfers: readonly Transfer[] = []): string {
  const { payment, history } = file;
  const money = (minor: number): string => formatMoney({ minor, currency: payment.currency }, 'en');
  const sections = [
    `${payment.orderReference ?? '(no order yet)'}  ${payment.status}  ${money(payment.amount)}`,
    table(
      ['PAYMENT', ''],
      [
        ['tenant', payment.tenantId],
        ['connector', payment.connector],
        ['transaction', payment.transactionId ?? '(none yet)'],
        ['authorized', money(payment.authorized)],
        ['captured', money(payment.captured)],
        ['refunded', money(payment.refunded)],
        ...Object.entries(payment.details),
      ],
    ),
    table(
      ['HISTORY', 'FROM', 'TO', 'WHY'],
      history.map((row) => [clock(row.at), row.fromStatus ?? '', row.toStatus, row.reason]),
    ),
    table(
      ['OPERATION', 'STATUS', 'ASKED', 'TIMES', 'AMOUNT', 'WHY'],
      record.operations.map((row) => [
        row.kind,
        row.status,
        clock(row.askedAt),
        `${row.askings}`,
        money(row.amount),
        row.reason ?? '',
      ]),
    ),
    table(
      ['RECEIVED', 'WHAT', 'STATE', 'RESULT'],
      record.received.map((row) => [clock(row.receivedAt), `${row.source} ${row.type}`, row.state, row.result ?? '']),
    ),
    table(
      ['TOLD', 'MESSAGE', 'STATE', 'DELIVERIES'],
      record.told.map((row) => [clock(row.createdAt), row.name, row.state, `${row.deliveries}`]),
    ),
    ...(transfers.length === 0 ? [] : [transferText(transfers, money)]),
    ledgerText(ledgerOf(file, transfers), money),
  ];
  return sections.join('\n\n');
}

/** Shares of merchants, and below each what was taken back. */
function transferText(transfers: readonly Transfer[], money: (minor: number) => string): string {
  const rows = transfers.flatMap((transfer) => [
    [
      transfer.transferId ?? 'transfer',
      transfer.status,
      clock(transfer.createdAt),
      transfer.merchantReference,
      money(transfer.amount),
      transfer.items.map(({ itemReference }) => itemReference).join(', '),
      transfer.reason ?? '',
    ],
    ...transfer.reversals.map((reversal) => [
      `  ${reversal.reversalId ?? 'reversal'}`,
      reversal.status,
      clock(reversal.createdAt),
      transfer.merchantReference,
      money(-reversal.amount),
      reversal.items.map(({ itemReference }) => itemReference).join(', '),
      reversal.reason ?? '',
    ]),
    ...(transfer.reversedElsewhere === 0
      ? []
      : [['  at the PSP', 'paid', '', transfer.merchantReference, money(-transfer.reversedElsewhere), '', '']]),
  ]);
  return table(['TRANSFER', 'STATUS', 'ASKED', 'MERCHANT', 'AMOUNT', 'ITEMS', 'WHY'], rows);
}

function ledgerText(ledger: Ledger, money: (minor: number) => string): string {
  const entries = table(
    ['LEDGER', 'WHAT', 'DEBIT', 'CREDIT', 'AMOUNT'],
    ledger.entries.map(({ at, what, debit, credit, amount }) => [clock(at), what, debit, credit, money(amount)]),
  );
  const balances = Object.entries(ledger.balances).map(([account, balance = 0]) => `${account} ${money(balance)}`);
  const verdict =
    ledger.faults.length === 0 ? 'The ledger balances.' : `THE LEDGER IS WRONG: ${ledger.faults.join('; ')}`;
  return `${entries}\n\nbalances  ${balances.join(' | ')}\n${verdict}`;
}

function clock(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
