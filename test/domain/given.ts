/** Payments for tests of the domain: a file as it would be read, and a way to tell it news as storage would. */
import type { Announcement } from '../../src/domain/announce.js';
import { factKey, type Fact } from '../../src/domain/fact.js';
import type { OperationView } from '../../src/domain/operation.js';
import type { Payment, PaymentFile } from '../../src/domain/payment.js';
import { settlement, type News, type Settlement } from '../../src/domain/settlement.js';

/** A moment of the test day: second `s` after ten o'clock. */
export const at = (s: number): string => new Date(Date.UTC(2026, 2, 1, 10, 0, 0) + s * 1000).toISOString();

export function givenPayment(changes: Partial<Payment> = {}): Payment {
  return {
    id: 'payment-1',
    tenantId: 'tenant-1',
    connector: 'sandbox',
    orderReference: 'DE--1',
    transactionId: 'sbx_one',
    status: 'new',
    round: 1,
    amount: 12_000,
    currency: 'EUR',
    order: {
      orderReference: 'DE--1',
      grandTotal: 12_000,
      currency: 'EUR',
      paymentMethod: 'credit-card',
      billing: {},
      lines: [
        { id: '101', name: 'Oryx', quantity: 1, unitPrice: 7_000 },
        { id: '102', name: 'Gazelle', quantity: 1, unitPrice: 5_000 },
      ],
      expenses: [],
      additional: {},
    },
    details: {},
    pageExpiresAt: at(7_200),
    authorized: 0,
    captured: 0,
    refunded: 0,
    version: 1,
    looks: 0,
    createdAt: at(0),
    ...changes,
  };
}

export function givenFile(changes: Partial<Payment> = {}, more: Partial<PaymentFile> = {}): PaymentFile {
  const history = [{ toStatus: 'new' as const, reason: 'initialize', at: at(0) }];
  return { payment: givenPayment(changes), facts: [], operations: [], refunds: [], history, references: [], ...more };
}

export function givenOperation(changes: Partial<OperationView> & Pick<OperationView, 'kind'>): OperationView {
  const whole = { amount: 12_000, itemIds: ['101', '102'], capturedBefore: 0, askedAt: at(0) };
  return { id: `${changes.kind}-1`, status: 'asked', unanswered: false, ...whole, ...changes };
}

/** The file as it would be read after the settlement was written. Members of facts come back in another order. */
export function written(file: PaymentFile, settled: Settlement): PaymentFile {
  const facts = new Map(file.facts.map((fact) => [factKey(fact), fact]));
  for (const fact of settled.facts) facts.set(factKey(fact), turned(fact));
  const operations = file.operations.map((old) => settled.operations.find(({ id }) => id === old.id) ?? old);
  const kept = file.refunds.filter((old) => !settled.refunds.some(({ id }) => id === old.id));
  return {
    payment: { ...settled.payment, version: file.payment.version + 1 },
    facts: [...facts.values()],
    operations,
    refunds: [...kept, ...settled.refunds],
    history: [...file.history, ...settled.history],
    references: [...file.references, ...settled.references.map(({ kind, id }) => ({ kind, reference: id }))],
  };
}

function turned(fact: Fact): Fact {
  return Object.fromEntries(Object.entries(fact).reverse()) as unknown as Fact;
}

export interface Told {
  file: PaymentFile;
  announced: Announcement[];
  settlements: Settlement[];
}

/** Tells news one after the other and keeps what the outbox would keep: a named thing once. */
export function tell(file: PaymentFile, news: (Partial<News> | Fact)[]): Told {
  const settlements: Settlement[] = [];
  const announced: Announcement[] = [];
  let present = file;
  let ids = 0;
  news.forEach((told, n) => {
    const whole: News = 'kind' in told ? { facts: [told], reason: 'test' } : { facts: [], reason: 'test', ...told };
    const settled = settlement(present, whole, { now: at(100 + n), newId: () => `made-${(ids += 1)}` });
    settlements.push(settled);
    for (const one of settled.announcements) {
      const isKnown = one.announces !== undefined && announced.some(({ announces }) => announces === one.announces);
      if (!isKnown) announced.push(one);
    }
    present = written(present, settled);
  });
  return { file: present, announced, settlements };
}

/** Kinds of what was announced, in order. */
export const kinds = (announced: Announcement[]): string[] => announced.map(({ event }) => event.kind);
