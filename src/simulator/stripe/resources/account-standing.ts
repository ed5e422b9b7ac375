/** What an outcome of onboarding means: capabilities, what is due and from whom, in the words of `/v1` and `/v2`. */
import type Stripe from 'stripe';

/** `fresh`: nothing was submitted. `more_later`: it works, more is due at a deadline. `eventually`: it works, more will be
 * due one day. `past_due`: the deadline passed. The others are what their names say. */
export const ACCOUNT_OUTCOMES = [
  'fresh',
  'complete',
  'more_later',
  'eventually',
  'pending',
  'restricted',
  'past_due',
  'rejected',
] as const;
export type AccountOutcome = (typeof ACCOUNT_OUTCOMES)[number];
export type TransferState = 'active' | 'inactive' | 'pending';
export type DueStatus = 'currently_due' | 'eventually_due' | 'past_due';
type Reason = Stripe.Account.Requirements.DisabledReason;

/** One thing that is due. */
export interface Due {
  /** Its name in `/v1` and in `/v2`. */
  v1: string;
  v2: string;
  status: DueStatus;
  from: 'stripe' | 'user';
  why: 'routine_onboarding' | 'routine_verification';
  error: 'verification_document_not_readable' | null;
}

export interface Standing {
  transfers: TransferState;
  submitted: boolean;
  payouts: boolean;
  disabledReason: Reason | null;
  due: Due[];
}

const NAMES = {
  given_name: ['individual.first_name', 'identity.individual.given_name'],
  surname: ['individual.last_name', 'identity.individual.surname'],
  birth: ['individual.dob.day', 'identity.individual.date_of_birth.day'],
  bank: ['external_account', 'external_account'],
  terms: ['tos_acceptance.date', 'identity.attestations.terms_of_service.account.date'],
  document: ['individual.verification.document', 'identity.individual.verification.document'],
  id_number: ['individual.id_number', 'identity.individual.id_numbers'],
} as const;

function due(name: keyof typeof NAMES, status: DueStatus, more: Partial<Due> = {}): Due {
  const [v1, v2] = NAMES[name];
  return { v1, v2, status, from: 'user', why: 'routine_verification', error: null, ...more };
}

const FIRST = (['given_name', 'surname', 'birth', 'bank', 'terms'] as const).map((name) =>
  due(name, 'past_due', { why: 'routine_onboarding' }),
);
const UNREADABLE = due('document', 'past_due', { error: 'verification_document_not_readable' });

/** Works, and needs nothing now. */
const GOOD: Standing = { transfers: 'active', submitted: true, payouts: true, disabledReason: null, due: [] };
/** Works no longer. */
const BAD: Standing = { ...GOOD, transfers: 'inactive', payouts: false, disabledReason: 'requirements.past_due' };

/** The rows of the table: what follows from each outcome. */
const STANDINGS: Readonly<Record<AccountOutcome, Standing>> = {
  fresh: { ...BAD, submitted: false, due: FIRST },
  complete: GOOD,
  more_later: { ...GOOD, due: [due('document', 'currently_due')] },
  eventually: { ...GOOD, due: [due('id_number', 'eventually_due')] },
  pending: {
    ...BAD,
    transfers: 'pending',
    disabledReason: 'requirements.pending_verification',
    due: [due('document', 'currently_due', { from: 'stripe' })],
  },
  restricted: { ...BAD, due: [UNREADABLE] },
  past_due: { ...BAD, due: [due('id_number', 'past_due')] },
  rejected: { ...BAD, disabledReason: 'rejected.other' },
};

/** What is true of an account now. A capability that was not requested is inactive, and so is everything of a closed account. */
export function standingOf(row: {
  outcome: AccountOutcome;
  rejection: string | null;
  closed: boolean;
  requested: { transfers?: number };
}): Standing {
  const standing = STANDINGS[row.outcome];
  if (row.closed) return { ...BAD, submitted: standing.submitted, disabledReason: 'other' };
  return {
    ...standing,
    ...(row.requested.transfers === undefined ? { transfers: 'inactive' as const } : {}),
    ...(row.rejection === null ? {} : { disabledReason: row.rejection as Reason }),
  };
}
