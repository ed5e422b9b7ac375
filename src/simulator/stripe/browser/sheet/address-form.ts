/** The form for an address that is not in the wallet yet. */
import { countriesIn } from '../frame/countries.js';
import { element } from '../frame/fields.js';
import type { ExpressTexts } from '../shared/express-texts.js';
import type { Language } from '../shared/texts.js';
import type { Contact } from './addresses.js';

const FIELDS = ['name', 'line1', 'postal_code', 'city', 'state', 'country', 'email', 'phone'] as const;
type FieldName = (typeof FIELDS)[number];

const AUTOCOMPLETE: Readonly<Record<FieldName, string>> = {
  name: 'shipping name',
  line1: 'shipping address-line1',
  postal_code: 'shipping postal-code',
  city: 'shipping address-level2',
  state: 'shipping address-level1',
  country: 'shipping country',
  email: 'email',
  phone: 'tel',
};

export interface AddressForm {
  root: HTMLFormElement;
}

interface FormOptions {
  language: Language;
  texts: ExpressTexts;
  /** Codes the shop delivers to; undefined: all. */
  countries: readonly string[] | undefined;
  first: Contact;
}

/** Builds it, filled with the first contact; `use` gets what was written once it is complete. */
export function createAddressForm(options: FormOptions, use: (contact: Contact) => void): AddressForm {
  const { texts, first } = options;
  const known: Record<FieldName, string> = { ...first, ...first.address, line1: first.address.line1 };
  const controls = new Map(FIELDS.map((name) => [name, createControl(name, options)]));
  const boxes = FIELDS.map((name) => {
    const control = controls.get(name) as HTMLInputElement | HTMLSelectElement;
    control.value = known[name];
    const error = element('p', { class: 'error', id: `${name}-error`, hidden: '' });
    return element('div', { class: `field ${name}` }, element('label', { for: name }, texts[name]), control, error);
  });
  const button = element('button', { type: 'submit', class: 'second' }, texts.use);
  const root = element('form', { class: 'address', novalidate: '' }, ...boxes, button);
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...controls].map(([name, { value }]) => [name, value.trim()]));
    const empty = FIELDS.filter((name) => name !== 'state' && !values[name]);
    for (const [name, control] of controls) showProblem(control, empty.includes(name) ? texts.incomplete : undefined);
    if (empty[0]) return controls.get(empty[0])?.focus();
    use(contactOf(values as Record<FieldName, string>));
  });
  return { root };
}

function createControl(name: FieldName, { language, countries }: FormOptions): HTMLInputElement | HTMLSelectElement {
  const attributes = { id: name, autocomplete: AUTOCOMPLETE[name], 'aria-describedby': `${name}-error` };
  if (name !== 'country') {
    const type = name === 'email' ? 'email' : name === 'phone' ? 'tel' : 'text';
    return element('input', { ...attributes, type });
  }
  const offered = countriesIn(language).filter(({ code }) => countries?.includes(code) ?? true);
  return element('select', attributes, ...offered.map(({ code, name }) => element('option', { value: code }, name)));
}

function showProblem(control: HTMLElement, message: string | undefined): void {
  const error = document.getElementById(`${control.id}-error`);
  if (error) {
    error.textContent = message ?? '';
    error.hidden = message === undefined;
  }
  if (message === undefined) control.removeAttribute('aria-invalid');
  else control.setAttribute('aria-invalid', 'true');
}

function contactOf(values: Record<FieldName, string>): Contact {
  const { name, email, phone, line1, postal_code, city, state, country } = values;
  return { name, email, phone, address: { line1, line2: null, postal_code, city, state, country } };
}
