/**
 * What a PSP has told us about one payment. A fact can be told twice, late or out of order without harm:
 * facts of one key join to the same result in whatever order they arrive (`joinFacts`). The status of a
 * payment is derived from its facts (status.ts), never reported by a connector.
 */

/** Statuses of one refund at the PSP. Any may follow any: a bounced refund fails after it succeeded. */
export type RefundStatus = 'pending' | 'processing' | 'succeeded' | 'failed' | 'canceled';

interface FactBase {
  /** When the PSP says it happened: ISO text, UTC. */
  at: string;
}

export type Fact =
  /**
   * Money is reserved. `amount` is the whole reservation in minor units. `severalCaptures`: whether a part may be
   * taken while the rest stays reserved; `capturableUpTo`: more than the reservation that may be taken, in all. Absent:
   * nobody told.
   */
  | (FactBase & {
      kind: 'authorized';
      amount: number;
      expiresAt?: string;
      severalCaptures?: boolean;
      capturableUpTo?: number;
    })
  /** Money is taken. `amount` is everything taken so far; `final` when the PSP holds nothing more. */
  | (FactBase & { kind: 'captured'; amount: number; final: boolean })
  /** The PSP is still working on the customer's payment (delayed debit). */
  | (FactBase & { kind: 'processing' })
  /** The customer's payment failed for good. A failed attempt that may be retried is no fact. */
  | (FactBase & {
      kind: 'authorization_failed';
      reason: string;
      /** The PSP would still take money for it: it is canceled there, so that nobody pays what has failed for the shop. */
      open?: boolean;
    })
  /** `operationId` when the PSP says which asking it was; without it the time tells. */
  | (FactBase & { kind: 'capture_failed'; reason: string; operationId?: string })
  /** The reservation is gone. `abandoned`: never paid and swept; `expired`: the PSP let it lapse. */
  | (FactBase & { kind: 'canceled'; cause: 'requested' | 'expired' | 'abandoned' | 'external'; reason?: string })
  | (FactBase & { kind: 'cancel_failed'; reason: string; operationId?: string })
  /** One refund, by the PSP's id. `operationId` when it carries the id of the operation that asked for it. */
  | (FactBase & {
      kind: 'refund';
      refundId: string;
      status: RefundStatus;
      amount: number;
      operationId?: string;
      reason?: string;
    })
  /** More money arrived than was asked for; `amount` is everything received. */
  | (FactBase & { kind: 'overpaid'; amount: number })
  /** Less money arrived than was asked for and the grace period is over. */
  | (FactBase & { kind: 'underpaid'; amount: number })
  /** Money arrived, not yet all of it; until `graceUntil` (ISO text) the rest is waited for. */
  | (FactBase & { kind: 'received'; amount: number; graceUntil: string })
  /** Lines for people by their names, each with its text and when the PSP said so: the latest of one name stands. */
  | (FactBase & { kind: 'lines'; lines: Readonly<Record<string, { text: string; at: string }>> })
  /** What the PSP keeps of the captured money for itself. */
  | (FactBase & { kind: 'fee'; amount: number })
  /** Somebody disputes the payment; the status of the payment stays as it is. */
  | (FactBase & {
      kind: 'dispute';
      disputeId: string;
      state: 'open' | 'won' | 'lost' | 'warning';
      amount: number;
      reason: string;
    });

/** Facts of one key describe the same thing and are joined into one. */
export function factKey(fact: Fact): string {
  if (fact.kind === 'refund') return `refund:${fact.refundId}`;
  return fact.kind === 'dispute' ? `dispute:${fact.disputeId}` : fact.kind;
}

/** On equal times the later station of a refund's life wins, so that order of arrival does not matter. */
const REFUND_RANK: Readonly<Record<RefundStatus, number>> = {
  pending: 0,
  processing: 1,
  succeeded: 2,
  canceled: 3,
  failed: 4,
};

/** Joins two facts of one key. Commutative, associative and idempotent (property-tested). */
export function joinFacts(a: Fact, b: Fact): Fact {
  if (a.kind === 'authorized' && b.kind === 'authorized') {
    // Field by field: a reservation may be told with less than was known, and can be raised and prolonged.
    const optional = {
      expiresAt: greatest(a.expiresAt, b.expiresAt),
      severalCaptures: greatest(a.severalCaptures, b.severalCaptures),
      capturableUpTo: greatest(a.capturableUpTo, b.capturableUpTo),
    };
    const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { kind: a.kind, amount: Math.max(a.amount, b.amount), at: earlierTime(a, b), ...known };
  }
  if (a.kind === 'captured' && b.kind === 'captured') {
    const top = a.amount === b.amount ? (order(a, b) >= 0 ? b : a) : a.amount > b.amount ? a : b;
    return { ...top, final: a.final || b.final };
  }
  if (a.kind === 'refund' && b.kind === 'refund') {
    const later = order(a, b) >= 0 ? a : b;
    // Never two different ones in practice; the rule only has to be the same from both sides.
    const operationId = greatest(a.operationId, b.operationId);
    return { ...later, ...(operationId === undefined ? {} : { operationId }) };
  }
  if (a.kind === 'lines' && b.kind === 'lines') return joinLines(a, b);
  if (a.kind === 'received' && b.kind === 'received' && a.amount !== b.amount) return a.amount > b.amount ? a : b;
  return order(a, b) >= 0 ? a : b;
}

/** Joins new facts into the known ones, by key. */
export function mergeFacts(known: readonly Fact[], told: readonly Fact[]): Fact[] {
  const byKey = new Map(known.map((fact) => [factKey(fact), fact]));
  for (const fact of told) {
    const previous = byKey.get(factKey(fact));
    byKey.set(factKey(fact), previous === undefined ? fact : joinFacts(previous, fact));
  }
  return [...byKey.values()];
}

type Lines = Extract<Fact, { kind: 'lines' }>;

/** Line by line; of two texts said at one time always the same one wins. */
function joinLines(a: Lines, b: Lines): Lines {
  const lines: Record<string, { text: string; at: string }> = { ...a.lines };
  for (const [name, told] of Object.entries(b.lines)) {
    const known = lines[name];
    const stands = known !== undefined && (known.at === told.at ? known.text >= told.text : known.at > told.at);
    if (!stands) lines[name] = told;
  }
  return { kind: 'lines', lines, at: a.at > b.at ? a.at : b.at };
}

function earlierTime(a: Fact, b: Fact): string {
  return a.at < b.at ? a.at : b.at;
}

/** The greater of two values; any is greater than none. */
function greatest<Value extends string | number | boolean>(
  a: Value | undefined,
  b: Value | undefined,
): Value | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

/** Total order by time, then rank, then content, so that a join never depends on who came first. */
function order(a: Fact, b: Fact): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.kind === 'refund' && b.kind === 'refund' && a.status !== b.status) {
    return REFUND_RANK[a.status] - REFUND_RANK[b.status];
  }
  // What arrived twice within one second: the greater sum knows more.
  if ('amount' in a && 'amount' in b && a.amount !== b.amount) return a.amount - b.amount;
  const [textA, textB] = [content(a), content(b)];
  return textA === textB ? 0 : textA < textB ? -1 : 1;
}

/**
 * A fact as text whatever the order of its fields, which a database may change. Without the operation of a refund,
 * because that is joined by itself and must not decide which of two facts wins.
 */
function content(fact: Fact): string {
  const left = fact.kind === 'refund' ? 'operationId' : '';
  const fields = Object.entries(fact).filter(([name, value]) => name !== left && value !== undefined);
  return JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
