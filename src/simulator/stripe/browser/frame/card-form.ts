/** The card form in the frame: what is shown, what is wrong with it, and the card in the API's words. */
import type { FormValue } from '../shared/api.js';
import type { BillingDetails, FrameOptions } from '../shared/protocol.js';
import { textsIn, type Language, type TextKey, type Texts } from '../shared/texts.js';
import { brandOf, cardDigits, checkNumber } from './card-number.js';
import { hasPostalCode, isPostalCode } from './countries.js';
import { checkExpiry, parseExpiry } from './expiry.js';
import { createBanner, createField, element, labelFields, lockControl, resetField } from './fields.js';
import { showError, showProblems, type Control, type Field } from './fields.js';
import type { MethodForm } from './method-form.js';
import { lastFour, TEST_CARDS } from './test-cards.js';
import { formatCvcInput, formatExpiryInput, formatNumberInput, stepOverSpace } from './typing.js';

const FIELD_NAMES = ['number', 'expiry', 'cvc', 'country', 'postalCode'] as const;
type CardField = (typeof FIELD_NAMES)[number];
type Fields = Readonly<Record<CardField, Field>>;

interface FormState {
  fields: Fields;
  options: FrameOptions | undefined;
  texts: Texts;
  now: string | undefined;
}

/** Builds the form; `changed` is called after every change of any field. */
export function createCardForm(changed: () => void): MethodForm {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, createField(name)])) as unknown as Fields;
  const form: FormState = { fields, options: undefined, texts: textsIn('en'), now: undefined };
  const banner = createBanner('test-card');
  const brand = addBrandMark(fields.number);
  const refresh = () => {
    brand.textContent = brandOf(cardDigits(fields.number.control.value)).title;
    fields.postalCode.box.hidden = !asks(form, 'postalCode');
    fields.country.box.hidden = !asks(form, 'country');
    for (const field of Object.values(fields)) {
      const problem = field.visited ? problemOf(form, field) : undefined;
      if (field.visited) showError(field, problem && form.texts[problem]);
    }
    changed();
  };
  for (const field of Object.values(fields)) watch(field, fields, () => refresh());
  banner.menu.addEventListener('change', () => {
    if (banner.menu.value !== '') fillIn(form, banner.menu.value);
    refresh();
  });
  fields.number.control.addEventListener('input', () => (banner.menu.value = ''));
  const grid = element('div', { class: 'fields' }, ...FIELD_NAMES.map((name) => fields[name].box));
  const everyControl = (): Control[] => [banner.menu, ...FIELD_NAMES.map((name) => fields[name].control)];
  return {
    type: 'card',
    root: element('div', { class: 'method' }, banner.box, grid),
    configure: (options) => {
      configure(form, options);
      const { noMoney: hint, testCard: menu, chooseTestCard: choose } = form.texts;
      banner.label(form.texts, { hint, menu, choose }, testCardsIn(options.language));
      refresh();
    },
    setNow: (date) => (form.now = date),
    state: () => ({
      empty: ['number', 'expiry', 'cvc'].every((name) => fields[name as CardField].control.value === ''),
      complete: FIELD_NAMES.every((name) => problemOf(form, fields[name]) === undefined),
    }),
    validate: () => showProblems(Object.values(fields), form.texts, (field) => problemOf(form, field)),
    confirmation: (billing) => ({ payment_method_data: paymentMethod(form, billing) }),
    lock: (locked) => everyControl().forEach((control) => lockControl(control, locked)),
    clear: () => {
      for (const name of ['number', 'expiry', 'cvc'] as const) resetField(fields[name]);
      banner.menu.value = '';
      refresh();
    },
    focus: () => fields.number.control.focus(),
  };
}

const testCardsIn = (language: Language) =>
  TEST_CARDS.map((card) => ({ value: card.number, title: `…${lastFour(card)} ${card.title[language]}` }));

function addBrandMark(number: Field): HTMLElement {
  const mark = element('span', { class: 'brand', 'aria-hidden': 'true' });
  number.label.after(mark);
  return mark;
}

function watch(field: Field, fields: Fields, refresh: () => void): void {
  const { control } = field;
  control.addEventListener('input', (event) => {
    const deleting = (event as InputEvent).inputType?.startsWith('delete') ?? false;
    if (field.name === 'number') formatNumberInput(control as HTMLInputElement);
    if (field.name === 'expiry') formatExpiryInput(control as HTMLInputElement, deleting);
    if (field.name === 'cvc') formatCvcInput(control as HTMLInputElement, fields.number.control.value);
    refresh();
  });
  control.addEventListener('blur', () => {
    // Passing through an empty field is no mistake yet; sending it empty is.
    if (control.value !== '') field.visited = true;
    refresh();
  });
  if (field.name === 'number') {
    control.addEventListener('keydown', (event) => {
      stepOverSpace(control as HTMLInputElement, event as KeyboardEvent);
    });
  }
}

function configure(form: FormState, options: FrameOptions): void {
  const first = form.options === undefined;
  form.options = options;
  form.texts = textsIn(options.language);
  labelFields(Object.values(form.fields), options.language, form.texts);
  const { country, postalCode } = form.fields;
  if (first || country.control.value === '') country.control.value = options.billing.address?.country ?? '';
  if (first) postalCode.control.value = options.billing.address?.postal_code ?? '';
}

function asks(form: FormState, name: CardField): boolean {
  const collect = form.options?.collect;
  if (name === 'country') return collect?.country ?? true;
  if (name === 'postalCode') return (collect?.postalCode ?? true) && hasPostalCode(form.fields.country.control.value);
  return true;
}

function problemOf(form: FormState, field: Field): TextKey | undefined {
  const name = field.name as CardField;
  const text = (other: CardField) => form.fields[other].control.value;
  if (!asks(form, name)) return undefined;
  if (name === 'number') return checkNumber(cardDigits(text('number')));
  if (name === 'expiry') return checkExpiry(text('expiry'), form.now);
  if (name === 'cvc') {
    return text('cvc').length < brandOf(cardDigits(text('number'))).cvcLength ? 'incomplete_cvc' : undefined;
  }
  if (name === 'country') return text('country') === '' ? 'incomplete_country' : undefined;
  return isPostalCode(text('country'), text('postalCode')) ? undefined : 'incomplete_zip';
}

function paymentMethod(form: FormState, extra: BillingDetails): { [key: string]: FormValue } {
  const { fields } = form;
  const expiry = parseExpiry(fields.expiry.control.value);
  const prefilled = form.options?.billing ?? {};
  const asked: BillingDetails['address'] = {};
  if (asks(form, 'country')) asked.country = fields.country.control.value;
  if (asks(form, 'postalCode')) asked.postal_code = fields.postalCode.control.value.trim();
  const address = { ...prefilled.address, ...asked, ...extra.address };
  return {
    type: 'card',
    card: {
      number: cardDigits(fields.number.control.value),
      exp_month: expiry?.month,
      exp_year: expiry?.year,
      cvc: fields.cvc.control.value,
    },
    billing_details: { ...prefilled, ...extra, address },
  };
}

/** Fills in a test card that is valid for years, with the postal code its country needs, if none is there yet. */
function fillIn(form: FormState, number: string): void {
  const { fields } = form;
  fields.number.control.value = number;
  formatNumberInput(fields.number.control as HTMLInputElement);
  fields.expiry.control.value = '12 / 44';
  fields.cvc.control.value = '1234'.slice(0, brandOf(number).cvcLength);
  if (asks(form, 'country') && fields.country.control.value === '') {
    fields.country.control.value = form.options?.language === 'de' ? 'DE' : 'US';
  }
  if (asks(form, 'postalCode') && fields.postalCode.control.value === '') {
    fields.postalCode.control.value = EXAMPLE_POSTAL_CODES[fields.country.control.value] ?? '12345';
  }
}

const EXAMPLE_POSTAL_CODES: Readonly<Record<string, string>> = {
  AT: '1010', BE: '1000', CA: 'K1A 0B1', CH: '3003', DE: '10115', DK: '1050', ES: '28001',
  FR: '75001', GB: 'SW1A 1AA', IT: '00184', NL: '1012 AB', PL: '00-001', US: '10001',
}; // prettier-ignore
