/**
 * What a refusal of a transfer means, in words for the people at the shop. Every explicit no is definitive, because nothing
 * was moved and the shop is told at once; only what leaves the question open is asked again.
 */
import type { Problem, TransferAnswer } from '../../kit/index.js';
import { problem } from '../../kit/index.js';
import { classify } from './errors.js';

export interface TransferFailure {
  answer: TransferAnswer['answer'];
  problem: Problem;
  keySpent: boolean;
  requestId?: string;
}

/** Texts by Stripe's code; where the same code means several things, by the parameter it is about. */
const TEXTS: Readonly<Record<string, string>> = {
  insufficient_capabilities_for_transfer: 'The merchant’s account at Stripe cannot receive transfers yet.',
  account_invalid: 'The merchant’s account no longer belongs to the shop’s Stripe account.',
  balance_insufficient: 'The balance at Stripe is too low for this.',
  'resource_missing destination': 'Stripe does not know the merchant’s account.',
  'resource_missing source_transaction': 'Stripe does not know the charge of this payment.',
};

/** Classes of an explicit no. A `bug` is a key used for other parameters: what happened under it is read back. */
const NO: readonly Problem['class'][] = ['declined', 'rejected', 'already', 'not_found', 'credential', 'permission'];

/** Sorts an error of an asking. */
export function transferFailure(error: unknown): TransferFailure {
  const { problem: why, definitive, keySpent, requestId } = classify(error);
  const { param } = (typeof error === 'object' && error !== null ? error : {}) as { param?: string };
  const { class: kind, code = '' } = why;
  const text = TEXTS[code] ?? TEXTS[`${code} ${param ?? ''}`];
  const told = text === undefined ? why : problem(kind, text, code);
  const answer = definitive || NO.includes(kind) ? 'rejected' : 'unknown';
  return { answer, problem: told, keySpent, ...(requestId === undefined ? {} : { requestId }) };
}

/** The charge was booked in another currency than that of the transfer. */
export function isMismatch(error: unknown): boolean {
  return classify(error).problem.code === 'transfer_source_balance_parameters_mismatch';
}
