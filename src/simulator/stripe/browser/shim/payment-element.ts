/** The Payment Element: https://docs.stripe.com/js/element/payment_element, with the methods the intent offers. */
import { IntegrationError, type StripeError } from '../shared/errors.js';
import type { BillingDetails, FrameOptions, FromFrame } from '../shared/protocol.js';
import { createCardFrame, type CardFrame } from './card-frame.js';
import { checkOptions, optionalText, refusingOthers, type Options } from './options.js';

const EVENTS = ['ready', 'change', 'focus', 'blur', 'escape', 'loaderror', 'loaderstart'] as const;
type EventName = (typeof EVENTS)[number];
type Listener = (event: Record<string, unknown>) => void;

export interface PaymentElement {
  mount(target: string | Element): void;
  unmount(): void;
  destroy(): void;
  update(options: Options): void;
  on(event: EventName, listener: Listener): PaymentElement;
  once(event: EventName, listener: Listener): PaymentElement;
  off(event: EventName, listener?: Listener): PaymentElement;
  focus(): void;
  blur(): void;
  clear(): void;
  collapse(): void;
}

/** What the group keeps of its element besides what the page sees. */
export interface MountedElement {
  element: PaymentElement;
  /** The frame while it is mounted and has not failed. */
  frame(): CardFrame | undefined;
  isReady(): boolean;
  /** Type of the payment method that is chosen. */
  chosen(): string;
  refreshOptions(changed: Partial<FrameOptions>): void;
}

interface ElementState {
  listeners: { event: EventName; listener: Listener; once: boolean }[];
  frame: CardFrame | undefined;
  ready: boolean;
  /** The method chosen in the frame. */
  chosen: string;
  destroyed: boolean;
  options: Options;
}

type OwnOptions = Pick<FrameOptions, 'billing' | 'collect' | 'business' | 'order' | 'readOnly'>;
type SharedOptions = () => Omit<FrameOptions, keyof OwnOptions>;

/** Creates the element. `shared` gives the group's options at the time of mounting; `gone` hears of its end. */
export function createPaymentElement(
  origin: string,
  shared: SharedOptions,
  options: unknown,
  gone: () => void,
): MountedElement {
  const state: ElementState = {
    ...{ listeners: [], frame: undefined, ready: false, chosen: 'card', destroyed: false, options: {} },
  };
  state.options = checkElementOptions(options);
  const frameOptions = (): FrameOptions => ({ ...shared(), ...frameOptionsOf(state.options) });
  const unmount = () => {
    state.frame?.remove();
    state.frame = undefined;
    state.ready = false;
  };
  const listen = (event: EventName, listener: Listener, once: boolean) => {
    if (!EVENTS.includes(event)) throw new IntegrationError(`The Payment Element has no event "${String(event)}".`);
    if (typeof listener !== 'function') throw new IntegrationError(`The listener for "${event}" must be a function.`);
    state.listeners.push({ event, listener, once });
    return element;
  };
  const element: PaymentElement = refusingOthers('payment element', {
    mount: (target) => mount(state, target, origin, frameOptions),
    unmount,
    destroy: () => {
      unmount();
      state.destroyed = true;
      state.listeners = [];
      gone();
    },
    update: (changed) => {
      state.options = { ...state.options, ...checkElementOptions(changed) };
      state.frame?.send({ type: 'update', options: frameOptionsOf(state.options) });
    },
    on: (event, listener) => listen(event, listener, false),
    once: (event, listener) => listen(event, listener, true),
    off: (event, listener) => {
      const stays = (entry: ElementState['listeners'][number]) =>
        entry.event !== event || (listener !== undefined && entry.listener !== listener);
      state.listeners = state.listeners.filter(stays);
      return element;
    },
    focus: () => state.frame?.send({ type: 'focus' }),
    blur: () => state.frame?.send({ type: 'blur' }),
    clear: () => state.frame?.send({ type: 'clear' }),
    // In tabs one method is always chosen; nothing is there to collapse.
    collapse: () => undefined,
  });
  return {
    element,
    frame: () => state.frame,
    isReady: () => state.ready,
    chosen: () => state.chosen,
    refreshOptions: (changed) => state.frame?.send({ type: 'update', options: changed }),
  };
}

function mount(state: ElementState, target: string | Element, origin: string, options: () => FrameOptions): void {
  if (state.destroyed) throw new IntegrationError('This element has been destroyed; create a new one.');
  const parent = typeof target === 'string' ? document.querySelector(target) : target;
  if (!(parent instanceof Element)) throw new IntegrationError(`mount(): there is no element "${String(target)}".`);
  state.frame?.remove();
  state.ready = false;
  state.frame = createCardFrame(parent, origin, options, (message) => hear(state, message));
  emit(state, 'loaderstart', {});
}

function hear(state: ElementState, message: FromFrame): void {
  if (message.type === 'change') {
    const { empty, complete, method } = message;
    state.chosen = method;
    emit(state, 'change', { empty, complete, collapsed: false, value: { type: method } });
  } else if (message.type === 'loaderror') {
    state.ready = false;
    emit(state, 'loaderror', { error: message.error satisfies StripeError });
  } else if (message.type === 'ready') {
    state.ready = true;
    emit(state, 'ready', {});
  } else if (message.type === 'enter') state.frame?.iframe.closest('form')?.requestSubmit();
  else if (message.type === 'focus' || message.type === 'blur' || message.type === 'escape') {
    emit(state, message.type, {});
  }
}

function emit(state: ElementState, event: EventName, content: Record<string, unknown>): void {
  const called = state.listeners.filter((entry) => entry.event === event);
  state.listeners = state.listeners.filter((entry) => !(entry.once && entry.event === event));
  for (const { listener } of called) listener({ elementType: 'payment', ...content });
}

function checkElementOptions(value: unknown): Options {
  const options = checkOptions("create('payment')", value);
  frameOptionsOf(options);
  checkBilling(checkOptions('defaultValues', options['defaultValues'])['billingDetails']);
  const fields = checkOptions('fields', options['fields'])['billingDetails'];
  if (typeof fields === 'object') {
    const address = checkOptions('billing details', fields)['address'];
    if (typeof address === 'object') checkOptions('fields.address', address);
  }
  return options;
}

/** Billing details with known keys only. Throws IntegrationError. */
export function checkBilling(value: unknown): BillingDetails {
  const details = checkOptions('billing details', value);
  checkOptions('address', details['address']);
  return details as BillingDetails;
}

function frameOptionsOf(options: Options): OwnOptions {
  const defaults = options['defaultValues'] as { billingDetails?: BillingDetails } | undefined;
  const fields = options['fields'] as { billingDetails?: unknown } | undefined;
  const business = optionalText(checkOptions('business', options['business']), 'name');
  return {
    billing: defaults?.billingDetails ?? {},
    collect: {
      country: isAsked(fields?.billingDetails, 'country'),
      postalCode: isAsked(fields?.billingDetails, 'postalCode'),
      name: isAsked(fields?.billingDetails, 'name'),
      email: isAsked(fields?.billingDetails, 'email'),
    },
    ...(business ? { business } : {}),
    order: orderOf(options['paymentMethodOrder']),
    readOnly: options['readOnly'] === true,
  };
}

/** `paymentMethodOrder`. Throws IntegrationError when it is no list. */
function orderOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map(String);
  throw new IntegrationError('"paymentMethodOrder" must be a list of payment method types.');
}

/** `never` may stand for a field, for the address or for all billing details. */
function isAsked(billing: unknown, field: keyof FrameOptions['collect']): boolean {
  if (billing === 'never') return false;
  if (field === 'name' || field === 'email') return (billing as Options | undefined)?.[field] !== 'never';
  const address = (billing as { address?: unknown } | undefined)?.address;
  if (address === 'never') return false;
  return (address as Record<string, unknown> | undefined)?.[field] !== 'never';
}
