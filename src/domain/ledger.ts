/**
 * The ledger of one payment: every movement of its money as an entry between two accounts, derived from what is
 * known. Each entry debits one account and credits another, so all balances sum to zero; what must also hold is that
 * nothing is given that was not taken.
 */
import type { PaymentFile } from './payment.js';
import type { Transfer } from './transfer.js';

/**
 * `held` and `holder`: reserved money, seen from the PSP and from the customer; `psp`: money the PSP keeps for the
 * tenant; `customer`: money the customer has given; `fees`: what the PSP keeps for itself; `merchant`: what a merchant
 * got; `commission`: what the tenant keeps, once something of the payment went to merchants.
 */
export type Account = 'held' | 'holder' | 'psp' | 'customer' | 'fees' | 'commission' | `merchant ${string}`;

export interface LedgerEntry {
  /** ISO text; when the PSP says it happened. */
  at: string;
  what: string;
  debit: Account;
  credit: Account;
  /** Minor units, always positive. */
  amount: number;
}

export interface Ledger {
  currency: string;
  entries: LedgerEntry[];
  /** Debits minus credits per account. */
  balances: Partial<Record<Account, number>>;
  /** What does not add up; empty when everything does. */
  faults: string[];
}

/**
 * The ledger of a payment as it is known now, with what went to merchants of it (`transfers`: all of this payment, those
 * that were refused or have no answer yet move nothing). Pure; the same file and transfers give the same ledger.
 */
export function ledgerOf(file: PaymentFile, transfers: readonly Transfer[] = []): Ledger {
  const sent = transfers.filter(({ status }) => status === 'paid');
  const moved = [
    ...holds(file),
    ...captures(file),
    ...refunds(file),
    ...fees(file),
    ...sent.flatMap((transfer) => [sending(transfer), ...takenBack(transfer)]),
  ].sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
  const entries = sent.length === 0 ? moved : [...moved, ...commission(moved)];
  const balances = balancesOf(entries);
  return { currency: file.payment.currency, entries, balances, faults: faultsOf(file, entries, balances) };
}

function balancesOf(entries: readonly LedgerEntry[]): Ledger['balances'] {
  const balances: Ledger['balances'] = {};
  for (const { debit, credit, amount } of entries) {
    balances[debit] = (balances[debit] ?? 0) + amount;
    balances[credit] = (balances[credit] ?? 0) - amount;
  }
  return balances;
}

function holds({ facts }: PaymentFile): LedgerEntry[] {
  const authorized = facts.find((fact) => fact.kind === 'authorized');
  if (authorized === undefined || authorized.amount === 0) return [];
  const hold = {
    at: authorized.at,
    what: 'authorized',
    debit: 'held',
    credit: 'holder',
    amount: authorized.amount,
  } as const;
  const captured = facts.find((fact) => fact.kind === 'captured');
  const canceled = facts.find((fact) => fact.kind === 'canceled');
  const taken = Math.min(captured?.amount ?? 0, authorized.amount);
  const back = (at: string, what: string, amount: number): LedgerEntry[] =>
    amount > 0 ? [{ at, what, debit: 'holder', credit: 'held', amount }] : [];
  const isOver = captured?.final === true || canceled !== undefined;
  const overAt = canceled?.at ?? captured?.at ?? authorized.at;
  return [
    hold,
    ...back(captured?.at ?? authorized.at, 'hold used by the capture', taken),
    ...back(overAt, 'hold released', isOver ? authorized.amount - taken : 0),
  ];
}

function captures({ facts }: PaymentFile): LedgerEntry[] {
  const captured = facts.find((fact) => fact.kind === 'captured');
  const overpaid = facts.find((fact) => fact.kind === 'overpaid');
  const received = facts.find((fact) => fact.kind === 'received');
  const taken = captured?.amount ?? 0;
  const entries: LedgerEntry[] = [];
  if (received !== undefined && received.amount > 0 && taken === 0 && overpaid === undefined) {
    entries.push({ at: received.at, what: 'received', debit: 'psp', credit: 'customer', amount: received.amount });
  }
  if (captured !== undefined && taken > 0) {
    entries.push({ at: captured.at, what: 'captured', debit: 'psp', credit: 'customer', amount: taken });
  }
  if (overpaid !== undefined && overpaid.amount > taken) {
    entries.push({
      at: overpaid.at,
      what: 'received too much',
      debit: 'psp',
      credit: 'customer',
      amount: overpaid.amount - taken,
    });
  }
  return entries;
}

function refunds({ facts }: PaymentFile): LedgerEntry[] {
  return facts.flatMap((fact): LedgerEntry[] => {
    if (fact.kind !== 'refund' || fact.amount === 0) return [];
    if (fact.status === 'failed' || fact.status === 'canceled') return [];
    return [
      {
        at: fact.at,
        what: `refund ${fact.refundId} ${fact.status}`,
        debit: 'customer',
        credit: 'psp',
        amount: fact.amount,
      },
    ];
  });
}

function fees({ facts }: PaymentFile): LedgerEntry[] {
  const fee = facts.find((fact) => fact.kind === 'fee');
  if (fee === undefined || fee.amount === 0) return [];
  return [{ at: fee.at, what: 'fee of the PSP', debit: 'fees', credit: 'psp', amount: fee.amount }];
}

function sending({ createdAt: at, merchantReference, transferId, amount }: Transfer): LedgerEntry {
  return { at, what: `transfer ${transferId ?? ''}`, debit: `merchant ${merchantReference}`, credit: 'psp', amount };
}

/** What the tenant had taken back, and what somebody took back at the PSP: of that only the sum is known. */
function takenBack(transfer: Transfer): LedgerEntry[] {
  const { merchantReference, reversals, reversedElsewhere, createdAt } = transfer;
  const sides = { debit: 'psp', credit: `merchant ${merchantReference}` } as const;
  const ours = reversals
    .filter(({ status }) => status === 'paid')
    .map(({ createdAt: at, reversalId, amount }) => ({ at, what: `reversal ${reversalId ?? ''}`, ...sides, amount }));
  if (reversedElsewhere === 0) return ours;
  return [...ours, { at: createdAt, what: 'reversed at the PSP', ...sides, amount: reversedElsewhere }];
}

/** What is left when the merchants have their shares is the tenant's; what is missing the tenant has paid. */
function commission(moved: readonly LedgerEntry[]): LedgerEntry[] {
  const left = balancesOf(moved).psp ?? 0;
  const at = moved.at(-1)?.at;
  if (left === 0 || at === undefined) return [];
  return left > 0
    ? [{ at, what: 'commission', debit: 'commission', credit: 'psp', amount: left }]
    : [{ at, what: 'paid by the tenant', debit: 'psp', credit: 'commission', amount: -left }];
}

function faultsOf(file: PaymentFile, entries: LedgerEntry[], balances: Ledger['balances']): string[] {
  const faults: string[] = [];
  const sum = Object.values(balances).reduce<number>((total, balance) => total + (balance ?? 0), 0);
  if (sum !== 0) faults.push(`the accounts sum to ${sum}, not to zero`);
  if (entries.some(({ amount }) => !Number.isSafeInteger(amount) || amount <= 0))
    faults.push('an entry has no positive amount');
  if ((balances.held ?? 0) < 0) faults.push('more was released than was held');
  if ((balances.customer ?? 0) > 0) faults.push('more was given back than was taken');
  const taken = entries.filter(({ credit }) => credit === 'customer').reduce((total, { amount }) => total + amount, 0);
  if (taken < file.payment.captured) faults.push('the payment says more was captured than the ledger');
  const merchants = Object.entries(balances).filter(([account]) => account.startsWith('merchant '));
  for (const [account, balance] of merchants)
    if ((balance ?? 0) < 0) faults.push(`more was taken back from ${account} than was sent`);
  if (merchants.reduce<number>((total, [, balance = 0]) => total + balance, 0) > taken)
    faults.push('more was sent to merchants than was taken');
  return faults;
}
