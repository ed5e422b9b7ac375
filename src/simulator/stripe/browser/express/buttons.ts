/** The buttons of an express checkout: which, in which order, with which words. No brand's logo, nothing to load. */
import { element } from '../frame/fields.js';
import type { WalletState } from '../shared/api.js';
import { expressTexts, filled, type ExpressKey } from '../shared/express-texts.js';
import { WALLETS, WALLET_NAMES } from '../shared/express.js';
import type { ButtonOptions, ExpressOptions, Wallet } from '../shared/express.js';

/** The wallets that are shown: those available, and with `always` those this browser would not have. */
export function wanted(buttons: ButtonOptions, states: Record<string, WalletState>): Wallet[] {
  const rank = (wallet: Wallet): number => {
    const at = buttons.order.findIndex((name) => name === wallet || name === WALLETS[wallet].option);
    return at < 0 ? buttons.order.length : at;
  };
  return WALLET_NAMES.filter((wallet) => {
    const wish = buttons.show[WALLETS[wallet].option] ?? 'auto';
    if (wish === 'never') return false;
    return states[wallet] === 'available' || (wish === 'always' && states[wallet] === 'no_device');
  }).sort((one, other) => rank(one) - rank(other));
}

/** The words of each button type; `plain` has only the name. */
const WORDS: Readonly<Record<string, ExpressKey>> = {
  book: 'book',
  buy: 'buy',
  checkout: 'checkout',
  'check-out': 'checkout',
  donate: 'donate',
  order: 'order',
  pay: 'pay',
  subscribe: 'subscribe',
};

/** The grid of buttons; what has no room is behind one more button, unless `unfold` is missing. */
export function buttonsOf(
  options: ExpressOptions,
  wallets: readonly Wallet[],
  chosen: (wallet: Wallet) => void,
  unfold: (() => void) | undefined,
): HTMLElement {
  const { buttons, language } = options;
  const texts = expressTexts(language);
  const room = buttons.maxRows * (buttons.maxColumns || 2);
  const folded = unfold !== undefined && buttons.overflow === 'auto' && room > 0 && wallets.length > room;
  const shown = folded ? wallets.slice(0, room) : wallets;
  const grid = element('div', { class: 'buttons', role: 'group', 'aria-label': texts.buttons });
  const columns = Math.min(buttons.maxColumns || 3, Math.max(shown.length, 1));
  grid.style.setProperty('--columns', String(columns));
  grid.append(...shown.map((wallet) => buttonOf(options, wallet, chosen)));
  if (!folded) return grid;
  const more = element('button', { type: 'button', class: 'more' }, texts.more);
  more.addEventListener('click', unfold);
  grid.append(more);
  return grid;
}

function buttonOf(options: ExpressOptions, wallet: Wallet, chosen: (wallet: Wallet) => void): HTMLButtonElement {
  const { name, option } = WALLETS[wallet];
  const texts = expressTexts(options.language);
  const theme = options.buttons.theme[option] ?? '';
  const words = WORDS[options.buttons.type[option] ?? ''];
  const mark = `<${name}>`;
  const label = element('span');
  // The name is set in bold wherever the language puts it.
  const [before = '', after = ''] = words ? filled(texts[words], { wallet: mark }).split(mark) : [];
  label.append(before, element('b', {}, name), after);
  const button = element('button', { type: 'button', class: `wallet ${wallet} ${theme}` }, label);
  button.setAttribute('aria-label', filled(texts[words ?? 'pay'], { wallet: name }));
  button.addEventListener('click', () => chosen(wallet));
  return button;
}
