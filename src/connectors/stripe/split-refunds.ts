/**
 * One refund of more than the payment or its surplus holds alone: two refunds at Stripe, told as one. Both carry the
 * whole amount in their metadata, so that one without the other is known to be half of it.
 */
import type Stripe from 'stripe';
import type { Answer, Context, Fact } from '../../kit/index.js';
import { answeredAt, refundAnswer } from './answers.js';
import { fromCash } from './cash-refunds.js';
import { classify } from './errors.js';
import { refundFact, timeOf } from './facts.js';
import type { RefundParameters } from './payments.js';

const TOTAL = 'psp_refund_total';

/** Whether this is half of a refund of ours, so that its event alone says too little. */
export function isHalf(refund: Stripe.Refund): boolean {
  return Boolean(refund.metadata?.[TOTAL]);
}

/**
 * Makes both halves, or the one that is missing. The payment's half comes first: when Stripe refuses it nothing was
 * done. Each has its own key, so a repeat makes neither twice.
 */
export async function refundInHalves(
  stripe: Stripe,
  wanted: RefundParameters & { customer: string },
  how: { idempotencyKey: string; ofSurplus: number; made?: Stripe.Refund },
): Promise<Answer> {
  const { customer, body } = wanted;
  const { idempotencyKey, made } = how;
  const total = Number(body.amount);
  const half = (amount: number) => ({
    ...body,
    amount,
    metadata: { ...(body.metadata as Record<string, string>), [TOTAL]: String(total) },
  });
  const { currency: _currency, ...ofCharge } = half(total - how.ofSurplus) as RefundParameters['body'];
  const first = made ?? (await stripe.refunds.create(ofCharge as Stripe.RefundCreateParams, { idempotencyKey }));
  const rest = fromCash(half(total - first.amount), customer);
  try {
    const second = await stripe.refunds.create(rest, { idempotencyKey: `${idempotencyKey}:surplus` });
    return refundsAnswer([first, second]);
  } catch (error) {
    if (!classify(error).definitive) throw error;
    // The surplus is gone. What the payment gave back is the whole refund from now on.
    const whole = { metadata: { [TOTAL]: '' } };
    return refundAnswer(await stripe.refunds.update(first.id, whole, { idempotencyKey: `${idempotencyKey}:whole` }));
  }
}

/** The answer about refunds of one operation: one, or two halves. */
function refundsAnswer(made: Stripe.Refund[], at?: string): Answer {
  const [first] = made;
  if (first === undefined || !isHalf(first)) return refundAnswer(first!, at);
  const answers = made.map((refund) => refundAnswer(refund, at));
  const seenAt = at ?? timeOf(Math.max(...made.map(({ created }) => created)));
  const fact = joinedFact(made, seenAt);
  const worst = ['accepted', 'completed'].map((kind) => answers.find(({ answer }) => answer === kind));
  const { problem: _problem, ...shown } = worst.find((answer) => answer !== undefined) ?? answers[0]!;
  return {
    ...shown,
    ...(fact?.status === 'failed' ? { problem: answers[0]!.problem! } : {}),
    facts: fact === undefined ? [] : [fact],
    references: answers.flatMap(({ references }) => references),
    details: Object.assign({}, ...answers.map(({ details }) => details)) as Record<string, string>,
    ...(fact === undefined ? {} : { refundId: fact.refundId }),
  };
}

/** The same about refunds that were made before: as they are now. */
export async function presentAnswer(stripe: Stripe, made: Stripe.Refund[], context: Context): Promise<Answer> {
  const seen = await Promise.all(made.map(({ id }) => stripe.refunds.retrieve(id)));
  return refundsAnswer(seen, answeredAt(seen[0]!, context));
}

/** Whether these are all refunds an operation has to make. */
export function isWhole(made: Stripe.Refund[]): boolean {
  const total = Number(made[0]?.metadata?.[TOTAL] || made[0]?.amount);
  return made.length > 0 && made.reduce((sum, { amount }) => sum + amount, 0) >= total;
}

/** Every refund as a fact, halves of one operation joined; a half without its other half is no fact yet. */
export function refundFacts(refunds: Stripe.Refund[], at: string): Fact[] {
  const single = refunds.filter((refund) => !isHalf(refund));
  const operations = new Set(refunds.filter(isHalf).map(({ metadata }) => metadata?.psp_command_id));
  const joined = [...operations].map((id) =>
    joinedFact(
      refunds.filter((refund) => isHalf(refund) && refund.metadata?.psp_command_id === id),
      at,
    ),
  );
  return [...single.map((refund) => refundFact(refund, at)), ...joined.filter((fact) => fact !== undefined)];
}

type RefundFact = Extract<Fact, { kind: 'refund' }>;

/** Two halves as one refund: on its way while one is, and of what did not fail. */
function joinedFact(halves: Stripe.Refund[], at: string): RefundFact | undefined {
  if (!isWhole(halves)) return undefined;
  // The payment's half is the one Stripe lists with the payment, so the refund keeps its id.
  const facts = [...halves]
    .sort((a) => (a.payment_intent === null ? 1 : -1))
    .map((refund) => refundFact(refund, at) as RefundFact);
  const alive = facts.filter(({ status }) => status !== 'failed' && status !== 'canceled');
  const shown = ['pending', 'processing', 'succeeded'].map((status) => alive.find((fact) => fact.status === status));
  const told = shown.find((fact) => fact !== undefined) ?? facts[0]!;
  const reason = facts.find((fact) => fact.reason !== undefined)?.reason;
  const counted = alive.length === 0 ? facts : alive;
  return {
    ...told,
    refundId: facts[0]!.refundId,
    amount: counted.reduce((sum, { amount }) => sum + amount, 0),
    ...(reason === undefined ? {} : { reason }),
  };
}
