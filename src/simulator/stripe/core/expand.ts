/** `expand[]`: replaces ids by the objects they name, along dotted paths (https://docs.stripe.com/api/expanding_objects). */
import { invalidParameter } from './errors.js';
import type { Call } from './call.js';
import type { Collection } from './store.js';

/** Expandable fields by object type. A new resource adds its line here. */
const EXPANDABLE: Record<string, Record<string, Collection>> = {
  payment_intent: {
    latest_charge: 'charges',
    payment_method: 'payment_methods',
    customer: 'customers',
    review: 'reviews',
  },
  charge: {
    balance_transaction: 'balance_transactions',
    failure_balance_transaction: 'balance_transactions',
    payment_intent: 'payment_intents',
    customer: 'customers',
    review: 'reviews',
  },
  customer_cash_balance_transaction: { customer: 'customers' },
  dispute: { charge: 'charges', payment_intent: 'payment_intents' },
  mandate: { payment_method: 'payment_methods' },
  'radar.early_fraud_warning': { charge: 'charges', payment_intent: 'payment_intents' },
  review: { charge: 'charges', payment_intent: 'payment_intents' },
  refund: {
    charge: 'charges',
    payment_intent: 'payment_intents',
    payment_method: 'payment_methods',
    customer: 'customers',
    balance_transaction: 'balance_transactions',
    failure_balance_transaction: 'balance_transactions',
  },
  payment_method: { customer: 'customers' },
  transfer: { balance_transaction: 'balance_transactions', source_transaction: 'charges' },
  transfer_reversal: { balance_transaction: 'balance_transactions', transfer: 'transfers' },
};

type Json = Record<string, unknown>;

/** The answer with every path of `paths` expanded; a field that cannot be expanded is 400. Null stays null. */
export function expanded(call: Call, answer: object, paths: readonly string[] | undefined): object {
  return (paths ?? []).reduce((tree: object, path) => expandPath(call, tree as Json, path.split('.'), path), answer);
}

function expandPath(call: Call, tree: Json, steps: string[], whole: string): Json {
  const [step = '', ...rest] = steps;
  if (step === 'data' && Array.isArray(tree.data)) {
    if (rest.length === 0) return tree;
    return { ...tree, data: (tree.data as Json[]).map((row) => expandPath(call, row, rest, whole)) };
  }
  const collection = EXPANDABLE[String(tree.object)]?.[step];
  if (!collection) throw invalidParameter('expand', `This property cannot be expanded (${whole}).`);
  const value = tree[step];
  if (value === null || value === undefined) return tree;
  const id = typeof value === 'string' ? value : String((value as Json).id);
  const found = (typeof value === 'string' ? call.tx.get(collection, call.account, id) : value) as Json | undefined;
  const object = found ?? (call.tx.get('deleted', call.account, id) as Json | undefined);
  if (!object) return tree;
  return { ...tree, [step]: rest.length === 0 ? object : expandPath(call, object, rest, whole) };
}
