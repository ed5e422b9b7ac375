/** Language, look, sums and limits of the page, each by itself. */
import { describe, expect, test } from 'vitest';
import type { Payment } from '../../src/domain/payment.js';
import { isPrivate } from '../../src/domain/addresses.js';
import { createLimits } from '../../src/pages/limits.js';
import { pageLocale } from '../../src/pages/locale.js';
import { colorsOf, contrast, lookOf } from '../../src/pages/look.js';
import { summaryOf } from '../../src/pages/summary.js';
import { NOTICES, WORDS } from '../../src/pages/texts.js';

describe('pageLocale', () => {
  const rows: [string, Record<string, unknown>, string | undefined, string | undefined, string, string][] = [
    ['an explicit setting wins', { page: { locale: 'de' } }, 'en_US', 'en', 'de', 'de'],
    ['the connector’s setting counts as well', { locale: 'de' }, 'en_US', 'en', 'de', 'de'],
    ['then the order’s locale', {}, 'de_AT', 'en', 'de', 'de-AT'],
    ['a setting to follow the shop is no language', { locale: 'shop' }, 'de_DE', 'en', 'de', 'de-DE'],
    ['auto follows the browser', { locale: 'auto' }, 'de_DE', 'en-GB', 'en', 'en'],
    ['then the browser’s', {}, 'fr_FR', 'fr, de;q=0.8, en;q=0.5', 'de', 'de'],
    ['then English', {}, undefined, undefined, 'en', 'en'],
    ['a language we do not speak is passed over', { page: { locale: 'fr' } }, 'pl_PL', 'pl', 'en', 'en'],
    ['nonsense is English', { page: { locale: 7 } }, 'de_<script>', '*', 'de', 'de'],
  ];
  for (const [name, settings, order, browser, language, tag] of rows) {
    test(name, () => expect(pageLocale({ settings }, order, browser)).toEqual({ language, tag }));
  }
});

describe('words', () => {
  test('German has a text wherever English has one, with the same placeholders', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();
    for (const key of Object.keys(WORDS.en) as (keyof typeof WORDS.en)[]) {
      expect(WORDS.de[key].trim()).not.toBe('');
      expect([key, placeholders(WORDS.de[key])]).toEqual([key, placeholders(WORDS.en[key])]);
    }
    expect(Object.keys(NOTICES.de).sort()).toEqual(Object.keys(NOTICES.en).sort());
  });
});

describe('colorsOf', () => {
  test('text is readable on and in every colour', () => {
    for (let n = 0; n < 4096; n += 7) {
      const wanted = `#${n.toString(16).padStart(3, '0')}`;
      const { color, onColor, accent } = colorsOf(wanted);
      expect(contrast(color, onColor), wanted).toBeGreaterThanOrEqual(4.5);
      expect(contrast(accent, '#ffffff'), wanted).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('contrast is that of WCAG', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test('what is no colour counts as none', () => {
    const usual = colorsOf(undefined);
    for (const wanted of ['red', '#12', '#1234567', 'url(x)', '']) expect(colorsOf(wanted)).toEqual(usual);
    expect(lookOf({ settings: { page: 'nonsense' } })).toEqual(usual);
  });
});

describe('summaryOf', () => {
  const locale = { language: 'en', tag: 'en' } as const;
  const line = { name: 'Lamp', quantity: 2, unitPrice: 1500 };
  const paymentOf = (amount: number, order: Record<string, unknown>, currency = 'EUR'): Payment =>
    ({
      amount,
      currency,
      orderReference: 'DE--1',
      order: { lines: [line], expenses: [], ...order },
    }) as unknown as Payment;
  const rows = (payment: Payment) => summaryOf(payment, locale).rows.map(({ label, amount }) => `${label} ${amount}`);

  test('shows lines, and no sums that say nothing', () => {
    const summary = summaryOf(paymentOf(3000, {}), locale);
    expect(summary.lines).toEqual([{ name: 'Lamp', each: '2 × €15.00', amount: '€30.00' }]);
    expect(summary.rows).toEqual([]);
    expect(summary.total).toBe('€30.00');
  });

  test('adds shipping, takes off the discount, and says what tax is in it', () => {
    const order = {
      expenses: [{ name: 'Shipping', quantity: 1, unitPrice: 490 }],
      discountTotal: 300,
      taxTotal: 509,
      priceMode: 'GROSS_MODE',
    };
    expect(rows(paymentOf(3190, order))).toEqual([
      'Subtotal €30.00',
      'Shipping €4.90',
      'Discount -€3.00',
      'Including tax €5.09',
    ]);
  });

  test('adds the tax of net prices', () => {
    expect(rows(paymentOf(3570, { taxTotal: 570, priceMode: 'NET_MODE' }))).toEqual(['Subtotal €30.00', 'Tax €5.70']);
  });

  test('adds up to what is paid, also when a part was paid otherwise', () => {
    expect(rows(paymentOf(2000, {}))).toEqual(['Subtotal €30.00', 'Adjustment -€10.00']);
  });

  test('knows currencies without cents', () => {
    expect(summaryOf(paymentOf(3000, {}, 'JPY'), locale).total).toBe('¥3,000');
  });
});

describe('limits', () => {
  const at = { ms: 0 };
  const clock = { now: () => at.ms };

  test('count per payment and per address, and forget after an hour', () => {
    at.ms = 0;
    const limits = createLimits(clock);
    const ask = () => limits.allows('attempt', { paymentId: 'a', address: '203.0.113.1' });
    expect(Array.from({ length: 11 }, ask)).toEqual([...Array<boolean>(10).fill(true), false]);
    expect(limits.allows('session', { paymentId: 'a', address: '203.0.113.1' })).toBe(true);
    at.ms = 3_600_000;
    expect(ask()).toBe(true);
  });

  test('addresses that many customers share are not counted', () => {
    for (const address of [
      '127.0.0.1',
      '::1',
      '::ffff:10.1.2.3',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.9.9',
      '192.168.1.1',
      'fd00::1',
      'fe80::1',
    ]) {
      expect(isPrivate(address), address).toBe(true);
    }
    for (const address of ['203.0.113.1', '172.32.0.1', '11.0.0.1', '2001:db8::1', '::ffff:203.0.113.1', '']) {
      expect(isPrivate(address), address).toBe(false);
    }
  });
});
