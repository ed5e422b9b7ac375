/** What may become of an account at the sandbox: when it is asked for, and when its merchant has been at the forms. */
import type { AccountState } from '../../kit/index.js';

/** Outcomes of asking for an account or a link. */
export const ACCOUNT_OUTCOMES = [
  'success',
  'decline',
  'exception',
  'no_answer',
  'lost_answer',
  'slow',
  'gone',
] as const;
export type AccountOutcome = (typeof ACCOUNT_OUTCOMES)[number];

const WORKING = {
  isSubmitted: true,
  transfers: 'active',
  isRejected: false,
  isDisabled: false,
  isUnderReview: false,
} as const;
const NOTHING_DUE = { pastDue: [], currentlyDue: [], eventuallyDue: [] };
const DEADLINE = '2030-01-01T00:00:00.000Z';

/** What the sandbox says of an account in each status; `incomplete` after it was active counts as restricted. */
export const ACCOUNT_STATUSES: Readonly<Record<string, AccountState>> = {
  completed: { ...WORKING, ...NOTHING_DUE, paysOut: true },
  enabled: { ...WORKING, ...NOTHING_DUE, eventuallyDue: ['company.tax_id'], paysOut: true },
  'restricted soon': { ...WORKING, ...NOTHING_DUE, currentlyDue: ['external_account'], deadline: DEADLINE, paysOut: true },
  restricted: { ...WORKING, ...NOTHING_DUE, transfers: 'inactive', isDisabled: true, pastDue: ['external_account'] },
  pending: { ...WORKING, ...NOTHING_DUE, transfers: 'pending', isUnderReview: true },
  rejected: { ...WORKING, ...NOTHING_DUE, transfers: 'inactive', isRejected: true },
  incomplete: { ...WORKING, ...NOTHING_DUE, isSubmitted: false, transfers: 'inactive', currentlyDue: ['individual.first_name'] },
}; // prettier-ignore
