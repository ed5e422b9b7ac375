/** What every page has around its content: head, header with the tenant's name, banners, footer. */
import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Locale } from '../contract/texts.js';
import type { PageLocale } from './locale.js';
import type { Look } from './look.js';
import { WORDS } from './texts.js';

export interface Frame {
  locale: PageLocale;
  look: Look;
  nonce: string;
  /** Origins whose pages may show this one in a frame; neutral pages have none. */
  ancestors: string[];
  /** Address of our style sheet. */
  styleUrl: string;
  /** Of what this page has beyond the others. */
  extraStyleUrl?: string;
  /** The PSP's test mode: say so. */
  testMode: boolean;
  /** The PSP itself is simulated: say so. */
  simulation: boolean;
  /** What the page is called and how its first link is; without it, those of the payment page. */
  words?: { title: string; skip: string };
  /** The same page in the other language, for a page that offers it. */
  otherLanguage?: { language: Locale; name: string; href: string };
}

/** The whole document as HTML; everything in it is escaped. */
export function documentOf(frame: Frame, title: string, content: JSX.Element): string {
  return `<!doctype html>${renderToString(<Document frame={frame} title={title} content={content} />)}`;
}

function Document({ frame, title, content }: { frame: Frame; title: string; content: JSX.Element }): JSX.Element {
  const { locale, look, nonce, styleUrl, words = WORDS[locale.language] } = frame;
  const name = look.title ?? words.title;
  return (
    <html lang={locale.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light" />
        <meta name="theme-color" content="#ffffff" />
        <title>{title === name ? title : `${title} · ${name}`}</title>
        <link rel="icon" href={look.faviconUrl ?? 'data:,'} />
        <link rel="stylesheet" href={styleUrl} />
        {frame.extraStyleUrl !== undefined && <link rel="stylesheet" href={frame.extraStyleUrl} />}
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: colorsOf(look) }} />
        {frame.ancestors.length > 0 && <script nonce={nonce} dangerouslySetInnerHTML={{ __html: MARK_FRAMED }} />}
      </head>
      <body>
        <a class="skip" href="#content">
          {words.skip}
        </a>
        <Banners frame={frame} />
        <header class="top">
          <div class="wide">
            {look.logoUrl === undefined ? (
              <p class="name">
                <Lock />
                <span>{name}</span>
              </p>
            ) : (
              <img class="logo" src={look.logoUrl} alt={name} height="36" />
            )}
            {frame.otherLanguage !== undefined && <OtherLanguage {...frame.otherLanguage} />}
          </div>
        </header>
        {content}
        <Foot look={look} locale={locale} />
      </body>
    </html>
  );
}

function OtherLanguage({ language, name, href }: Required<Frame>['otherLanguage']): JSX.Element {
  return (
    <a class="language" href={href} lang={language} hreflang={language}>
      {name}
    </a>
  );
}

/** Before the first paint: inside the shop the page has no header and no height of its own. */
const MARK_FRAMED = 'if(parent!==self)document.documentElement.dataset.framed=""';

function Banners({ frame }: { frame: Frame }): JSX.Element | null {
  const words = WORDS[frame.locale.language];
  if (!frame.simulation && !frame.testMode) return null;
  return (
    <aside class="banner" aria-label={words.note}>
      {frame.testMode && <strong class="badge">{words.testMode}</strong>}
      {frame.simulation && <span>{words.simulation}</span>}
    </aside>
  );
}

function Foot({ look, locale }: { look: Look; locale: PageLocale }): JSX.Element | null {
  const words = WORDS[locale.language];
  const links = [
    { url: look.termsUrl, text: words.terms },
    { url: look.privacyUrl, text: words.privacy },
  ].filter(({ url }) => url !== undefined);
  if (links.length === 0) return null;
  return (
    <footer class="foot">
      {links.map(({ url, text }) => (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {text}
        </a>
      ))}
    </footer>
  );
}

/** Only hex digits get here: `colorsOf` of look.ts makes them. */
function colorsOf({ color, onColor, accent }: Look): string {
  return `:root{--color:${color};--on-color:${onColor};--accent:${accent}}`;
}

/** A closed padlock; decoration. */
export function Lock(): JSX.Element {
  return (
    <svg class="lock" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M10 1.5A4.5 4.5 0 0 0 5.5 6v2H5a2 2 0 0 0-2 2v6.5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V10a2 2 0 0 0-2-2h-.5V6A4.5 4.5 0 0 0 10 1.5ZM7.5 6a2.5 2.5 0 0 1 5 0v2h-5V6Zm2.5 5.25a1.5 1.5 0 0 1 .8 2.77V15.5a.8.8 0 0 1-1.6 0v-1.48a1.5 1.5 0 0 1 .8-2.77Z"
      />
    </svg>
  );
}

/** A link that leaves the page for the shop, also out of a frame. */
export function ShopLink({
  url,
  kind,
  children,
}: {
  url: string;
  kind: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <a class={kind} href={url} target="_top" rel="noreferrer">
      {children}
    </a>
  );
}

/** Facts for our browser code as JSON that cannot end its element. Never a secret: whoever sees the page sees them. */
export function BrowserFacts({ facts, nonce }: { facts: unknown; nonce: string }): JSX.Element {
  const text = JSON.stringify(facts)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return <script type="application/json" id="page-facts" nonce={nonce} dangerouslySetInnerHTML={{ __html: text }} />;
}
