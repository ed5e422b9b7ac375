/**
 * The whole form in the frame: tabs for the methods the intent offers, as https://www.w3.org/WAI/ARIA/apg/patterns/tabs
 * has them, and the form of the chosen one. A single method has no tabs.
 */
import type { FrameOptions } from '../shared/protocol.js';
import { textsIn } from '../shared/texts.js';
import { createCardForm } from './card-form.js';
import { element } from './fields.js';
import { iconOf } from './icons.js';
import { METHODS, methodsOffered, type Method, type MethodForm } from './method-form.js';
import { createPlainForm } from './plain-form.js';

export interface PaymentForm {
  root: HTMLElement;
  /** The form of the chosen method. */
  chosen(): MethodForm;
  /** Shows these of the intent's methods. False when the frame has a form for none of them. */
  offer(types: readonly string[]): boolean;
  configure(options: FrameOptions): void;
  setNow(date: string | undefined): void;
  lock(locked: boolean): void;
}

interface Tab {
  method: Method;
  button: HTMLButtonElement;
  label: HTMLElement;
}

interface FormState {
  forms: Readonly<Record<Method, MethodForm>>;
  tabs: readonly Tab[];
  list: HTMLElement;
  panel: HTMLElement;
  order: readonly string[];
  offered: Method[];
  chosen: Method;
  /** The buyer has chosen; until then the first method is. */
  picked: boolean;
  locked: boolean;
  changed: () => void;
}

/** Builds the form; `changed` is called after every change of any field and of the method. */
export function createPaymentForm(changed: () => void): PaymentForm {
  const forms = Object.fromEntries(
    METHODS.map((method) => [method, method === 'card' ? createCardForm(changed) : createPlainForm(method, changed)]),
  ) as unknown as FormState['forms'];
  const form: FormState = {
    ...{ forms, changed, tabs: METHODS.map(createTab), order: [], offered: ['card'], chosen: 'card' },
    ...{ picked: false, locked: false },
    list: element('div', { class: 'tabs', role: 'tablist' }),
    panel: element('div', { class: 'panel' }),
  };
  for (const tab of form.tabs) tab.button.addEventListener('click', () => choose(form, tab.method));
  form.list.addEventListener('keydown', (event) => moveAlong(form, event));
  show(form);
  return {
    root: element('main', {}, form.list, form.panel),
    chosen: () => forms[form.chosen],
    offer: (types) => offer(form, types),
    configure: (options) => configure(form, options),
    setNow: (date) => METHODS.forEach((method) => forms[method].setNow?.(date)),
    lock: (locked) => {
      form.locked = locked;
      for (const { button } of form.tabs) button.setAttribute('aria-disabled', String(locked));
      for (const method of METHODS) forms[method].lock(locked);
    },
  };
}

function createTab(method: Method): Tab {
  const label = element('span');
  const attributes = { type: 'button', role: 'tab', id: `tab-${method}`, 'aria-controls': 'panel' };
  return { method, label, button: element('button', attributes, iconOf(method), label) };
}

function offer(form: FormState, types: readonly string[]): boolean {
  form.offered = methodsOffered(types, form.order);
  const [first] = form.offered;
  if (!first) return false;
  if (!form.picked || !form.offered.includes(form.chosen)) form.chosen = first;
  const buttons = form.offered.map((method) => form.tabs.find((tab) => tab.method === method)?.button);
  form.list.replaceChildren(...buttons.filter((button) => button !== undefined));
  show(form);
  form.changed();
  return true;
}

function configure(form: FormState, options: FrameOptions): void {
  const texts = textsIn(options.language);
  form.order = options.order;
  form.list.setAttribute('aria-label', texts.methods);
  for (const { method, label } of form.tabs) label.textContent = texts[method];
  for (const method of METHODS) form.forms[method].configure(options);
}

/** Only the chosen form is in the document; the others keep what was typed. */
function show(form: FormState): void {
  const several = form.offered.length > 1;
  form.list.hidden = !several;
  for (const { method, button } of form.tabs) {
    button.setAttribute('aria-selected', String(method === form.chosen));
    button.tabIndex = method === form.chosen ? 0 : -1;
  }
  const { root } = form.forms[form.chosen];
  form.panel.replaceChildren(root);
  const attributes = { id: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${form.chosen}` };
  for (const [name, value] of Object.entries(attributes)) {
    if (several) form.panel.setAttribute(name, value);
    else form.panel.removeAttribute(name);
  }
  // A panel of text alone must be reachable, else nobody hears it.
  const isText = several && !root.querySelector('.field, select:not([hidden])');
  if (isText) form.panel.tabIndex = 0;
  else form.panel.removeAttribute('tabindex');
}

function choose(form: FormState, method: Method): void {
  if (form.locked || method === form.chosen) return;
  form.chosen = method;
  form.picked = true;
  show(form);
  form.changed();
}

function moveAlong(form: FormState, event: KeyboardEvent): void {
  const { offered } = form;
  const at = offered.indexOf(form.chosen);
  const targets: Record<string, number> = {
    ArrowRight: (at + 1) % offered.length,
    ArrowLeft: (at - 1 + offered.length) % offered.length,
    Home: 0,
    End: offered.length - 1,
  };
  const target = offered[targets[event.key] ?? -1];
  if (target === undefined) return;
  event.preventDefault();
  choose(form, target);
  form.tabs.find(({ method }) => method === form.chosen)?.button.focus();
}
