/** The status of a merchant, line by line of the table, and that every state has exactly one. */
import { describe, expect, it } from 'vitest';
import { onboardingStatusOf, type AccountState } from '../../src/domain/merchant.js';

const READY: AccountState = {
  isSubmitted: true,
  transfers: 'active',
  isRejected: false,
  isDisabled: false,
  isUnderReview: false,
  pastDue: [],
  currentlyDue: [],
  eventuallyDue: [],
};

const rows: [string, Partial<AccountState>, boolean, string][] = [
  ['rejected: refused for good', { isRejected: true }, true, 'rejected'],
  ['rejected: before anything was filled in', { isRejected: true, isSubmitted: false }, false, 'rejected'],
  ['incomplete: nothing filled in', { isSubmitted: false, transfers: 'inactive', pastDue: ['x'] }, false, 'incomplete'],
  ['incomplete: begun, and asked for again', { isSubmitted: false, transfers: 'pending' }, false, 'incomplete'],
  ['restricted: something is past due', { pastDue: ['document'] }, true, 'restricted'],
  ['restricted: switched off', { isDisabled: true }, true, 'restricted'],
  ['restricted: was active and is not any more', { transfers: 'inactive' }, true, 'restricted'],
  ['restricted: was active, and is asked anew', { isSubmitted: false, transfers: 'inactive' }, true, 'restricted'],
  ['pending: the PSP looks into it', { isUnderReview: true }, false, 'pending'],
  ['pending: not active yet', { transfers: 'pending' }, false, 'pending'],
  ['pending: filled in, never active', { transfers: 'inactive' }, false, 'pending'],
  ['restricted soon: something is asked for now', { currentlyDue: ['tax id'] }, true, 'restricted soon'],
  ['enabled: something will be asked for one day', { eventuallyDue: ['tax id'] }, true, 'enabled'],
  ['completed: nothing is asked for', {}, true, 'completed'],
];

describe('the status of a merchant', () => {
  it.each(rows)('%s', (_title, state, wasActive, status) => {
    expect(onboardingStatusOf({ ...READY, ...state }, wasActive)).toBe(status);
  });
});
