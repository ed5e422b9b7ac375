/** The lines the shop shows its people. */
import { describe, expect, it } from 'vitest';
import { toMessage } from '../../src/contract/translate.js';
import { paymentDetails } from '../../src/domain/details.js';
import { givenPayment } from './given.js';

const time = (minute: string): string => `2026-05-09T10:${minute}.123Z`;
const history = [
  { toStatus: 'new', reason: 'initialize', at: time('00:00') },
  { fromStatus: 'new', toStatus: 'authorized', reason: 'webhook', at: time('02:11') },
] as const;

describe('paymentDetails', () => {
  it('lists the lines of the connector, then each status with its time in UTC, then the move', () => {
    const lines = paymentDetails(givenPayment({ details: { 'Charge ID': 'ch_1' } }), history, {
      from: 'new',
      to: 'authorized',
    });
    expect(JSON.stringify(lines)).toBe(
      JSON.stringify({
        'Charge ID': 'ch_1',
        'External status "new"': '2026-05-09 10:00:00',
        'External status "authorized"': '2026-05-09 10:02:11',
        sourceStatus: 'new',
        targetStatus: 'authorized',
      }),
    );
  });
  it('names no move when none happened', () =>
    expect(Object.keys(paymentDetails(givenPayment(), history))).toEqual([
      'External status "new"',
      'External status "authorized"',
    ]));
  it('shows the last time of a status that was reached again, and hides refused moves', () => {
    const again = [
      ...history,
      { fromStatus: 'authorized', toStatus: 'authorized', reason: 'refused', at: time('03:00') },
      { fromStatus: 'authorized', toStatus: 'new', reason: 'again', at: time('04:00') },
    ] as const;
    expect(paymentDetails(givenPayment(), again)).toEqual({
      'External status "new"': '2026-05-09 10:04:00',
      'External status "authorized"': '2026-05-09 10:02:11',
    });
  });
  it('turns a time of another zone into UTC', () =>
    expect(
      paymentDetails(givenPayment(), [{ toStatus: 'new', reason: '', at: '2026-05-09T01:30:00.000+02:00' }]),
    ).toEqual({
      'External status "new"': '2026-05-08 23:30:00',
    }));
  it('writes no lines as an empty object', () => {
    const lines = paymentDetails(givenPayment(), []);
    const event = { kind: 'payment_updated', orderReference: 'DE--1', transactionId: 'pi_1', details: lines } as const;
    expect(toMessage(event).payload['details']).toBe('{}');
  });
});
