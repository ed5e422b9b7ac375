/** The frame of every page: head, navigation, language switch, state of the connection, footer. */
import { renderToString } from 'preact-render-to-string';
import type { ComponentChildren, VNode } from 'preact';
import { formatMoney } from '../../../domain/money.js';
import { assetUrl, type AssetName } from '../assets.js';
import { appState } from '../book.js';
import type { Currency, Language } from '../catalogue.js';
import { isMarketplace } from '../connection.js';
import { sellerOf } from '../merchants.js';
import type { OrderStatus } from '../order-state.js';
import type { Shop } from '../shop.js';
import type { Texts } from '../texts.js';
import { Mark } from './art.js';

export const SHOP_NAME = 'Hafenkontor';

/** What every page is given. */
export interface Frame {
  shop: Shop;
  texts: Texts;
  language: Language;
  /** Path and query of this page, without the language. */
  path: string;
}

const NAVIGATION = [
  { path: '/', text: 'navShop' },
  { path: '/orders', text: 'navOrders' },
  { path: '/merchants', text: 'navMerchants' },
  { path: '/messages', text: 'navMessages' },
  { path: '/connection', text: 'navConnection' },
] as const;

interface LayoutProps extends Frame {
  title: string;
  /** Of this page alone, beside the one of every page. */
  script?: AssetName;
  children: ComponentChildren;
}

/** The frame around every page: head, navigation, language, and the page itself. */
export function Layout({ shop, texts, language, path, title, script, children }: LayoutProps) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · ${SHOP_NAME} · ${texts.demoMark}`}</title>
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl('shop.css')} />
        <script src={assetUrl('shop.js')} defer />
        {script && <script src={assetUrl(script)} defer />}
      </head>
      <body data-path={path}>
        <a class="skip" href="#main">
          {texts.skip}
        </a>
        <Header shop={shop} texts={texts} language={language} path={path} />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        <p id="announcement" class="unseen" role="status" aria-live="polite" />
        <footer class="footer">
          <p>{texts.footer}</p>
          <p class="footer-links">
            <a href={shop.consoleUrl}>{texts.console}</a>
            <a href={`${shop.appUrl}/docs`}>{texts.docs}</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

function Header({ shop, texts, language, path }: Frame) {
  const other = language === 'en' ? 'de' : 'en';
  const place = path.split(/[/?]/)[1] ?? '';
  const here = ['headless', 'express'].includes(place) ? '/' : `/${place}`;
  return (
    <header class="header">
      <div class="header-row">
        <a class="brand" href="/">
          <Mark />
          <span>{SHOP_NAME}</span>
          <span class="demo-mark">{texts.demoMark}</span>
        </a>
        <div class="header-end">
          <ConnectionPill shop={shop} texts={texts} />
          <a
            class="language"
            href={`${path}${path.includes('?') ? '&' : '?'}lang=${other}`}
            lang={other}
            hreflang={other}
          >
            {texts.otherLanguage}
          </a>
        </div>
      </div>
      <nav aria-label={texts.navMain}>
        {NAVIGATION.filter(({ path: to }) => to !== '/merchants' || isMarketplace(shop.book)).map((entry) => (
          <a href={entry.path} aria-current={entry.path === here ? 'page' : undefined}>
            {texts[entry.text]}
          </a>
        ))}
      </nav>
    </header>
  );
}

function ConnectionPill({ shop, texts }: { shop: Shop; texts: Texts }) {
  const state = connectionState(shop);
  return (
    <a id="connection-pill" data-live class={`pill pill-${state}`} href="/connection" data-testid="connection-state">
      {texts[state]}
    </a>
  );
}

/** The connection in one word, as the app's last message said. */
export function connectionState(shop: Pick<Shop, 'book'>): 'connecting' | 'connected' | 'disconnected' {
  const state = appState(shop.book);
  if (state === undefined) return 'connecting';
  return state.isActive ? 'connected' : 'disconnected';
}

/** A whole document as text. */
export function renderPage(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`;
}

/** An amount of minor units in the way the reader's language writes money. */
export function Price({ minor, currency, texts }: { minor: number; currency: Currency; texts: Texts }) {
  return <span class="price">{formatMoney({ minor, currency }, texts.locale)}</span>;
}

/** Who sells it; nothing where everything is the shop's own. */
export function Seller({ sku, shop, texts }: { sku: string; shop: Shop; texts: Texts }) {
  if (!isMarketplace(shop.book)) return null;
  const seller = sellerOf(sku);
  return <p class="seller">{seller === undefined ? texts.soldByUs : texts.soldBy(seller.name)}</p>;
}

/** A moment for people, with the exact time for machines. */
export function Moment({ at, texts, isShort = false }: { at: string; texts: Texts; isShort?: boolean }) {
  const style = isShort ? ({ timeStyle: 'medium' } as const) : ({ dateStyle: 'medium', timeStyle: 'medium' } as const);
  return <time dateTime={at}>{new Intl.DateTimeFormat(texts.locale, style).format(new Date(at))}</time>;
}

/** The status of an order as a word with a colour. */
export function StateBadge({ state, texts }: { state: OrderStatus; texts: Texts }) {
  return <span class={`badge tone-${toneOf(state)}`}>{texts.states[state]}</span>;
}

/** The color family of a state. */
export function toneOf(state: OrderStatus): 'quiet' | 'held' | 'good' | 'bad' | 'back' {
  if (state.endsWith('_failed')) return 'bad';
  if (state === 'captured' || state === 'partially_captured') return 'good';
  if (state === 'authorized') return 'held';
  if (state === 'refunded' || state === 'partially_refunded') return 'back';
  return 'quiet';
}

/** A JSON value behind a line to click on. `id` keeps it open while the page renews itself. */
export function Json({ id, label, value }: { id: string; label: string; value: unknown }) {
  return (
    <details id={id}>
      <summary>{label}</summary>
      <pre>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
