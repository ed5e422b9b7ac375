/** The log: one JSON line per event, our clock's time, no secrets, no query strings. */
import { expect, test } from 'vitest';
import { AppError } from '../src/domain/errors.js';
import { redact } from '../src/kit/redact.js';
import { createLog, withoutQuery, type Log } from '../src/log.js';

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };

function collect(level = 'info'): { log: Log; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = createLog({ level, clock, redact: (value) => redact(value), write: (line) => void written.push(line) });
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line holds level, time of the given clock, event and fields', () => {
  const { log, lines } = collect();
  log('payment.authorized', { tenantId: 'DE', amount: 1000, version: 3n });
  log.warn('webhook.refused');
  expect(lines()).toEqual([
    {
      level: 'info',
      time: '2026-01-02T03:04:05.000Z',
      tenantId: 'DE',
      amount: 1000,
      version: '3',
      event: 'payment.authorized',
    },
    { level: 'warn', time: '2026-01-02T03:04:05.000Z', event: 'webhook.refused' },
  ]);
});

test('every line ends with a line break and holds none inside', () => {
  const written: string[] = [];
  const log = createLog({ level: 'info', clock, redact, write: (line) => void written.push(line) });
  log('two\nlines', { text: 'a\nb' });
  expect(written.join('')).toMatch(/^[^\n]+\n$/);
});

test('levels below the chosen one are dropped, and silent drops all', () => {
  const warn = collect('warn');
  warn.log('quiet');
  warn.log.debug('quiet');
  warn.log.error('loud');
  expect(warn.lines().map((line) => line['event'])).toEqual(['loud']);
  const silent = collect('silent');
  silent.log.error('gone');
  expect(silent.lines()).toEqual([]);
});

test('secrets are taken out of events, fields, nested fields and errors', () => {
  const { log, lines } = collect();
  const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
  log(`asked with ${secret}`, {
    header: `Bearer ${secret}`,
    nested: { list: [{ clientSecret: 'pi_1_secret_abc', deep: secret }] },
    error: new Error(`refused ${secret}`, { cause: new AppError('internal', { detail: `inner ${secret}` }) }),
  });
  const text = JSON.stringify(lines());
  expect(text).not.toContain(secret);
  expect(text).not.toContain('secret_abc');
  expect(text).toContain('inner');
});

test('addresses lose their query strings', () => {
  const { log, lines } = collect();
  log('request', { path: '/app-payment?transactionId=1&token=abc', url: 'http://x/y#frag' });
  expect(lines()[0]).toMatchObject({ path: '/app-payment', url: 'http://x/y' });
  expect(withoutQuery('/a?b\n?c')).toBe('/a');
});

test('rows that PostgreSQL quotes in an error are left out', () => {
  const { log, lines } = collect();
  log.error('database.failed', {
    error: Object.assign(new Error('duplicate'), { code: '23505', detail: 'Key (x)=(Ann)' }),
  });
  expect(lines()[0]?.['error']).toMatchObject({ name: 'Error', message: 'duplicate', code: '23505' });
  expect(JSON.stringify(lines())).not.toContain('Ann');
});

test('fields that cannot be read never break the caller', () => {
  const { log, lines } = collect();
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  log('cyclic', { cyclic });
  const failing = createLog({
    level: 'info',
    clock,
    redact: (value) => {
      if (typeof value === 'object') throw new TypeError('x');
      return value;
    },
    write: () => undefined,
  });
  expect(() => failing('x', { a: 1 })).not.toThrow();
  expect(lines()).toHaveLength(1);
});
