/** Entry of a wallet's sheet: the buyer chooses address and shipping, sees the total, approves or closes. */
import { element } from './frame/fields.js';
import { createAddressForm } from './sheet/address-form.js';
import { CONTACTS, type Contact } from './sheet/addresses.js';
import { SHEET_STYLE } from './sheet/style.js';
import { contactChoices, contactFacts, isServed, payLabel, rateChoices, summary } from './sheet/view.js';
import type { SheetState } from './sheet/view.js';
import { expressTexts, filled, type ExpressKey, type ExpressTexts } from './shared/express-texts.js';
import { WALLETS } from './shared/express.js';
import type { Approval, FromSheet, SheetChange, SheetOptions, ShippingRate, ToSheet } from './shared/express.js';
import { languageOf } from './shared/language.js';
import { formatMoney } from './shared/money.js';
import { listen, post, type Peer } from './shared/protocol.js';

interface Sheet {
  peer: Peer;
  state: SheetState;
  texts: ExpressTexts;
  scroll: HTMLElement;
  outcome: HTMLSelectElement;
  pay: HTMLButtonElement;
  status: HTMLElement;
  alert: HTMLElement;
}

const tell = (sheet: Sheet, message: FromSheet): void => post(sheet.peer, message);

const isShipped = ({ state }: Sheet): boolean => state.options.wishes.shippingAddressRequired === true;

const contactOf = ({ state }: Sheet): Contact | undefined => state.contacts[state.chosen];

function open(peer: Peer, options: SheetOptions): Sheet {
  const texts = expressTexts(options.language);
  document.documentElement.lang = options.language;
  document.documentElement.dataset['wallet'] = options.wallet;
  document.title = filled(texts.sheetTitle, { wallet: WALLETS[options.wallet].name });
  const state: SheetState = {
    ...{ options, contacts: [...CONTACTS], chosen: 0, rate: options.wishes.shippingRates?.[0]?.id },
    ...{ waiting: false, paying: false, refused: false, alert: undefined },
  };
  const outcomes = (['approve', 'decline', 'challenge'] as const).map((value) =>
    element('option', { value }, texts[value]),
  );
  const sheet: Sheet = {
    ...{ peer, state, texts, scroll: element('div', { class: 'scroll' }) },
    outcome: element('select', { id: 'outcome' }, ...outcomes),
    pay: element('button', { type: 'button', class: 'pay' }),
    status: element('p', { class: 'status', role: 'status' }),
    alert: element('p', { class: 'alert', role: 'alert', hidden: '' }),
  };
  sheet.pay.addEventListener('click', () => pay(sheet));
  const footer = element('footer', {}, sheet.alert, sheet.pay, sheet.status);
  document.body.replaceChildren(element('main', {}, sheet.scroll, footer));
  if (isShipped(sheet)) state.chosen = state.contacts.findIndex((contact) => isServed(state, contact));
  draw(sheet);
  sheet.scroll.querySelector<HTMLElement>('input:checked')?.focus();
  if (isShipped(sheet)) askAboutAddress(sheet);
  return sheet;
}

/** Draws everything but the button's place; the focus stays where it was. */
function draw(sheet: Sheet): void {
  const { state, texts, scroll, outcome, pay, alert } = sheet;
  const focused = document.activeElement?.id;
  const banner = element(
    'div',
    { class: 'simulation' },
    element('label', { for: 'outcome' }, element('strong', {}, texts.simulation), texts.outcome),
    outcome,
  );
  const contact = contactChoices(state, (index) => chooseContact(sheet, index));
  if (state.chosen < 0) contact.append(formOf(sheet));
  const parts = [
    ...[banner, element('h2', {}, state.options.business), contact],
    ...[contactFacts(state, contactOf(sheet)), rateChoices(state, (rate) => chooseRate(sheet, rate)), summary(state)],
  ];
  const top = scroll.scrollTop;
  scroll.replaceChildren(...parts.filter((part) => part !== undefined));
  scroll.scrollTop = top;
  pay.textContent = payLabel(state);
  pay.setAttribute('aria-disabled', String(state.waiting || state.paying));
  alert.textContent = state.alert ?? '';
  alert.hidden = state.alert === undefined;
  if (focused) document.getElementById(focused)?.focus();
}

function formOf(sheet: Sheet): HTMLFormElement {
  const { options, contacts } = sheet.state;
  const served = contacts.find((contact) => isServed(sheet.state, contact));
  const [first = contacts[0]] = [served];
  const countries = isShipped(sheet) ? options.wishes.allowedShippingCountries : undefined;
  const form = createAddressForm(
    { language: options.language, texts: sheet.texts, countries, first: first as Contact },
    (contact) => {
      sheet.state.contacts = [...CONTACTS, contact];
      chooseContact(sheet, CONTACTS.length);
      document.getElementById(`contact-${CONTACTS.length}`)?.focus();
    },
  );
  return form.root;
}

function chooseContact(sheet: Sheet, index: number): void {
  if (sheet.state.paying) return draw(sheet);
  sheet.state.chosen = index;
  sheet.state.alert = undefined;
  draw(sheet);
  if (index < 0) document.getElementById('name')?.focus();
  else if (isShipped(sheet)) askAboutAddress(sheet);
}

/** The page learns where it is shipped to, not who lives there: street and surname come with the approval. */
function askAboutAddress(sheet: Sheet): void {
  const contact = contactOf(sheet);
  if (!contact) return;
  wait(sheet);
  const { city, state, postal_code, country } = contact.address;
  const [name = ''] = contact.name.split(' ');
  tell(sheet, { type: 'address', name, address: { city, state, postal_code, country } });
}

function chooseRate(sheet: Sheet, rate: ShippingRate): void {
  if (sheet.state.paying) return draw(sheet);
  sheet.state.rate = rate.id;
  sheet.state.alert = undefined;
  wait(sheet);
  tell(sheet, { type: 'rate', rate });
}

function wait(sheet: Sheet): void {
  sheet.state.waiting = true;
  sheet.state.refused = false;
  sheet.status.textContent = sheet.texts.updating;
  draw(sheet);
}

function changed(sheet: Sheet, { amount, currency, ...wishes }: SheetChange): void {
  const { state, texts } = sheet;
  state.options = { ...state.options, amount, currency, wishes: { ...state.options.wishes, ...wishes } };
  const rates = state.options.wishes.shippingRates ?? [];
  if (!rates.some(({ id }) => id === state.rate)) state.rate = rates[0]?.id;
  state.waiting = false;
  const total = formatMoney(state.options.language, amount, currency);
  sheet.status.textContent = filled(texts.updated, { amount: total });
  draw(sheet);
}

function say(sheet: Sheet, alert: string): void {
  Object.assign(sheet.state, { waiting: false, paying: false, alert });
  sheet.status.textContent = '';
  draw(sheet);
}

function pay(sheet: Sheet): void {
  const { state, texts, outcome } = sheet;
  if (state.waiting || state.paying) return;
  const contact = contactOf(sheet);
  if (!contact) return say(sheet, texts.noAddress);
  if (state.refused) return say(sheet, texts.rejected);
  const rate = state.options.wishes.shippingRates?.find(({ id }) => id === state.rate);
  if (isShipped(sheet) && !rate) return say(sheet, texts.noRate);
  Object.assign(state, { paying: true, alert: undefined });
  sheet.status.textContent = texts.processing;
  draw(sheet);
  const { name, email, phone, address } = contact;
  const approval: Approval = {
    wallet: state.options.wallet,
    outcome: outcome.value as Approval['outcome'],
    contact: { name, email, phone },
    billing: address,
    ...(isShipped(sheet) ? { shipping: { name, address } } : {}),
    ...(rate ? { rate } : {}),
  };
  tell(sheet, { type: 'approve', approval });
}

function hear(sheet: Sheet, message: Exclude<ToSheet, { type: 'mount' }>): void {
  if (message.type === 'changed') changed(sheet, message.change);
  else if (message.type === 'rejected') {
    sheet.state.refused = true;
    say(sheet, sheet.texts.rejected);
  } else {
    say(sheet, message.message ?? sheet.texts[message.reason as ExpressKey] ?? sheet.texts.fail);
    sheet.pay.focus();
  }
}

function start(): void {
  const query = new URLSearchParams(location.search);
  const peer: Peer = { window: () => parent, origin: query.get('parent') ?? '', frame: query.get('frame') ?? '' };
  if (parent === window || peer.origin === '' || peer.frame === '') return;
  document.documentElement.lang = languageOf(query.get('locale') ?? undefined);
  const style = new CSSStyleSheet();
  style.replaceSync(SHEET_STYLE);
  document.adoptedStyleSheets = [style];
  let sheet: Sheet | undefined;
  listen<ToSheet>(peer, (message) => {
    if (message.type === 'mount') sheet = open(peer, message.options);
    else if (sheet) hear(sheet, message);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && sheet?.state.paying !== true) post<FromSheet>(peer, { type: 'close' });
  });
  post<FromSheet>(peer, { type: 'hello' });
}

start();
