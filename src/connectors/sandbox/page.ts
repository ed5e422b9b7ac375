/** The sandbox on the hosted page: three choices instead of a card form, and the facts that follow from each. */
import type { Context, Fact, PageVerbs, PaymentHandle } from '../../kit/index.js';
import { isoTime } from '../../kit/index.js';
import { outcomeOf, problemOf } from './outcomes.js';
import { isAble, readSettings } from './settings.js';

/** Choices the page offers, in this order. `fail` is understood too, for tests. */
export const CHOICES = ['pay', 'decline', 'cancel'] as const;

type Chosen = { facts: Fact[]; message?: string };

export const page: PageVerbs = {
  policy: () => ({ script: [], frame: [], connect: [], image: [] }),
  island: 'choice',
  mountData: (_session, settings) => ({ choices: isAble(settings, 'page') ? [...CHOICES] : [] }),
  choose(choice, payment, context) {
    if (!isAble(context.tenant.settings, 'page')) return { facts: [], message: 'Paying on the page is switched off' };
    // Only its own entries: every object also has a `toString`.
    const chosen = Object.hasOwn(CHOSEN, choice) ? CHOSEN[choice] : undefined;
    if (chosen === undefined) return { facts: [], message: `Choose one of: ${CHOICES.join(', ')}` };
    return chosen(payment, context);
  },
};

const CHOSEN: Readonly<Record<string, (payment: PaymentHandle, context: Context) => Chosen>> = {
  pay,
  decline: () => ({ facts: [], message: problemOf('authorize', 'decline').message }),
  fail: (_payment, context) => ({ facts: [authorizationFailed(context)] }),
  cancel: (_payment, context) => ({
    facts: [{ kind: 'canceled', cause: 'external', reason: 'canceled on the page', at: isoTime(context.clock) }],
  }),
};

/** A declined attempt may be tried again and is no fact; a failed one is final. */
function pay(payment: PaymentHandle, context: Context): Chosen {
  const at = isoTime(context.clock);
  const outcome = outcomeOf('authorize', payment.amount, context.tenant.settings);
  if (outcome === 'success') {
    const automatic = readSettings(context.tenant.settings).capture?.mode === 'automatic';
    const { amount } = payment;
    return { facts: [automatic ? { kind: 'captured', amount, final: true, at } : { kind: 'authorized', amount, at }] };
  }
  if (outcome === 'pending_success' || outcome === 'pending_failure') return { facts: [{ kind: 'processing', at }] };
  if (outcome === 'failure') return { facts: [authorizationFailed(context)] };
  return { facts: [], message: problemOf('authorize', outcome).message };
}

function authorizationFailed(context: Context): Fact {
  return { kind: 'authorization_failed', reason: 'failed on the page', at: isoTime(context.clock) };
}
