/** Amounts at Stripe's edge: what is converted, what is refused, and that nothing is rounded. */
import { describe, expect, it } from 'vitest';
import { fromStripeAmount, toStripeAmount } from '../../../src/connectors/stripe/amounts.js';

describe('toStripeAmount', () => {
  const table: [string, number, number | 'refused'][] = [
    ['EUR', 12_000, 12_000],
    ['USD', 1, 1],
    ['JPY', 500, 500],
    ['KRW', 15_000, 15_000],
    ['ISK', 500, 50_000],
    ['UGX', 1_000, 100_000],
    ['MGA', 1_200, 12],
    ['MGA', 1_250, 'refused'],
    ['KWD', 12_340, 12_340],
    ['KWD', 12_345, 'refused'],
    ['BHD', 1, 'refused'],
    ['JOD', 10, 10],
    ['OMR', 15, 'refused'],
    ['TND', 20, 20],
    ['HUF', 12_345, 12_345],
    ['ISK', Number.MAX_SAFE_INTEGER, 'refused'],
  ];
  it.each(table)('%s %d becomes %s', (currency, minor, wanted) => {
    const converted = toStripeAmount(minor, currency);
    if (wanted === 'refused') expect(converted).toHaveProperty('refusal');
    else expect(converted).toEqual({ amount: wanted });
  });

  it('comes back as it was, in every currency with a table entry', () => {
    for (const [currency, minor, wanted] of table) {
      if (wanted !== 'refused') expect(fromStripeAmount(wanted, currency.toLowerCase())).toBe(minor);
    }
  });
});
