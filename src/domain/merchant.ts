/** Merchants: sellers on a tenant's marketplace, and how far each has come with the PSP. */
import type { OnboardingStatus } from './event.js';

export interface Merchant {
  /** The shop's name of the merchant; unique within the tenant. */
  merchantReference: string;
  connector: string;
  /** The PSP's id of the account; absent while none is made. */
  accountId?: string;
  /** What the shop was told last; `incomplete` is what it assumes without being told. */
  status: OnboardingStatus;
  /** Money could be sent to the account at some time. */
  wasActive: boolean;
  /** What the PSP said last; absent while it has said nothing. */
  state?: AccountState;
}

/** What a PSP says of a merchant's account: facts, of which the status is derived here. */
export interface AccountState {
  /** The merchant has filled in the PSP's forms. */
  isSubmitted: boolean;
  /** Whether money can be sent to the account. */
  transfers: 'active' | 'pending' | 'inactive';
  /** Refused for good, closed, or no longer ours. */
  isRejected: boolean;
  /** Switched off, for another reason than that the PSP is looking into it. */
  isDisabled: boolean;
  /** The PSP is looking into what it was given. */
  isUnderReview: boolean;
  /** What should have been there already, what is asked for now, and what will be asked for one day; in the PSP's words. */
  pastDue: string[];
  currentlyDue: string[];
  eventuallyDue: string[];
  /** Until when what is asked for now has to be there: ISO text. */
  deadline?: string;
  /** False: the PSP keeps the merchant's money for the time being. Absent: not told. */
  paysOut?: boolean;
}

/**
 * The status of a merchant in the words of the shop; the first line that fits counts. `wasActive`: money could be sent to
 * the account before. Source: docs/protocol.md, Onboarding.
 */
export function onboardingStatusOf(state: AccountState, wasActive: boolean): OnboardingStatus {
  const isActive = state.transfers === 'active';
  if (state.isRejected) return 'rejected';
  if (!state.isSubmitted && !isActive && !wasActive) return 'incomplete';
  if (state.pastDue.length > 0 || state.isDisabled) return 'restricted';
  if (state.transfers === 'inactive' && wasActive) return 'restricted';
  if (state.isUnderReview || !isActive) return 'pending';
  if (state.currentlyDue.length > 0) return 'restricted soon';
  return state.eventuallyDue.length > 0 ? 'enabled' : 'completed';
}
