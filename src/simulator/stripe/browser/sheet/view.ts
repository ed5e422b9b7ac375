/** What stands in a wallet's sheet, drawn anew after every change of its state. */
import { element } from '../frame/fields.js';
import { expressTexts, filled, type ExpressKey } from '../shared/express-texts.js';
import type { SheetOptions, ShippingRate } from '../shared/express.js';
import { formatMoney } from '../shared/money.js';
import { oneLine, type Contact } from './addresses.js';

/** Everything the buyer and the page have decided so far. */
export interface SheetState {
  options: SheetOptions;
  contacts: Contact[];
  /** Index in `contacts`; -1 while another address is being written. */
  chosen: number;
  rate: string | undefined;
  /** The page works out what follows from a choice. */
  waiting: boolean;
  /** The page pays. */
  paying: boolean;
  /** The page cannot deliver as it was chosen. */
  refused: boolean;
  alert: string | undefined;
}

/** A country by its code, in this language. */
export const countryName = (language: string, code: string): string =>
  new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;

/** Whether the shop delivers to this contact. */
export function isServed({ options }: SheetState, { address }: Contact): boolean {
  return options.wishes.allowedShippingCountries?.includes(address.country) ?? true;
}

const price = ({ language, currency }: SheetOptions, amount: number): string => formatMoney(language, amount, currency);

interface Choice {
  group: string;
  value: string;
  checked: boolean;
  disabled?: boolean;
  title: string;
  detail: string;
  price?: string;
}

function choice(given: Choice, chosen: () => void): HTMLElement {
  const id = `${given.group}-${given.value}`;
  const input = element('input', { type: 'radio', name: given.group, id, value: given.value });
  input.checked = given.checked;
  input.disabled = given.disabled ?? false;
  input.addEventListener('change', chosen);
  const parts = [element('b', {}, given.title)];
  if (given.price !== undefined) parts.push(element('span', { class: 'price' }, given.price));
  if (given.detail !== '') parts.push(element('small', {}, given.detail));
  return element('label', { class: 'choice', for: id }, input, ...parts);
}

/** Where it is shipped to; without shipping, whom the wallet knows. */
export function contactChoices(state: SheetState, choose: (index: number) => void): HTMLElement {
  const { options, contacts, chosen } = state;
  const texts = expressTexts(options.language);
  const shipped = options.wishes.shippingAddressRequired === true;
  const rows = contacts.map((contact, index) => {
    const served = !shipped || isServed(state, contact);
    const line = oneLine(contact.address, countryName(options.language, contact.address.country));
    return choice(
      {
        ...{ group: 'contact', value: String(index), checked: index === chosen, disabled: !served },
        ...{ title: contact.name, detail: served ? line : `${line}. ${texts.notThere}` },
      },
      () => choose(index),
    );
  });
  const another = { group: 'contact', value: 'another', checked: chosen < 0, title: texts.another, detail: '' };
  rows.push(choice(another, () => choose(-1)));
  const legend = element('legend', {}, shipped ? texts.shipTo : texts.payer);
  return element('fieldset', {}, legend, element('div', { class: 'choices' }, ...rows));
}

/** How it is shipped; nothing when the page names no rates. */
export function rateChoices(state: SheetState, choose: (rate: ShippingRate) => void): HTMLElement | undefined {
  const { options } = state;
  const { shippingRates } = options.wishes;
  if (!options.wishes.shippingAddressRequired || !shippingRates?.length) return undefined;
  const rows = shippingRates.map((rate) =>
    choice(
      {
        ...{ group: 'rate', value: rate.id, checked: rate.id === state.rate, title: rate.displayName },
        ...{ detail: estimate(options, rate), price: price(options, rate.amount) },
      },
      () => choose(rate),
    ),
  );
  const legend = element('legend', {}, expressTexts(options.language).shipping);
  return element('fieldset', {}, legend, element('div', { class: 'choices' }, ...rows));
}

function estimate({ language }: SheetOptions, { deliveryEstimate: when }: ShippingRate): string {
  if (when === undefined || typeof when === 'string') return when ?? '';
  const texts = expressTexts(language);
  const { minimum, maximum } = when;
  const unit = texts[(maximum ?? minimum)?.unit as ExpressKey] ?? '';
  const values = [minimum?.value, maximum?.value].filter((value) => value !== undefined);
  return `${[...new Set(values)].join('–')} ${unit}`.trim();
}

/** Email and telephone, where the page asks for them. */
export function contactFacts({ options }: SheetState, contact: Contact | undefined): HTMLElement | undefined {
  const { emailRequired, phoneNumberRequired } = options.wishes;
  const facts = [emailRequired ? contact?.email : '', phoneNumberRequired ? contact?.phone : ''].filter(Boolean);
  if (facts.length === 0) return undefined;
  const title = element('h3', {}, expressTexts(options.language).contact);
  return element('section', {}, title, element('p', { class: 'fact' }, facts.join(' · ')));
}

/** The lines and the total. */
export function summary({ options }: SheetState): HTMLElement {
  const texts = expressTexts(options.language);
  const row = (name: string, amount: number, kind = '') =>
    element('div', { class: kind }, element('dt', {}, name), element('dd', {}, price(options, amount)));
  const lines = (options.wishes.lineItems ?? []).map(({ name, amount }) => row(name, amount));
  const list = element('dl', {}, ...lines, row(texts.total, options.amount, 'total'));
  return element('section', {}, element('h3', {}, texts.summary), list);
}

/** What the button says. */
export const payLabel = ({ options }: SheetState): string =>
  filled(expressTexts(options.language).payAmount, { amount: price(options, options.amount) });
