/** The Express Checkout Element: https://docs.stripe.com/js/element/express_checkout_element */
import { IntegrationError } from '../shared/errors.js';
import { expressTexts } from '../shared/express-texts.js';
import { WALLETS, WALLET_NAMES } from '../shared/express.js';
import type { ExpressOptions, FromExpress, ToExpress, Wallet } from '../shared/express.js';
import { messageFor } from '../shared/texts.js';
import type { PaymentSource, StripeAccess } from './elements-group.js';
import { readButtons, readWishes } from './express-options.js';
import { beginSession, type ExpressSession } from './express-session.js';
import { createListeners, type Listener, type Listeners } from './listeners.js';
import { checkOptions, refusingOthers, type Options } from './options.js';
import { createPlainFrame, type PlainFrame } from './plain-frame.js';

const EVENTS = [
  ...['ready', 'click', 'confirm', 'cancel', 'shippingaddresschange', 'shippingratechange'],
  ...['focus', 'blur', 'escape', 'loaderror', 'loaderstart'],
];

export interface ExpressElement {
  mount(target: string | Element): void;
  unmount(): void;
  destroy(): void;
  update(options: Options): ExpressElement;
  on(event: string, listener: Listener): ExpressElement;
  once(event: string, listener: Listener): ExpressElement;
  off(event: string, listener?: Listener): ExpressElement;
  focus(): void;
  blur(): void;
}

/** What the group keeps of its element besides what the page sees. */
export interface MountedExpress {
  element: ExpressElement;
  /** What was approved in the sheet, while `confirm` is dealt with. */
  source(): PaymentSource | undefined;
  /** Asks again what may be offered. */
  refresh(): Promise<void>;
  /** The group's options have changed; with another amount or currency other wallets may fit. */
  update(repriced: boolean): void;
}

type SharedOptions = () => Omit<ExpressOptions, 'host' | 'buttons'>;

interface ElementState {
  access: StripeAccess;
  shared: SharedOptions;
  options: Options;
  listeners: Listeners;
  frame: PlainFrame<ToExpress> | undefined;
  session: ExpressSession | undefined;
  merchant: string;
  /** Of the intent; a deferred one tells it itself. */
  total: { amount: number; currency: string };
  refreshing: Map<number, () => void>;
  destroyed: boolean;
}

/** Creates the element. `shared` gives the group's options as they are now; `gone` hears of its end. */
export function createExpressElement(
  access: StripeAccess,
  shared: SharedOptions,
  value: unknown,
  gone: () => void,
): MountedExpress {
  const state: ElementState = {
    ...{ access, shared, options: checkElement(value), listeners: createListeners('expressCheckout', EVENTS) },
    ...{ frame: undefined, session: undefined, merchant: '', total: { amount: 0, currency: 'eur' } },
    ...{ refreshing: new Map(), destroyed: false },
  };
  const { listeners } = state;
  const element: ExpressElement = refusingOthers('express checkout element', {
    mount: (target) => mount(state, target),
    unmount: () => unmount(state),
    destroy: () => {
      unmount(state);
      state.destroyed = true;
      listeners.clear();
      gone();
    },
    update: (changed) => {
      state.options = checkElement({ ...state.options, ...checkOptions("create('expressCheckout')", changed) });
      state.frame?.send({ type: 'update', options: frameOptions(state) });
      return element;
    },
    on: (event, listener) => (listeners.add(event, listener, false), element),
    once: (event, listener) => (listeners.add(event, listener, true), element),
    off: (event, listener) => (listeners.remove(event, listener), element),
    focus: () => state.frame?.send({ type: 'focus' }),
    blur: () => state.frame?.send({ type: 'blur' }),
  });
  return {
    element,
    source: () => state.session?.source(),
    refresh: () => refresh(state),
    update: (repriced) => {
      if (repriced) void refresh(state);
      else state.frame?.send({ type: 'update', options: frameOptions(state) });
    },
  };
}

function checkElement(value: unknown): Options {
  const options = checkOptions("create('expressCheckout')", value);
  readButtons(options);
  readWishes(options);
  return options;
}

function frameOptions(state: ElementState): ExpressOptions {
  return { ...state.shared(), host: location.hostname, buttons: readButtons(state.options) };
}

function mount(state: ElementState, target: string | Element): void {
  if (state.destroyed) throw new IntegrationError('This element has been destroyed; create a new one.');
  const parent = typeof target === 'string' ? document.querySelector(target) : target;
  if (!(parent instanceof Element)) throw new IntegrationError(`mount(): there is no element "${String(target)}".`);
  unmount(state);
  const { language } = state.shared();
  const error = { type: 'api_connection_error' };
  state.frame = createPlainFrame<ToExpress, FromExpress>({
    origin: state.access.origin,
    path: '/_sim/elements/express',
    title: expressTexts(language).frameTitle,
    language,
    height: 0,
    first: () => ({ type: 'mount', options: frameOptions(state) }),
    hear: (message) => hear(state, message),
    silent: () => hear(state, { type: 'loaderror', error: { ...error, message: messageFor(language, error) ?? '' } }),
  });
  // A little wider than its place: room for focus rings, with the buttons still in line with the page.
  Object.assign(state.frame.iframe.style, { margin: '-3px', width: 'calc(100% + 6px)', maxWidth: 'none' });
  parent.replaceChildren(state.frame.iframe);
  state.listeners.emit('loaderstart');
}

function unmount(state: ElementState): void {
  state.session?.abandon();
  state.frame?.remove();
  state.frame = undefined;
  for (const done of state.refreshing.values()) done();
  state.refreshing.clear();
}

function hear(state: ElementState, message: FromExpress): void {
  const { listeners, frame } = state;
  if (message.type === 'height' && frame) frame.iframe.style.height = `${Math.ceil(message.pixels)}px`;
  else if (message.type === 'ready') {
    state.merchant = message.merchant;
    state.total = message.total;
    listeners.emit('ready', { availablePaymentMethods: available(message.wallets) });
  } else if (message.type === 'refreshed') {
    if (message.total) state.total = message.total;
    state.refreshing.get(message.request)?.();
    state.refreshing.delete(message.request);
  } else if (message.type === 'click') click(state, message.wallet);
  else if (message.type === 'loaderror') listeners.emit('loaderror', { error: message.error });
  else if (message.type === 'focus' || message.type === 'blur' || message.type === 'escape') {
    listeners.emit(message.type);
  }
}

/** By name of the option; nothing at all when no wallet can be shown. */
function available(wallets: readonly Wallet[]): Record<string, boolean> | undefined {
  if (wallets.length === 0) return undefined;
  return Object.fromEntries(WALLET_NAMES.map((wallet) => [WALLETS[wallet].option, wallets.includes(wallet)]));
}

function click(state: ElementState, wallet: Wallet): void {
  // One at a time: a second click while the page still thinks about the first is none.
  if (state.session) return;
  const { publishableKey, stripeAccount, apiOrigin: origin } = state.access;
  const { language } = state.shared();
  const deferred = () => state.shared().deferred;
  let ended = false;
  const session = beginSession(
    {
      origin: state.access.origin,
      access: { origin, publishableKey, ...(stripeAccount ? { stripeAccount } : {}) },
      listeners: state.listeners,
      language,
      merchant: state.merchant,
      wishes: readWishes(state.options),
      total: () => {
        const { amount, currency } = deferred() ?? state.total;
        return { amount, currency };
      },
      deferred,
      ended: () => {
        ended = true;
        state.session = undefined;
      },
    },
    wallet,
  );
  if (!ended) state.session = session;
}

async function refresh(state: ElementState): Promise<void> {
  const { frame } = state;
  if (!frame) return;
  const request = state.refreshing.size + 1 + Math.max(0, ...state.refreshing.keys());
  await new Promise<void>((resolve) => {
    state.refreshing.set(request, resolve);
    frame.send({ type: 'refresh', request, options: frameOptions(state) });
  });
}
