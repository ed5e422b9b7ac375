/** The parts of the forms as DOM: labelled inputs with a place for their error, and the mark of the simulation. */
import { validationError, type StripeError } from '../shared/errors.js';
import type { Language, TextKey, Texts } from '../shared/texts.js';
import { countriesIn } from './countries.js';

export type FieldName = 'number' | 'expiry' | 'cvc' | 'country' | 'postalCode' | 'iban' | 'name' | 'email';
export type Control = HTMLInputElement | HTMLSelectElement;

export interface Field {
  name: FieldName;
  box: HTMLElement;
  label: HTMLLabelElement;
  control: Control;
  error: HTMLElement;
  /** Left once or submitted: from then on its error is shown while typing. */
  visited: boolean;
}

/** What browsers fill in from a stored card: https://html.spec.whatwg.org/#autofill. */
const AUTOCOMPLETE: Readonly<Record<FieldName, string>> = {
  number: 'cc-number',
  expiry: 'cc-exp',
  cvc: 'cc-csc',
  country: 'billing country',
  postalCode: 'billing postal-code',
  iban: 'off',
  name: 'billing name',
  email: 'billing email',
};

/** Creates an element with attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** One labelled field; its texts come with `label`. */
export function createField(name: FieldName): Field {
  const attributes = { id: name, autocomplete: AUTOCOMPLETE[name], 'aria-describedby': `${name}-error` };
  const control = name === 'country' ? element('select', attributes) : createInput(name, attributes);
  const label = element('label', { for: name });
  const error = element('p', { class: 'error', id: `${name}-error`, hidden: '' });
  const box = element('div', { class: `field ${name}` }, label, control, error);
  return { name, box, label, control, error, visited: false };
}

function createInput(name: FieldName, attributes: Record<string, string>): HTMLInputElement {
  const input = element('input', { ...attributes, type: 'text', spellcheck: 'false', autocorrect: 'off' });
  if (name === 'number' || name === 'expiry' || name === 'cvc') input.inputMode = 'numeric';
  if (name === 'postalCode') input.maxLength = 12;
  if (name === 'iban') input.autocapitalize = 'characters';
  if (name === 'email') input.type = input.inputMode = 'email';
  return input;
}

/** Sets the words of fields; called again when the page changes the locale. What was typed or chosen stays. */
export function labelFields(fields: readonly Field[], language: Language, texts: Texts): void {
  for (const { name, label, control } of fields) {
    label.textContent = texts[name];
    if (control instanceof HTMLInputElement) control.placeholder = placeholderOf(name, texts);
    else if (name === 'country') labelCountries(control, language, texts);
  }
}

function placeholderOf(name: FieldName, texts: Texts): string {
  if (name === 'number') return '1234 1234 1234 1234';
  if (name === 'expiry') return texts.expiryHint;
  if (name === 'cvc') return texts.cvcHint;
  if (name === 'iban') return 'DE00 0000 0000 0000 0000 00';
  return '';
}

function labelCountries(control: HTMLSelectElement, language: Language, texts: Texts): void {
  const chosen = control.value;
  const countries = countriesIn(language).map(({ code, name }) => element('option', { value: code }, name));
  control.replaceChildren(element('option', { value: '' }, texts.chooseCountry), ...countries);
  control.value = chosen;
}

export interface MenuEntry {
  value: string;
  title: string;
}

export interface Banner {
  box: HTMLElement;
  menu: HTMLSelectElement;
  /** Sets the words: what to use, the name of the menu, its first line and its entries. */
  label(texts: Texts, words: { hint: string; menu: string; choose: string }, entries: readonly MenuEntry[]): void;
}

/** The mark that says this is a simulation, with the menu of test data; without entries there is no menu. */
export function createBanner(id: string): Banner {
  const mark = element('strong');
  const text = document.createTextNode('');
  const menu = element('select', { id });
  const box = element('div', { class: 'simulation' }, element('p', {}, mark, text), menu);
  const label: Banner['label'] = (texts, words, entries) => {
    mark.textContent = texts.simulation;
    text.data = words.hint;
    menu.hidden = entries.length === 0;
    menu.setAttribute('aria-label', words.menu);
    const options = entries.map(({ value, title }) => element('option', { value }, title));
    menu.replaceChildren(element('option', { value: '' }, words.choose), ...options);
  };
  return { box, menu, label };
}

/** Shows the problem of every field, moves the focus to the first that has one and returns it as an error. */
export function showProblems(
  fields: readonly Field[],
  texts: Texts,
  problemOf: (field: Field) => TextKey | undefined,
): StripeError | undefined {
  let first: { field: Field; problem: TextKey } | undefined;
  for (const field of fields) {
    field.visited = true;
    const problem = problemOf(field);
    showError(field, problem && texts[problem]);
    if (problem) first ??= { field, problem };
  }
  first?.field.control.focus();
  return first && validationError(first.problem, texts[first.problem]);
}

/** Inputs become read-only, not disabled: a disabled one would lose the focus while a payment is on its way. */
export function lockControl(control: Control, locked: boolean): void {
  if (control instanceof HTMLInputElement) control.readOnly = locked;
  else control.disabled = locked;
}

/** Empties a field as if nobody had been there. */
export function resetField(field: Field): void {
  field.control.value = '';
  field.visited = false;
  showError(field, undefined);
}

/** Shows or clears the error of one field, for eyes and for screen readers. */
export function showError(field: Field, message: string | undefined): void {
  field.error.textContent = message ?? '';
  field.error.hidden = message === undefined;
  if (message === undefined) field.control.removeAttribute('aria-invalid');
  else field.control.setAttribute('aria-invalid', 'true');
}
