/** The pure parts of the forms: card numbers, dates, postal codes, IBANs, the order of methods, form bodies. */
import { describe, expect, it } from 'vitest';
import { formBody, intentIdOf } from '../../../src/simulator/stripe/browser/shared/api.js';
import { messageFor, textsIn } from '../../../src/simulator/stripe/browser/shared/texts.js';
import {
  brandOf,
  cardDigits,
  checkNumber,
  groupDigits,
  passesLuhn,
} from '../../../src/simulator/stripe/browser/frame/card-number.js';
import { countriesIn, hasPostalCode, isPostalCode } from '../../../src/simulator/stripe/browser/frame/countries.js';
import { checkExpiry, formatExpiry, parseExpiry } from '../../../src/simulator/stripe/browser/frame/expiry.js';
import { checkIban, groupIban, ibanLetters } from '../../../src/simulator/stripe/browser/frame/iban.js';
import { methodsOffered } from '../../../src/simulator/stripe/browser/frame/method-form.js';
import { TEST_ACCOUNTS } from '../../../src/simulator/stripe/browser/frame/test-accounts.js';
import { TEST_CARDS } from '../../../src/simulator/stripe/browser/frame/test-cards.js';
import { debitByNumber } from '../../../src/simulator/stripe/resources/debit-accounts.js';

describe('card numbers', () => {
  it.each([
    ['4242424242424242', 'visa', '4242 4242 4242 4242'],
    ['5555555555554444', 'mastercard', '5555 5555 5555 4444'],
    ['2223003122003222', 'mastercard', '2223 0031 2200 3222'],
    ['378282246310005', 'amex', '3782 822463 10005'],
    ['6011111111111117', 'discover', '6011 1111 1111 1117'],
    ['30569309025904', 'diners', '3056 9309 0259 04'],
    ['3566002020360505', 'jcb', '3566 0020 2036 0505'],
    ['6205500000000000004', 'unionpay', '6205 5000 0000 0000 004'],
  ])('%s is %s and complete', (digits, brand, grouped) => {
    expect(brandOf(digits).name).toBe(brand);
    expect(groupDigits(digits)).toBe(grouped);
    expect(checkNumber(digits)).toBeUndefined();
  });

  it('every test card of the menu is valid', () => {
    for (const card of TEST_CARDS) expect([card.number, checkNumber(card.number)]).toEqual([card.number, undefined]);
  });

  it('a changed digit is noticed at every place', () => {
    const good = '4242424242424242';
    for (let place = 0; place < good.length; place += 1) {
      const digit = (Number(good[place]) + 1) % 10;
      expect(passesLuhn(good.slice(0, place) + digit + good.slice(place + 1))).toBe(false);
    }
  });

  it('a short number is incomplete, a long one is cut, letters are dropped', () => {
    expect(checkNumber('424242424242424')).toBe('incomplete_number');
    expect(checkNumber('')).toBe('incomplete_number');
    expect(cardDigits('4242-4242 4242x4242 99')).toBe('4242424242424242');
    expect(cardDigits('3782 8224 6310 0059')).toBe('378282246310005');
  });
});

describe('expiry dates', () => {
  it.each([
    ['1', '1'],
    ['4', '04 / '],
    ['12', '12 / '],
    ['123', '12 / 3'],
    ['1234', '12 / 34'],
    ['12345', '12 / 34'],
    ['1/30', '01 / 30'],
    ['12/2034', '12 / 34'],
    ['12 / 203', '12 / 203'],
    ['12 / 2034', '12 / 34'],
    ['2034-12', '12 / 34'],
    ['', ''],
  ])('%j is shown as %j', (typed, shown) => expect(formatExpiry(typed)).toBe(shown));

  it('the slash can be deleted', () => expect(formatExpiry('12 / ', true)).toBe('12'));

  it('a card is good through the last day of its month and not after', () => {
    expect(checkExpiry('11 / 26', 'Mon, 30 Nov 2026 23:59:59 GMT')).toBeUndefined();
    expect(checkExpiry('11 / 26', 'Wed, 02 Dec 2026 00:00:00 GMT')).toBe('invalid_expiry_year_past');
    expect(checkExpiry('12 / 26', 'Wed, 02 Dec 2026 00:00:00 GMT')).toBeUndefined();
    expect(checkExpiry('01 / 20', undefined)).toBeUndefined();
  });

  it('half a date and a month 13 are refused', () => {
    expect(checkExpiry('12 / 3', undefined)).toBe('incomplete_expiry');
    expect(checkExpiry('', undefined)).toBe('incomplete_expiry');
    expect(checkExpiry('13 / 30', undefined)).toBe('invalid_expiry_month');
    expect(checkExpiry('00 / 30', undefined)).toBe('invalid_expiry_month');
    expect(parseExpiry('12 / 44')).toEqual({ month: 12, year: 2044 });
  });
});

describe('countries', () => {
  it('have names in both languages, each once, sorted by name', () => {
    const german = countriesIn('de');
    expect(german.length).toBe(249 + 1);
    expect(new Set(german.map(({ code }) => code)).size).toBe(german.length);
    expect(german.find(({ code }) => code === 'DE')?.name).toBe('Deutschland');
    expect(german.findIndex(({ code }) => code === 'AT')).toBeLessThan(german.findIndex(({ code }) => code === 'CH'));
    expect(countriesIn('en').find(({ code }) => code === 'DE')?.name).toBe('Germany');
  });

  it('decide how a postal code looks and whether there is one', () => {
    expect(isPostalCode('DE', '10115')).toBe(true);
    expect(isPostalCode('DE', '1011')).toBe(false);
    expect(isPostalCode('US', '10001-1234')).toBe(true);
    expect(isPostalCode('GB', 'sw1a 1aa')).toBe(true);
    expect(isPostalCode('JP', '')).toBe(false);
    expect(isPostalCode('JP', '100-0001')).toBe(true);
    expect(hasPostalCode('AE')).toBe(false);
    expect(hasPostalCode('DE')).toBe(true);
  });
});

describe('what is sent and said', () => {
  it('formBody writes brackets and leaves out what is empty', () => {
    const body = formBody({ a: { b: { c: 1 }, d: '' }, e: undefined, f: true, g: 'x y' });
    expect(body.toString()).toBe('a%5Bb%5D%5Bc%5D=1&f=true&g=x+y');
  });

  it('intentIdOf reads only client secrets of payment intents', () => {
    expect(intentIdOf('pi_1_secret_2')).toBe('pi_1');
    expect(intentIdOf('seti_1_secret_2')).toBeUndefined();
    expect(intentIdOf('pi_1')).toBeUndefined();
    expect(intentIdOf('pi_1/../x_secret_2')).toBeUndefined();
  });

  it('messageFor prefers the decline code, then the code, then what the API says', () => {
    const decline = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', message: 'api' };
    expect(messageFor('de', decline)).toBe(textsIn('de').insufficient_funds);
    expect(messageFor('de', { ...decline, decline_code: 'fraudulent' })).toBe(textsIn('de').card_declined);
    expect(messageFor('de', { type: 'invalid_request_error', message: 'api' })).toBe('api');
    expect(messageFor('de', { type: 'x' })).toBeUndefined();
  });
});

describe('IBANs', () => {
  it.each([
    ['AT611904300234573201', undefined],
    ['GB33BUKB20201555555555', undefined],
    ['DE89370400440532013000', undefined],
    ['DE89370400440532013001', 'invalid_iban'],
    ['DE893704004405320130001', 'invalid_iban'],
    ['DE8937040044053201300', 'incomplete_iban'],
    ['DE', 'incomplete_iban'],
    ['', 'incomplete_iban'],
    ['US', 'invalid_iban'],
    ['1234', 'invalid_iban'],
    ['ATX1', 'invalid_iban'],
  ])('%s: %s', (iban, problem) => expect(checkIban(iban)).toBe(problem));

  it('are read however they are typed, and shown in groups of four', () => {
    expect(ibanLetters(' at61-1904 3002 3457 3201 ')).toBe('AT611904300234573201');
    expect(groupIban('AT6119043')).toBe('AT61 1904 3');
    expect(groupIban('AT61')).toBe('AT61');
  });

  it('of the menu are known to the simulator and right', () => {
    for (const { iban } of TEST_ACCOUNTS) {
      expect(checkIban(iban)).toBeUndefined();
      expect(debitByNumber(iban)?.type).toBe('sepa_debit');
    }
  });
});

describe('the methods offered', () => {
  it('are those of the intent that have a form, in our order or the one the page wants', () => {
    expect(methodsOffered(['us_bank_account', 'sepa_debit', 'card'], [])).toEqual(['card', 'sepa_debit']);
    expect(methodsOffered(['card', 'ideal', 'paypal'], ['ideal', 'blik'])).toEqual(['ideal', 'card', 'paypal']);
    expect(methodsOffered(['blik'], [])).toEqual([]);
  });
});
