/** Formatting while typing: the text changes under the caret, and the caret stays behind the same digit or letter. */
import { brandOf, cardDigits, groupDigits } from './card-number.js';
import { formatExpiry } from './expiry.js';
import { groupIban, ibanLetters } from './iban.js';

const DIGIT = /\d/;
const LETTER = /[A-Za-z0-9]/;

/** Groups the digits of a card number at every change. */
export function formatNumberInput(input: HTMLInputElement): void {
  const before = lettersBeforeCaret(input, DIGIT);
  input.value = groupDigits(cardDigits(input.value));
  putCaretAfter(input, before, DIGIT);
}

/** Groups the letters and digits of an IBAN at every change. */
export function formatIbanInput(input: HTMLInputElement): void {
  const before = lettersBeforeCaret(input, LETTER);
  input.value = groupIban(ibanLetters(input.value));
  putCaretAfter(input, before, LETTER);
}

/** Adds the slash of an expiry date. `deleting` comes from the input event's type. */
export function formatExpiryInput(input: HTMLInputElement, deleting: boolean): void {
  const atEnd = input.selectionStart === input.value.length;
  const before = lettersBeforeCaret(input, DIGIT);
  input.value = formatExpiry(input.value, deleting);
  if (atEnd) input.setSelectionRange(input.value.length, input.value.length);
  else putCaretAfter(input, before, DIGIT);
}

/** Digits only, as many as the brand's security code has. */
export function formatCvcInput(input: HTMLInputElement, cardNumber: string): void {
  input.value = input.value.replace(/\D/g, '').slice(0, brandOf(cardDigits(cardNumber)).cvcLength);
}

/** Backspace behind a space would only delete the space, which comes back at once: step over it first. */
export function stepOverSpace(input: HTMLInputElement, event: KeyboardEvent): void {
  const { selectionStart: start, selectionEnd: end } = input;
  if (event.key !== 'Backspace' || start === null || start !== end || start === input.value.length) return;
  if (input.value[start - 1] === ' ') input.setSelectionRange(start - 1, start - 1);
}

function lettersBeforeCaret(input: HTMLInputElement, counted: RegExp): number {
  const before = input.value.slice(0, input.selectionStart ?? input.value.length);
  return [...before].filter((letter) => counted.test(letter)).length;
}

function putCaretAfter(input: HTMLInputElement, letters: number, counted: RegExp): void {
  if (document.activeElement !== input) return;
  let caret = 0;
  for (let seen = 0; caret < input.value.length && seen < letters; caret += 1) {
    if (counted.test(input.value[caret] ?? '')) seen += 1;
  }
  if (input.value[caret] === ' ') caret += 1;
  input.setSelectionRange(caret, caret);
}
