/** Entry of the frame with the buttons of an express checkout. It asks which wallets may be offered and tells which was clicked. */
import { buttonsOf, wanted } from './express/buttons.js';
import { EXPRESS_STYLE } from './express/style.js';
import { element } from './frame/fields.js';
import { readSession } from './shared/api.js';
import { applyAppearance } from './shared/appearance.js';
import type { StripeError } from './shared/errors.js';
import { expressTexts } from './shared/express-texts.js';
import type { ExpressOptions, FromExpress, ToExpress, Total, Wallet } from './shared/express.js';
import { languageOf } from './shared/language.js';
import { listen, post, type Peer } from './shared/protocol.js';
import { messageFor } from './shared/texts.js';

interface Frame {
  peer: Peer;
  root: HTMLElement;
  wallets: Wallet[];
  /** More of them than the layout has room for are shown. */
  unfolded: boolean;
}

const tell = (frame: Frame, message: FromExpress): void => post(frame.peer, message);

function show(frame: Frame, options: ExpressOptions): void {
  const { language, buttons } = options;
  const texts = expressTexts(language);
  document.documentElement.lang = language;
  document.title = texts.frameTitle;
  applyAppearance(document.documentElement, options.appearance);
  document.documentElement.style.setProperty('--height', `${buttons.height}px`);
  const chosen = (wallet: Wallet) => tell(frame, { type: 'click', wallet });
  const unfold = () => {
    frame.unfolded = true;
    show(frame, options);
    frame.root.querySelector('button')?.focus();
  };
  const grid = buttonsOf(options, frame.wallets, chosen, frame.unfolded ? undefined : unfold);
  frame.root.replaceChildren(...(frame.wallets.length > 0 ? [grid, element('p', {}, texts.note)] : []));
}

/** Which wallets the session and the page's own wishes leave. */
async function ask(frame: Frame, options: ExpressOptions): Promise<{ total: Total; merchant: string } | StripeError> {
  const { publishableKey, stripeAccount, host } = options;
  const access = { origin: location.origin, publishableKey, ...(stripeAccount ? { stripeAccount } : {}) };
  const answer = await readSession(access, options, host);
  if (answer.error) {
    return { ...answer.error, message: messageFor(options.language, answer.error) ?? '' };
  }
  const { wallets, merchant, amount, currency } = answer.body;
  frame.wallets = wanted(options.buttons, wallets);
  const unregistered = Object.values(wallets).includes('no_domain');
  if (unregistered)
    console.warn(`The simulated Stripe: ${host} is not a registered payment method domain for every wallet.`);
  return { total: { amount, currency }, merchant };
}

const isError = (found: object): found is StripeError => 'type' in found;

async function hear(frame: Frame, message: ToExpress): Promise<void> {
  if (message.type === 'mount') {
    const found = await ask(frame, message.options);
    if (isError(found)) return tell(frame, { type: 'loaderror', error: found });
    show(frame, message.options);
    tell(frame, { type: 'ready', wallets: frame.wallets, ...found });
  } else if (message.type === 'update') show(frame, message.options);
  else if (message.type === 'refresh') {
    const found = await ask(frame, message.options);
    const failed = isError(found);
    if (!failed) show(frame, message.options);
    tell(frame, { type: 'refreshed', request: message.request, ...(failed ? {} : { total: found.total }) });
  } else if (message.type === 'focus') frame.root.querySelector('button')?.focus();
  else (document.activeElement as HTMLElement | null)?.blur();
}

function start(): void {
  const query = new URLSearchParams(location.search);
  const peer: Peer = { window: () => parent, origin: query.get('parent') ?? '', frame: query.get('frame') ?? '' };
  if (parent === window || peer.origin === '' || peer.frame === '') return;
  const language = languageOf(query.get('locale') ?? undefined);
  document.documentElement.lang = language;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(EXPRESS_STYLE);
  document.adoptedStyleSheets = [sheet];
  const frame: Frame = { peer, root: element('main'), wallets: [], unfolded: false };
  document.body.replaceChildren(frame.root);
  listen<ToExpress>(peer, (message) => void hear(frame, message));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tell(frame, { type: 'escape' });
  });
  window.addEventListener('focus', () => tell(frame, { type: 'focus' }));
  window.addEventListener('blur', () => tell(frame, { type: 'blur' }));
  new ResizeObserver(() => {
    const pixels = frame.root.childElementCount === 0 ? 0 : frame.root.getBoundingClientRect().height;
    tell(frame, { type: 'height', pixels });
  }).observe(frame.root);
  tell(frame, { type: 'hello' });
}

start();
