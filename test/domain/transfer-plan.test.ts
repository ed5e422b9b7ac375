/** What becomes of items a shop wants sent or taken back: the table, and what holds however often anybody asks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/domain/merchant.js';
import {
  isLive,
  planOf,
  transferredOf,
  type TransferState,
  type TransferStep,
} from '../../src/domain/transfer-plan.js';
import { groupsOf, type AskedGroup, type AskedItem } from '../../src/domain/transfer-request.js';
import type { Transfer } from '../../src/domain/transfer.js';

const CAPTURED = 1000;
const merchantOf = (merchantReference: string): Merchant => ({
  merchantReference,
  connector: 'sandbox',
  accountId: `acct_${merchantReference}`,
  status: 'completed',
  wasActive: true,
  state: {
    isSubmitted: true, transfers: 'active', isRejected: false, isDisabled: false, isUnderReview: false,
    pastDue: [], currentlyDue: [], eventuallyDue: [],
  },
}); // prettier-ignore
const itemOf = (itemReference: string, amount: number | undefined, more: Partial<AskedItem> = {}): AskedItem => ({
  index: 0,
  orderReference: 'O1',
  itemReference,
  merchantReference: 'M1',
  ...(amount === undefined ? {} : { amount }),
  isExpense: false,
  ...more,
});
const stateOf = (transfers: Transfer[] = [], more: Partial<TransferState> = {}): TransferState => ({
  payment: { status: 'captured', captured: CAPTURED, currency: 'EUR', connector: 'sandbox' },
  transfers,
  merchant: merchantOf('M1'),
  requestKey: '',
  ...more,
});
const groupOf = (...items: AskedItem[]): AskedGroup => {
  const [group] = groupsOf(items).groups;
  if (group === undefined) throw new Error('no group');
  return group;
};

describe('planOf: who can receive', () => {
  const messageOf = (merchant: Merchant | undefined) => {
    const { merchant: _known, ...rest } = stateOf();
    const [step] = planOf(groupOf(itemOf('i1', 100)), merchant === undefined ? rest : { ...rest, merchant });
    return step?.then === 'refuse' ? step.message : step?.then;
  };
  const { accountId: _account, ...without } = merchantOf('M1');
  const ready = merchantOf('M1').state!;

  it.each<[string, Merchant | undefined, string]>([
    ['active', merchantOf('M1'), 'ask'],
    ['unknown', undefined, 'Merchant with reference "M1" not found.'],
    ['without account', { ...without, status: 'incomplete' }, 'Merchant "M1" cannot receive transfers: it has no account at the payment service provider yet (onboarding status "incomplete")'],
    ['with an account of another connector', { ...merchantOf('M1'), connector: 'stripe' }, 'Merchant "M1" cannot receive transfers: it has no account at the payment service provider yet (onboarding status "completed")'],
    ['never read', { ...without, accountId: 'a', status: 'pending' } as Merchant, 'ask'],
    ['in review', { ...merchantOf('M1'), wasActive: false, state: { ...ready, transfers: 'pending', isUnderReview: true } }, 'Merchant "M1" cannot receive transfers: its onboarding status is "pending"'],
    ['restricted', { ...merchantOf('M1'), state: { ...ready, transfers: 'inactive', pastDue: ['x'] } }, 'Merchant "M1" cannot receive transfers: its onboarding status is "restricted"'],
    ['rejected', { ...merchantOf('M1'), state: { ...ready, transfers: 'inactive', isRejected: true } }, 'Merchant "M1" cannot receive transfers: its onboarding status is "rejected"'],
    ['restricted soon, still active', { ...merchantOf('M1'), state: { ...ready, currentlyDue: ['x'] } }, 'ask'],
  ])('%s', (_title, merchant, expected) => {
    expect(messageOf(merchant)).toBe(expected);
  }); // prettier-ignore
});

/** A small PSP: plans, does or refuses or forgets to answer what is asked, and remembers what really moved. */
function world() {
  const transfers: Transfer[] = [];
  const moved: { item: string; merchant: string; amount: number }[] = [];
  let id = 0;
  const apply = (group: AskedGroup, requestKey: string, answer: 'yes' | 'no' | 'none'): TransferStep[] => {
    const steps = planOf(group, stateOf(transfers, { merchant: merchantOf(group.merchantReference), requestKey }));
    for (const step of steps) {
      if (step.then !== 'ask') continue;
      id += 1;
      const status = answer === 'yes' ? 'paid' : answer === 'no' ? 'refused' : 'asked';
      const common = { id: `row${id}`, operationId: `op${id}`, amount: step.amount, items: step.shares, createdAt: '' };
      if (step.transfer !== undefined)
        step.transfer.reversals.push({ ...common, status, requestKey, ...(status === 'paid' ? { reversalId: `r${id}` } : {}) });
      else
        transfers.push({
          ...common, status, paymentId: 'p', orderReference: 'O1', merchantReference: group.merchantReference,
          accountId: 'a', currency: 'EUR', isUntied: false, reversedElsewhere: 0, reversals: [],
          ...(status === 'paid' ? { transferId: `t${id}` } : {}),
        }); // prettier-ignore
      if (answer === 'no') continue;
      const sign = step.transfer === undefined ? 1 : -1;
      for (const share of step.shares)
        moved.push({ item: share.itemReference, merchant: group.merchantReference, amount: sign * share.amount });
    }
    return steps;
  };
  /** Everything without an answer gets one. */
  const learn = (): void => {
    for (const transfer of transfers) {
      if (transfer.status === 'asked') Object.assign(transfer, { status: 'paid', transferId: `t${transfer.id}` });
      for (const reversal of transfer.reversals)
        if (reversal.status === 'asked') Object.assign(reversal, { status: 'paid', reversalId: `r${reversal.id}` });
    }
  };
  return { transfers, moved, apply, learn };
}

const asking = fc.record({
  items: fc.uniqueArray(
    fc.record({
      itemReference: fc.constantFrom('i1', 'i2', 'i3', 'i4'),
      amount: fc.integer({ min: 0, max: 600 }),
      merchantReference: fc.constantFrom('M1', 'M2'),
      isExpense: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4, selector: ({ itemReference }) => itemReference },
  ),
  back: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  requestKey: fc.constantFrom('', '', 'k1', 'k2'),
  answer: fc.constantFrom('yes', 'yes', 'no', 'none') as fc.Arbitrary<'yes' | 'no' | 'none'>,
  learns: fc.boolean(),
  elsewhere: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
});

describe('planOf, however often anybody asks for whatever', () => {
  it('no item is live twice, merchants never have more than was captured, nothing is taken back that is not there', () => {
    fc.assert(
      fc.property(fc.array(asking, { minLength: 1, maxLength: 14 }), (askings) => {
        const { transfers, apply, learn } = world();
        for (const { items, back, requestKey, answer, learns, elsewhere } of askings) {
          const target =
            back === undefined ? undefined : transfers.at(back % Math.max(transfers.length, 1))?.transferId;
          const asked = items.map((item, index) => ({
            ...item,
            index,
            orderReference: 'O1',
            ...(target === undefined ? {} : { transferId: target, amount: -item.amount }),
          }));
          const { groups, refused } = groupsOf(asked);
          for (const group of groups) {
            const steps = apply(group, requestKey, answer);
            // Every item stands in exactly one step, and at most one of them asks.
            expect(steps.flatMap((step) => step.items.map(({ index }) => index)).sort()).toEqual(
              group.items.map(({ index }) => index).sort(),
            );
            expect(steps.filter(({ then }) => then === 'ask').length).toBeLessThanOrEqual(1);
          }
          expect(refused).toEqual([]);
          if (elsewhere !== undefined) takeElsewhere(transfers, elsewhere);
          holds(transfers);
          if (learns) learn();
          holds(transfers);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('asking again for what was paid asks the PSP for nothing and tells the same ids', () => {
    fc.assert(
      fc.property(fc.array(asking, { minLength: 1, maxLength: 6 }), (askings) => {
        const { moved, apply, learn } = world();
        for (const { items, answer, requestKey } of askings) {
          const asked = items.map((item, index) => ({ ...item, index, orderReference: 'O1' }));
          for (const group of groupsOf(asked).groups) {
            apply(group, requestKey, answer);
            learn();
            const before = moved.length;
            const again = apply(group, requestKey, 'no');
            const third = apply(group, requestKey, 'no');
            if (answer !== 'no') expect(moved.length).toBe(before);
            expect(third.filter(({ then }) => then === 'tell')).toEqual(again.filter(({ then }) => then === 'tell'));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Somebody takes back a part of the first transfer that has something left. */
function takeElsewhere(transfers: Transfer[], most: number): void {
  for (const transfer of transfers.filter(({ status }) => status === 'paid')) {
    const ours = transfer.reversals.reduce((sum, { status, amount }) => sum + (status === 'refused' ? 0 : amount), 0);
    const left = transfer.amount - ours - transfer.reversedElsewhere;
    if (left <= 0) continue;
    transfer.reversedElsewhere += Math.min(most, left);
    return;
  }
}

function holds(transfers: Transfer[]): void {
  for (const itemReference of ['i1', 'i2', 'i3', 'i4']) {
    const live = transfers.filter(
      (transfer) =>
        transfer.items.some((item) => item.itemReference === itemReference) && isLive(transfer, itemReference),
    );
    expect(live.length).toBeLessThanOrEqual(1);
  }
  expect(transferredOf(transfers)).toBeLessThanOrEqual(CAPTURED);
  for (const { amount, reversals, reversedElsewhere } of transfers) {
    const back = reversals.reduce((sum, row) => sum + (row.status === 'refused' ? 0 : row.amount), reversedElsewhere);
    expect(back).toBeLessThanOrEqual(amount);
  }
}

describe('groupsOf', () => {
  it('puts every item into exactly one group or among the refused, expenses alone, and never joins two kinds', () => {
    const anything = fc.record({
      orderReference: fc.constantFrom('O1', 'O2'),
      itemReference: fc.constantFrom('i1', 'i2', 'i3', 'i4', 'i5'),
      merchantReference: fc.option(fc.constantFrom('M1', 'M2'), { nil: undefined }),
      amount: fc.option(fc.integer({ min: -50, max: 50 }), { nil: undefined }),
      transferId: fc.option(fc.constantFrom('t1', 't2'), { nil: undefined }),
      isExpense: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 12 }), (given) => {
        const items = given.map((item, index) => defined({ ...item, index }));
        const { groups, refused } = groupsOf(items);
        const placed = [...groups, ...refused].flatMap((part) => part.items.map(({ index }) => index));
        expect(placed.sort((a, b) => a - b)).toEqual(items.map(({ index }) => index));
        for (const group of groups) {
          const same = <Name extends keyof AskedItem>(name: Name) =>
            new Set(group.items.map((item) => item[name])).size;
          expect([same('orderReference'), same('merchantReference'), same('transferId')]).toEqual([1, 1, 1]);
          if (group.kind === 'transfer' && group.items.some(({ isExpense }) => isExpense))
            expect(group.items).toHaveLength(1);
          expect(group.items.every(({ amount = 0 }) => (group.kind === 'transfer' ? amount >= 0 : amount <= 0))).toBe(
            true,
          );
        }
        for (const { message } of refused) expect(message).toMatch(/./);
      }),
      { numRuns: 400 },
    );
  });
});

function defined(item: { [Name in keyof AskedItem]: AskedItem[Name] | undefined }): AskedItem {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as unknown as AskedItem;
}
