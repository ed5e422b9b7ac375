/** Both languages are complete, and the right one is chosen. */
import { describe, expect, it, test } from 'vitest';
import { errorText, localeOf, TEXTS } from '../../src/contract/texts.js';
import { AppError } from '../../src/domain/errors.js';

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe('TEXTS', () => {
  it('has every text in both languages, with the same placeholders', () => {
    expect(Object.keys(TEXTS.de).sort()).toEqual(Object.keys(TEXTS.en).sort());
    for (const [key, text] of Object.entries(TEXTS.en)) {
      const german = TEXTS.de[key as keyof typeof TEXTS.de];
      expect(german.trim(), key).not.toBe('');
      expect(german, key).not.toBe(text);
      expect(placeholders(german), key).toEqual(placeholders(text));
    }
  });

  it('spells the dialogue as the catalog knows it', () => {
    expect(TEXTS.en.label_disconnect).toBe('Ignore & Disconnect');
    expect(TEXTS.en.orders_open).toContain('won\u2019t be proceed automatically');
    expect(TEXTS.de).toMatchObject({
      label_disconnect: 'Ignorieren & Trennen',
      label_cancel: 'Stornieren',
      tenant_missing: 'Mandantenkennung fehlt.',
    });
  });
});

describe('errorText', () => {
  it('translates our texts and leaves others alone', () => {
    const error = new AppError('payment_unknown', { values: { transactionId: 'pi_{x}' } });
    expect(errorText(error, 'en')).toBe('Could not find a payment with the transaction id "pi_{x}"');
    expect(errorText(error, 'de')).toBe('Keine Zahlung mit der Transaktionskennung „pi_{x}“ gefunden');
    expect(errorText(new AppError('payment_refused', { message: 'No.' }), 'de')).toBe('No.');
  });
});

describe('localeOf', () => {
  test.each([
    [undefined, 'en'],
    ['de', 'de'],
    ['de_DE', 'de'],
    ['DE-at', 'de'],
    ['en-US,de;q=0.9', 'en'],
    ['en;q=0.5, de;q=0.8', 'de'],
    ['fr, de;q=0.1', 'de'],
    ['de;q=0', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['nonsense;;q=x,,;', 'en'],
  ])('of %j is %s', (header, locale) => expect(localeOf(header)).toBe(locale));
});
