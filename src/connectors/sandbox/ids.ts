/** Ids of the sandbox. Each is derived from the operation that made it, so asking twice makes one thing. */
import { createHash } from 'node:crypto';

const REAL = 'sbx_';
const TEMPORARY = 'tmp-';
const REFUND = 'sbxr_';
const TRANSFER = 'sbxt_';
const REVERSAL = 'sbxtr_';
const ACCOUNT = 'sbxa_';

/** The id of a payment; a temporary one becomes real with the next answer about the payment. */
export function paymentIdOf(operationId: string, temporary: boolean): string {
  return (temporary ? TEMPORARY : REAL) + letters(`payment:${operationId}`);
}

/** The real id behind an id: `tmp-abc` is `sbx_abc`, a real one is itself. */
export function realIdOf(transactionId: string): string {
  return transactionId.startsWith(TEMPORARY) ? REAL + transactionId.slice(TEMPORARY.length) : transactionId;
}

/** The id of a refund. It carries the amount, because the sandbox remembers nothing a webhook could look it up in. */
export function refundIdOf(operationId: string, amount: number): string {
  return `${REFUND}${letters(`refund:${operationId}`)}_${amount}`;
}

/** The amount a refund id carries, in minor units; undefined for an id of another make. */
export function amountOfRefund(refundId: string): number | undefined {
  const amount = /^sbxr_[a-p]{24}_(\d{1,15})$/.exec(refundId)?.[1];
  return amount === undefined ? undefined : Number(amount);
}

/** The id of a transfer to a merchant. */
export function transferIdOf(operationId: string): string {
  return `${TRANSFER}${letters(`transfer:${operationId}`)}`;
}

/** The id of what is taken back of a transfer. */
export function reversalIdOf(operationId: string): string {
  return `${REVERSAL}${letters(`reversal:${operationId}`)}`;
}

/** The id of a merchant's account. It carries how its merchant will end: `sbxa_…_completed`. */
export function accountIdOf(operationId: string, ending: string): string {
  return `${ACCOUNT}${letters(`account:${operationId}`)}_${ending}`;
}

/** How the merchant of an account ends; undefined for an id of another make. */
export function endingOfAccount(accountId: string): string | undefined {
  return /^sbxa_[a-p]{24}_([a-z_]+)$/.exec(accountId)?.[1];
}

/** 96 bits as letters: no digits, so that no id is ever taken for a card number. */
function letters(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 24);
  return [...hex].map((digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16))).join('');
}
