/**
 * Accounts of merchants at the sandbox. It remembers none: an account's id says how its merchant will end, which is
 * chosen by the ending of the merchant's reference or by configuration. The link leads straight back to us.
 */
import type {
  AccountAnswer, AccountNews, AnswerKind, Asking, Context, LinkAnswer, MarketplaceVerbs, OnboardingOffer,
  Problem, ProblemClass, Settings,
} from '../../kit/index.js'; // prettier-ignore
import { problem } from '../../kit/index.js';
import type { AccountOutcome } from './account-outcomes.js';
import { ACCOUNT_OUTCOMES, ACCOUNT_STATUSES } from './account-outcomes.js';
import { accountIdOf, endingOfAccount } from './ids.js';
import { delayMs, readSettings } from './settings.js';

type SentAccount = { outcome: AccountOutcome; ending: string };
type SentLink = { outcome: AccountOutcome; returnUrl: string };

/** The verbs for accounts; those for transfers stand beside them. */
export const accounts: Pick<
  MarketplaceVerbs,
  'wanted' | 'onboarding' | 'createAccount' | 'createLink' | 'readAccount'
> = {
  wanted: (settings) => readSettings(settings).businessModel !== 'direct',
  onboarding: offer,
  createAccount: {
    prepare({ merchantReference }, { tenant: { settings } }) {
      const { onboarding, outcomes } = readSettings(settings);
      const ending = onboarding?.ends ?? statusIn(merchantReference) ?? 'completed';
      const outcome = (outcomes?.account as AccountOutcome | undefined) ?? outcomeIn(merchantReference);
      return { outcome, ending };
    },
    ask: (asking, context) => askAccount(asking, context),
  },
  createLink: {
    prepare({ accountId, returnUrl }, { tenant: { settings } }) {
      const chosen = readSettings(settings).outcomes?.link as AccountOutcome | undefined;
      const known = endingOfAccount(accountId) === undefined ? 'gone' : 'success';
      return { outcome: chosen ?? known, returnUrl };
    },
    ask: (asking, context) => askLink(asking, context),
  },
  readAccount(accountId) {
    const state = ACCOUNT_STATUSES[statusOf(accountId)];
    if (state !== undefined) return Promise.resolve({ answer: 'completed', accountId, state });
    const text = 'The sandbox made no such account';
    return Promise.resolve({ answer: 'rejected', problem: problem('not_found', text, 'sandbox_no_account') });
  },
};

/** What a webhook about a merchant tells; undefined when its status is no status. */
export function accountNews(status: string, merchantReference?: string): AccountNews | undefined {
  const state = Object.hasOwn(ACCOUNT_STATUSES, status) ? ACCOUNT_STATUSES[status] : undefined;
  if (state === undefined) return undefined;
  return { state, ...(merchantReference === undefined ? {} : { merchantReference }) };
}

function offer(settings: Settings): OnboardingOffer {
  const { businessModel, onboarding = {} } = readSettings(settings);
  const { strategy = 'api', url, answers = 'redirect' } = onboarding;
  return {
    // A shop that was not said to be a marketplace may have nobody who listens.
    isAnnounced: businessModel === 'marketplace',
    strategy: strategy as OnboardingOffer['strategy'],
    ...(url === undefined ? {} : { url }),
    answers: answers as OnboardingOffer['answers'],
  };
}

async function askAccount({ parameters, operationId, askedAt }: Asking, context: Context): Promise<AccountAnswer> {
  const { outcome, ending } = parameters as SentAccount;
  const { answer, problem: why } = await play(outcome, { askedAt, doing: 'open an account' }, context);
  if (answer !== 'completed') return { answer, ...(why === undefined ? {} : { problem: why }) };
  const state = ACCOUNT_STATUSES['incomplete'];
  const accountId = accountIdOf(operationId, ending.replace(' ', '_'));
  return { answer, accountId, ...(state === undefined ? {} : { state }) };
}

async function askLink({ parameters, askedAt }: Asking, context: Context): Promise<LinkAnswer> {
  const { outcome, returnUrl } = parameters as SentLink;
  const { answer, problem: why } = await play(outcome, { askedAt, doing: 'make a link' }, context);
  return answer === 'completed'
    ? { answer, url: returnUrl }
    : { answer, ...(why === undefined ? {} : { problem: why }) };
}

/** How long the slow outcome takes. */
const SLOW_MS = 3000;

async function play(
  outcome: AccountOutcome,
  of: { askedAt: string; doing: string },
  context: Context,
): Promise<{ answer: AnswerKind; problem?: Problem }> {
  if (outcome === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const isOver = context.clock.now() - Date.parse(of.askedAt) >= delayMs(context.tenant.settings);
  if (outcome === 'success' || outcome === 'slow' || (outcome === 'lost_answer' && isOver))
    return { answer: 'completed' };
  const { kind, text } = TROUBLES[outcome];
  const answer = kind === 'ambiguous' ? 'unknown' : 'rejected';
  return { answer, problem: problem(kind, `${text} ${of.doing}`, `sandbox_${outcome}`) };
}

const TROUBLES: Readonly<Record<Exclude<AccountOutcome, 'success' | 'slow'>, { kind: ProblemClass; text: string }>> = {
  decline: { kind: 'rejected', text: 'The sandbox refused to' },
  exception: { kind: 'bug', text: 'The sandbox broke, and did nothing, when asked to' },
  no_answer: { kind: 'ambiguous', text: 'The sandbox gave no answer when asked to' },
  lost_answer: { kind: 'ambiguous', text: 'The answer of the sandbox was lost when asked to' },
  gone: { kind: 'not_found', text: 'The sandbox does not know the account when asked to' },
};

/** `MER-1-restricted_soon` ends as `restricted soon`, `MER-2-decline` gets no account. */
function statusIn(merchantReference: string): string | undefined {
  return Object.keys(ACCOUNT_STATUSES).find((status) => merchantReference.endsWith(`-${status.replace(' ', '_')}`));
}

function outcomeIn(merchantReference: string): AccountOutcome {
  return ACCOUNT_OUTCOMES.find((outcome) => merchantReference.endsWith(`-${outcome}`)) ?? 'success';
}

function statusOf(accountId: string): string {
  return (endingOfAccount(accountId) ?? '').replace('_', ' ');
}
