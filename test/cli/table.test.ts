/** Tables for a terminal. */
import { expect, test } from 'vitest';
import { minute, table } from '../../src/cli/table.js';

test('table lines columns up, marks empty cells and leaves out control characters', () => {
  expect(
    table(
      ['A', 'LONG', 'Z'],
      [
        ['1', '', 'x\u001b[0m'],
        ['22', 'b', ''],
      ],
    ),
  ).toBe('A   LONG  Z\n1   -     x[0m\n22  b     -');
});

test('minute shows UTC', () => {
  expect(minute('2026-01-02T03:04:05.000Z')).toBe('2026-01-02 03:04 UTC');
});
