/** The forms of SEPA debits, redirecting methods and bank transfers: few fields and a text that says what follows. */
import type { FormValue } from '../shared/api.js';
import type { BillingDetails, FrameOptions } from '../shared/protocol.js';
import { textsIn, type Language, type TextKey, type Texts } from '../shared/texts.js';
import { createBanner, createField, element, labelFields, lockControl, resetField } from './fields.js';
import { showError, showProblems, type Field, type FieldName } from './fields.js';
import { checkIban, groupIban, ibanLetters } from './iban.js';
import type { Method, MethodForm } from './method-form.js';
import { TEST_ACCOUNTS } from './test-accounts.js';
import { formatIbanInput, stepOverSpace } from './typing.js';

/** What each method asks for: what the API refuses to confirm without. */
const FIELDS: Readonly<Record<Exclude<Method, 'card'>, readonly FieldName[]>> = {
  customer_balance: [],
  ideal: [],
  klarna: ['email', 'country'],
  paypal: [],
  sepa_debit: ['iban', 'name', 'email'],
};

interface FormState {
  type: Exclude<Method, 'card'>;
  fields: readonly Field[];
  options: FrameOptions | undefined;
  texts: Texts;
}

/** Builds the form of one method; `changed` is called after every change of any field. */
export function createPlainForm(type: Exclude<Method, 'card'>, changed: () => void): MethodForm {
  const form: FormState = { type, fields: FIELDS[type].map(createField), options: undefined, texts: textsIn('en') };
  const banner = createBanner('test-account');
  const note = element('p', { class: 'note' });
  const refresh = () => {
    for (const field of form.fields) {
      field.box.hidden = !asks(form, field.name);
      const problem = field.visited ? problemOf(form, field) : undefined;
      if (field.visited) showError(field, problem && form.texts[problem]);
    }
    changed();
  };
  for (const field of form.fields) watch(field, refresh);
  banner.menu.addEventListener('change', () => {
    if (banner.menu.value !== '') fillIn(form, banner.menu.value);
    refresh();
  });
  fieldOf(form, 'iban')?.control.addEventListener('input', () => (banner.menu.value = ''));
  const grid = element('div', { class: 'fields wide' }, ...form.fields.map(({ box }) => box));
  grid.hidden = form.fields.length === 0;
  return {
    type,
    root: element('div', { class: 'method' }, banner.box, grid, note),
    configure: (options) => {
      configure(form, options);
      note.textContent = noteOf(form);
      const { testAccount: menu, chooseTestAccount: choose, noMoneyAccount, noMoneyAtAll } = form.texts;
      const accounts = type === 'sepa_debit' ? accountsIn(options.language) : [];
      banner.label(form.texts, { hint: accounts.length > 0 ? noMoneyAccount : noMoneyAtAll, menu, choose }, accounts);
      refresh();
    },
    state: () => ({
      empty: form.fields.every(({ control }) => control.value === ''),
      complete: form.fields.every((field) => problemOf(form, field) === undefined),
    }),
    validate: () => showProblems(form.fields, form.texts, (field) => problemOf(form, field)),
    confirmation: (billing) => confirmation(form, billing),
    lock: (locked) =>
      [banner.menu, ...form.fields.map(({ control }) => control)].forEach((c) => lockControl(c, locked)),
    clear: () => {
      const iban = fieldOf(form, 'iban');
      if (iban) resetField(iban);
      banner.menu.value = '';
      refresh();
    },
    focus: () => form.fields.find(({ box }) => !box.hidden)?.control.focus(),
  };
}

const fieldOf = (form: FormState, name: FieldName) => form.fields.find((field) => field.name === name);

const accountsIn = (language: Language) =>
  TEST_ACCOUNTS.map(({ iban, title }) => ({ value: iban, title: `…${iban.slice(-4)} ${title[language]}` }));

function watch(field: Field, refresh: () => void): void {
  const { control } = field;
  if (field.name === 'iban') {
    const input = control as HTMLInputElement;
    input.addEventListener('input', () => formatIbanInput(input));
    input.addEventListener('keydown', (event) => stepOverSpace(input, event));
  }
  control.addEventListener('input', refresh);
  control.addEventListener('blur', () => {
    // Passing through an empty field is no mistake yet; sending it empty is.
    if (control.value !== '') field.visited = true;
    refresh();
  });
}

function configure(form: FormState, options: FrameOptions): void {
  const { billing } = options;
  const first = form.options === undefined;
  form.options = options;
  form.texts = textsIn(options.language);
  labelFields(form.fields, options.language, form.texts);
  if (!first) return;
  const known: Partial<Record<FieldName, string>> = {
    name: billing.name,
    email: billing.email,
    country: billing.address?.country,
  };
  for (const { name, control } of form.fields) control.value = known[name] ?? '';
}

function asks(form: FormState, name: FieldName): boolean {
  const collect = form.options?.collect;
  return name === 'country' || name === 'name' || name === 'email' ? (collect?.[name] ?? true) : true;
}

function problemOf(form: FormState, { name, control }: Field): TextKey | undefined {
  const text = control.value.trim();
  if (!asks(form, name)) return undefined;
  if (name === 'iban') return checkIban(ibanLetters(text));
  if (name === 'country') return text === '' ? 'incomplete_country' : undefined;
  if (name === 'name') return text === '' ? 'incomplete_name' : undefined;
  if (text === '') return 'incomplete_email';
  return /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text) ? undefined : 'invalid_email';
}

function noteOf({ type, texts, options }: FormState): string {
  if (type === 'sepa_debit') return texts.mandate.replace('{business}', options?.business ?? texts.theShop);
  return type === 'customer_balance' ? texts.transferNote : texts.redirectNote.replace('{method}', texts[type]);
}

function confirmation(form: FormState, extra: BillingDetails): { [key: string]: FormValue } {
  const prefilled = form.options?.billing ?? {};
  const typed = (name: FieldName) => (asks(form, name) ? fieldOf(form, name)?.control.value.trim() : undefined);
  const [name, email, country, iban] = [typed('name'), typed('email'), typed('country'), typed('iban')];
  const asked: BillingDetails = { ...(name ? { name } : {}), ...(email ? { email } : {}) };
  const address = { ...prefilled.address, ...(country ? { country } : {}), ...extra.address };
  return {
    payment_method_data: {
      type: form.type,
      ...(iban ? { sepa_debit: { iban: ibanLetters(iban) } } : {}),
      billing_details: { ...prefilled, ...asked, ...extra, address },
    },
    // The text below the fields is what the buyer agrees to; address and browser are the server's to see.
    ...(form.type === 'sepa_debit'
      ? { mandate_data: { customer_acceptance: { type: 'online', online: { infer_from_client: true } } } }
      : {}),
  };
}

/** Fills in a test account, and name and address of a buyer if none is there yet. */
function fillIn(form: FormState, number: string): void {
  const examples: Partial<Record<FieldName, string>> = { name: 'Jenny Rosen', email: 'jenny@example.com' };
  for (const { name, control } of form.fields) {
    if (name === 'iban') control.value = groupIban(number);
    else if (asks(form, name) && control.value === '') control.value = examples[name] ?? '';
  }
}
