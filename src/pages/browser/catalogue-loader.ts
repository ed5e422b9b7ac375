/**
 * The script a Back Office loads: it shows the app catalogue's page in a frame, in the element that asks for it, else where
 * the script itself stands. The frame keeps the host page's styles out and its scripts away from what is typed. Needs no
 * name in the host page and leaves none. See docs/catalogue.md.
 */

/** The server writes the app's address here. */
const ADDRESS = 'QUITTANCE_ADDRESS';
const PAGE = `${ADDRESS}/app-catalogue`;
/** What a host page may put where the catalogue belongs. */
const PLACE = '[data-quittance-catalogue]';
/** A page that was refused says nothing, so silence is all there is to see of it. */
const SILENCE_MS = 10_000;
const FIRST_HEIGHT = 480;
/** Nothing of the host page's style sheet reaches the frame. */
const LOOK = 'all:initial!important;display:block!important;width:100%!important;border:0!important;';

// Only now is it known; in a module it never is.
const running = document.currentScript;
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', show, { once: true });
else show();

function show(): void {
  const script = running instanceof HTMLScriptElement ? running : ownScript();
  const place = document.querySelector<HTMLElement>(PLACE);
  const beside = script?.isConnected === true && document.body.contains(script) ? script : undefined;
  const marks = { ...script?.dataset, ...place?.dataset };
  const isThere = place === null ? isOurs(beside?.nextElementSibling) : isOurs(place.firstElementChild);
  if (isThere) return;
  const frame = frameOf(marks);
  if (place !== null) place.replaceChildren(frame);
  else if (beside !== undefined) beside.after(frame);
  else document.body.append(frame);
  follow(frame);
}

/** The first script that was loaded from our address. */
function ownScript(): HTMLScriptElement | undefined {
  return [...document.scripts].find(({ src }) => src.split(/[?#]/)[0] === `${PAGE}/loader.js`);
}

function isOurs(element: Element | null | undefined): boolean {
  return element instanceof HTMLIFrameElement && element.src.startsWith(PAGE);
}

/** The tenant stands behind the hash, which no server gets to see. */
function frameOf({ language, tenant }: DOMStringMap): HTMLIFrameElement {
  const address = new URL(PAGE);
  address.searchParams.set('language', (language ?? document.documentElement.lang) || 'en');
  if (tenant !== undefined) address.hash = new URLSearchParams({ tenant }).toString();
  const frame = document.createElement('iframe');
  frame.src = address.href;
  frame.title = isGerman(language) ? 'App-Katalog' : 'App catalogue';
  frame.referrerPolicy = 'origin';
  frame.style.cssText = `${LOOK}height:${FIRST_HEIGHT}px!important`;
  return frame;
}

function isGerman(language: string | undefined): boolean {
  return /^de\b/i.test(language ?? document.documentElement.lang);
}

/** As high as what is in it; a link instead when it stays silent. */
function follow(frame: HTMLIFrameElement): void {
  const { origin: ours } = new URL(ADDRESS);
  const silence = setTimeout(() => offerLink(frame), SILENCE_MS);
  addEventListener('message', ({ source, origin, data }: MessageEvent<{ type?: unknown; height?: unknown } | null>) => {
    if (source !== frame.contentWindow || origin !== ours) return;
    clearTimeout(silence);
    if (data?.type === 'quittance:height' && typeof data.height === 'number')
      frame.style.cssText = `${LOOK}height:${Math.max(0, data.height)}px!important`;
  });
}

function offerLink(frame: HTMLIFrameElement): void {
  const link = document.createElement('a');
  link.href = frame.src;
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = `${frame.title} ↗`;
  frame.after(link);
}
