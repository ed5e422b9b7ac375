/** The iframe with the payment form as seen from the page: created, resized, asked, removed. */
import type { StripeError } from '../shared/errors.js';
import { listen, post, randomId } from '../shared/protocol.js';
import type {
  ConfirmRequest,
  FrameOptions,
  FromFrame,
  Peer,
  Reply,
  ToFrame,
  TokenRequest,
} from '../shared/protocol.js';
import { messageFor, textsIn } from '../shared/texts.js';

export interface CardFrame {
  iframe: HTMLIFrameElement;
  send(message: ToFrame): void;
  validate(): Promise<Reply>;
  refresh(): Promise<Reply>;
  confirm(confirm: ConfirmRequest): Promise<Reply>;
  token(token: TokenRequest): Promise<Reply>;
  remove(): void;
}

type Asking =
  | { type: 'validate' | 'refresh' }
  | { type: 'confirm'; confirm: ConfirmRequest }
  | { type: 'token'; token: TokenRequest };

/** Reserved before the frame tells its height, so that the page does not jump. */
const FIRST_HEIGHT = '384px';
/** After the frame's document has arrived its script must answer soon; before that the network may be slow. */
const SCRIPT_PATIENCE_MS = 5_000;
const NETWORK_PATIENCE_MS = 20_000;

/** Puts the frame into `parent`. `hear` gets what the frame says, and a `loaderror` when it says nothing at all. */
export function createCardFrame(
  parent: Element,
  origin: string,
  options: () => FrameOptions,
  hear: (message: FromFrame) => void,
): CardFrame {
  const frame = randomId();
  const iframe = createIframe(origin, frame, options());
  const peer: Peer = { window: () => iframe.contentWindow, origin, frame };
  const waiting = new Map<number, (reply: Reply) => void>();
  let requests = 0;
  const fail = () => {
    for (const resolve of waiting.values()) resolve({ error: unreachable(options()) });
    waiting.clear();
  };
  const timers = startPatience(iframe, () => hear({ type: 'loaderror', error: unreachable(options()) }));
  const stop = listen<FromFrame>(peer, (message) => {
    if (message.type === 'hello') {
      timers.clear();
      // A second hello means the frame was loaded anew: what the first one was asked is lost.
      fail();
      post<ToFrame>(peer, { type: 'mount', options: options() });
    } else if (message.type === 'height') iframe.style.height = `${Math.ceil(message.pixels)}px`;
    else if (message.type === 'reply') {
      waiting.get(message.request)?.(message.reply);
      waiting.delete(message.request);
    } else hear(message);
  });
  const ask = (message: Asking) =>
    new Promise<Reply>((resolve) => {
      requests += 1;
      waiting.set(requests, resolve);
      post<ToFrame>(peer, { ...message, request: requests });
    });
  parent.replaceChildren(iframe);
  return {
    iframe,
    send: (message) => post(peer, message),
    validate: () => ask({ type: 'validate' }),
    refresh: () => ask({ type: 'refresh' }),
    confirm: (confirm) => ask({ type: 'confirm', confirm }),
    token: (token) => ask({ type: 'token', token }),
    remove: () => {
      timers.clear();
      stop();
      iframe.remove();
      fail();
    },
  };
}

function createIframe(origin: string, frame: string, options: FrameOptions): HTMLIFrameElement {
  const iframe = document.createElement('iframe');
  const query = new URLSearchParams({ parent: location.origin, frame, locale: options.language });
  iframe.src = `${origin}/_sim/elements/card?${query}`;
  iframe.title = textsIn(options.language).frameTitle;
  iframe.allow = 'payment *';
  // Through the style object, which a content policy without inline styles allows.
  // The frame is a little wider than its place: room for focus rings, with the fields still in line with the page.
  Object.assign(iframe.style, { display: 'block', height: FIRST_HEIGHT, border: '0', margin: '-3px' });
  Object.assign(iframe.style, { width: 'calc(100% + 6px)', maxWidth: 'none' });
  iframe.style.colorScheme = 'normal';
  return iframe;
}

function unreachable(options: FrameOptions): StripeError {
  const error: StripeError = { type: 'api_connection_error' };
  return { ...error, message: messageFor(options.language, error) ?? '' };
}

function startPatience(iframe: HTMLIFrameElement, giveUp: () => void): { clear(): void } {
  let timer = setTimeout(giveUp, NETWORK_PATIENCE_MS);
  const loaded = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, SCRIPT_PATIENCE_MS);
  };
  iframe.addEventListener('load', loaded, { once: true });
  return {
    clear: () => {
      clearTimeout(timer);
      iframe.removeEventListener('load', loaded);
    },
  };
}
